/**
 * Brings a MySQL or MariaDB database up to date. A named lock lets one program migrate at a time.
 * MySQL commits each table definition by itself, so a program that dies between a definition and
 * its note runs that definition again: it changes nothing then, or says that it is there already.
 */
import { loadStatement } from '../statements.ts';
import { loadMigrations, missingMigrations } from './migrations.ts';
import { type MysqlConnections, type MysqlSession, rowsOf } from './mysql-connections.ts';
import { isDefinedAlready } from './mysql-errors.ts';

/** Longer than all migrations of an empty database take; well below the limit of an exchange. */
const LOCK_WAIT_SECONDS = 10;

const statement = (name: string) =>
  loadStatement(new URL(`./sql/mysql/${name}.sql`, import.meta.url));
const getLock = statement('get-migration-lock');
const releaseLock = statement('release-migration-lock');
const createMigrations = statement('create-migrations');
const selectMigrations = statement('select-migrations');
const insertMigration = statement('insert-migration');
export const knownMigrations = loadMigrations(new URL('./migrations/mysql/', import.meta.url));

/** Throws BookNewerError when a newer program was here, and when another is at it for too long. */
export function migrateMysql(connections: MysqlConnections): Promise<void> {
  return connections.use(async (session) => {
    const [lock] = await session.exchange([getLock, LOCK_WAIT_SECONDS]);
    if (rowsOf<{ granted: number | null }>(lock)[0]?.granted !== 1) {
      throw new Error(`another program has been migrating the book for ${LOCK_WAIT_SECONDS} s`);
    }
    try {
      const results = await session.exchange([createMigrations], [selectMigrations]);
      const done = rowsOf<{ number: number }>(results[1]).map((row) => row.number);
      for (const { number, name, statement } of missingMigrations(knownMigrations, done)) {
        await define(session, statement);
        await session.exchange([insertMigration, number, name]);
      }
    } finally {
      await session.exchange([releaseLock]);
    }
  });
}

/** Does what a migration says; harmless when it is done. */
export async function define(session: MysqlSession, definition: string): Promise<void> {
  try {
    await session.exchange([definition]);
  } catch (error) {
    if (!isDefinedAlready(error)) throw error;
  }
}
