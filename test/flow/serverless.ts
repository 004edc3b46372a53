/**
 * What a shop on serverless backends talks to: Upstash's gateway in front of the stack's Redis,
 * PlanetScale's in front of a database of the stack's MariaDB. They run in the process of the test,
 * so they outlive every process of the shop, and the test orders their faults.
 */
import { type PlanetscaleGateway, startPlanetscaleGateway } from '../gateways/planetscale.ts';
import { startUpstashGateway, type UpstashGateway } from '../gateways/upstash.ts';
import { addresses } from '../stack/addresses.ts';

/**
 * PlanetScale's own is 20 s, for which what a killed process had locked stays locked; less, as the
 * other times of a shop under test, and still more than a statement waits for a lock.
 */
const TRANSACTION_LIMIT_MS = 8_000;

export interface Serverless {
  upstash: UpstashGateway;
  planetscale: PlanetscaleGateway;
  /** The database itself, with no gateway before it. */
  mariadbUrl: string;
  /** What the origin is told of them. */
  variables: Record<string, string>;
  close(): Promise<void>;
}

export async function startServerless(mariadbUrl: string): Promise<Serverless> {
  const token = `token-${crypto.randomUUID()}`;
  const upstash = await startUpstashGateway({ redis: addresses.redis, token });
  const planetscale = await startPlanetscaleGateway({
    mariadb: mariadbUrl,
    transactionLimitMs: TRANSACTION_LIMIT_MS,
  });
  return {
    upstash,
    planetscale,
    mariadbUrl,
    variables: {
      STOCK_URL: upstash.url,
      LEASE_URL: upstash.url,
      UPSTASH_REDIS_REST_TOKEN: token,
      BOOK_URL: planetscale.url,
      LOG_URL: 'direct',
    },
    async close() {
      await upstash.close();
      await planetscale.close();
    },
  };
}
