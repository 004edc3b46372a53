/**
 * Brings a database on PlanetScale up to date. There is no lock: a named one ends after 20 s there,
 * in the middle of the work. Every definition is harmless when it is done already, so two programs
 * that migrate at once both end well. A database that is up to date is only read. One that takes
 * changes by deploy request only (safe migrations) is looked at: what a deploy request brought is
 * noted, and what lacks is named.
 */
import { loadStatement } from '../statements.ts';
import { type Migration, missingMigrations } from './migrations.ts';
import { type MysqlConnections, type MysqlSession, rowsOf } from './mysql-connections.ts';
import { isDuplicateKey, isTableMissing } from './mysql-errors.ts';
import { define, knownMigrations } from './mysql-migrate.ts';
import { isSchemaFrozen } from './planetscale-errors.ts';

const statement = (name: string) =>
  loadStatement(new URL(`./sql/mysql/${name}.sql`, import.meta.url));
const createMigrations = statement('create-migrations');
const selectMigrations = statement('select-migrations');
const insertMigration = statement('insert-migration');
const selectColumns = statement('select-columns');
const selectIndexes = statement('select-indexes');

/** What a migration adds: a table, a column of one, or an index. */
const ADDS = [
  /^CREATE TABLE IF NOT EXISTS (?<table>\w+) /,
  /^ALTER TABLE (?<table>\w+)\s+ADD COLUMN (?<column>\w+)\s/,
  /^CREATE INDEX (?<index>\w+) ON (?<table>\w+) /,
];

export class SchemaFrozenError extends Error {
  readonly code = 'book-schema-frozen';
}

export interface Addition {
  table: string;
  column?: string;
  index?: string;
}

interface Named {
  tableName: string;
  name: string;
}

/** Throws BookNewerError when a newer program was here, SchemaFrozenError when tables lack. */
export async function migratePlanetscale(connections: MysqlConnections): Promise<void> {
  const notes = await readNotes(connections);
  const missing = missingMigrations(knownMigrations, notes ?? []);
  if (missing.length === 0) return;
  try {
    await connections.use(async (session) => {
      if (notes === undefined) await define(session, createMigrations);
      for (const migration of missing) {
        await define(session, migration.statement);
        await note(session, migration);
      }
    });
  } catch (error) {
    if (!isSchemaFrozen(error)) throw error;
    await noteDeployed(connections, missing);
  }
}

/** What the text of a migration adds. Throws when it does anything else. */
export function additionOf({ name, statement }: Migration): Addition {
  for (const form of ADDS) {
    const found = form.exec(statement)?.groups;
    if (found?.table !== undefined) return { table: found.table, ...found };
  }
  throw new TypeError(`migration ${name} adds no table, column or index`);
}

/** The numbers noted; undefined when there is no table of notes. */
async function readNotes(connections: MysqlConnections): Promise<number[] | undefined> {
  try {
    const [result] = await connections.ask([selectMigrations]);
    return rowsOf<{ number: number }>(result).map((row) => row.number);
  } catch (error) {
    if (isTableMissing(error)) return undefined;
    throw error;
  }
}

async function note(session: MysqlSession, { number, name }: Migration): Promise<void> {
  try {
    await session.exchange([insertMigration, number, name]);
  } catch (error) {
    // Another program was as fast.
    if (!isDuplicateKey(error)) throw error;
  }
}

/** A deploy request brings tables, not the notes in them. */
async function noteDeployed(
  connections: MysqlConnections,
  missing: readonly Migration[],
): Promise<void> {
  const [columnRows, indexRows] = await connections.ask([selectColumns], [selectIndexes]);
  const columns = rowsOf<Named>(columnRows);
  const indexes = rowsOf<Named>(indexRows);
  const lacking = missing.filter((migration) => {
    const { table, column, index } = additionOf(migration);
    const inTable = (row: Named) => row.tableName === table;
    if (column !== undefined) return !columns.some((row) => inTable(row) && row.name === column);
    if (index !== undefined) return !indexes.some((row) => inTable(row) && row.name === index);
    return !columns.some(inTable);
  });
  const names = lacking.map(({ name }) => name);
  if (!columns.some((row) => row.tableName === 'migrations')) names.unshift('migrations');
  if (names.length > 0) throw new SchemaFrozenError(explain(names));
  await connections.use(async (session) => {
    for (const migration of missing) await note(session, migration);
  });
}

function explain(names: readonly string[]): string {
  return (
    'the book takes changes to its tables by deploy request only (safe migrations are on), and ' +
    `lacks ${names.join(', ')}: start Sluice once with BOOK_URL naming a development branch of ` +
    'the database, deploy that branch by a deploy request, then start again'
  );
}
