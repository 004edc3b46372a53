/** The book's server: its version, its migrations, and what decides whether commits last. */
import type { Clock } from '../../contract/clock.ts';
import type { Config } from '../../origin/config.ts';
import { readTlsMaterial } from '../../origin/connection-security.ts';
import { missingMigrations } from '../../origin/settle/migrations.ts';
import { type MysqlConnections, rowsOf } from '../../origin/settle/mysql-connections.ts';
import { isTableMissing } from '../../origin/settle/mysql-errors.ts';
import { knownMigrations } from '../../origin/settle/mysql-migrate.ts';
import { type Durability, risksOf } from '../../origin/settle/mysql-risks.ts';
import { createMysqlConnections } from '../../origin/settle/mysql2-connections.ts';
import { createPlanetscaleConnections } from '../../origin/settle/planetscale-connections.ts';
import { loadStatement } from '../../origin/statements.ts';
import type { Probe, Risk } from './probe.ts';

const ofBook = (name: string) =>
  loadStatement(new URL(`../../origin/settle/sql/mysql/${name}.sql`, import.meta.url));
const ping = ofBook('ping');
const selectNow = ofBook('select-now');
const selectMigrations = ofBook('select-migrations');
const selectDurability = ofBook('select-durability');
const selectVersion = loadStatement(new URL('./sql/select-version.sql', import.meta.url));

const isHttp = (url: string) => /^https?:/.test(url);

export function openBookFor(config: Config, clock: Clock): MysqlConnections {
  const { BOOK_URL: url } = config;
  if (isHttp(url)) return createPlanetscaleConnections({ url, clock });
  const tls = config.BOOK_TLS === 'on' ? readTlsMaterial(config, 'BOOK') : undefined;
  return createMysqlConnections(url, tls);
}

export function bookProbe(config: Config, clock: Clock): Probe {
  const book = openBookFor(config, clock);
  return {
    ping: () => book.ask([ping]),
    async describe() {
      const [result] = await book.ask([selectVersion]);
      const version = rowsOf<{ version: string }>(result)[0]?.version ?? '';
      const name = /mariadb/i.test(version) ? 'MariaDB' : 'MySQL';
      return `${name} ${version.replace(/-mariadb.*/i, '')}`;
    },
    async risks() {
      // Over HTTP its settings are the service's.
      const durability = isHttp(config.BOOK_URL) ? [] : await durabilityRisks(book);
      return [...(await migrationRisks(book)), ...durability];
    },
    close: () => book.close(),
  };
}

/** By the book's own clock, in milliseconds since the epoch. */
export async function bookNowMs(book: MysqlConnections): Promise<number> {
  const [result] = await book.ask([selectNow]);
  return Number(rowsOf<{ nowMs: number }>(result)[0]?.nowMs ?? Number.NaN);
}

async function durabilityRisks(book: MysqlConnections): Promise<Risk[]> {
  const [result] = await book.ask([selectDurability]);
  return rowsOf<Durability>(result)
    .flatMap(risksOf)
    .map((detail) => {
      const [setting = ''] = detail.split(' ');
      return { state: 'warn', detail, advice: `set ${setting} = 1 in the server's settings` };
    });
}

async function migrationRisks(book: MysqlConnections): Promise<Risk[]> {
  try {
    const [result] = await book.ask([selectMigrations]);
    const done = rowsOf<{ number: number }>(result).map(({ number }) => number);
    return migrationRisk(done);
  } catch (error) {
    if (!isTableMissing(error)) throw error;
    return migrationRisk([]);
  }
}

/** Throws BookNewerError, as a start would. */
function migrationRisk(done: readonly number[]): Risk[] {
  const missing = missingMigrations(knownMigrations, done);
  if (missing.length === 0) return [];
  const what = done.length === 0 ? 'has no tables yet' : `lacks ${missing.length} migrations`;
  return [
    { state: 'warn', detail: what, advice: 'start an origin of this version: it makes them' },
  ];
}
