/**
 * OrderBook on PlanetScale, over HTTP: the same statements as over a socket, one POST each. A
 * COMMIT whose answer is lost leaves open whether the batch is in; the caller sends it again, and
 * that is harmless. What the server itself risks is PlanetScale's to know; what can be seen here is
 * whether a session keeps what the book asks of it.
 */
import type { Clock } from '../../contract/clock.ts';
import type { Random } from '../../contract/random.ts';
import { loadStatement } from '../statements.ts';
import type { OrderBook } from './book.ts';
import { createBookOver } from './book-over-mysql.ts';
import { rowsOf } from './mysql-connections.ts';
import { createPlanetscaleConnections } from './planetscale-connections.ts';
import { migratePlanetscale } from './planetscale-migrate.ts';

const showSettings = loadStatement(new URL('./sql/mysql/show-settings.sql', import.meta.url));

export interface PlanetscaleBookOptions {
  /** `https://user:password@host` */
  url: string;
  clock: Clock;
  random: Random;
}

interface Setting {
  Variable_name: string;
  Value: string;
}

export function createPlanetscaleBook({ url, clock, random }: PlanetscaleBookOptions): OrderBook {
  const connections = createPlanetscaleConnections({ url, clock });
  return {
    ...createBookOver(connections, random),
    migrate: () => migratePlanetscale(connections),
    async risks() {
      try {
        const [result] = await connections.use((session) => session.exchange([showSettings]));
        return risksOf(rowsOf<Setting>(result));
      } catch (error) {
        // A service may not tell; nothing depends on it.
        const why = error instanceof Error ? error.message : String(error);
        return [`whether a session of the book keeps its settings cannot be seen: ${why}`];
      }
    },
  };
}

function risksOf(settings: readonly Setting[]): string[] {
  const of = (...names: string[]) =>
    settings.find(({ Variable_name: name }) => names.includes(name))?.Value ?? 'unknown';
  const mode = of('sql_mode');
  const isolation = of('transaction_isolation', 'tx_isolation');
  const risks: string[] = [];
  if (!/STRICT_(?:ALL|TRANS)_TABLES/.test(mode)) {
    risks.push(`the book's server is not strict (sql_mode is ${mode}): it may cut what is written`);
  }
  if (isolation !== 'READ-COMMITTED') {
    risks.push(
      `a session of the book does not keep its settings (its isolation is ${isolation}): batches ` +
        'that meet may have to run again',
    );
  }
  return risks;
}
