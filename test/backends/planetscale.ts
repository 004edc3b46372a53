/** A gateway to a database of its own, for tests of the book on PlanetScale. */
import { systemClock } from '../../contract/clock.ts';
import { systemRandom } from '../../contract/random.ts';
import { createPlanetscaleBook } from '../../origin/settle/planetscale-book.ts';
import {
  type PlanetscaleGateway,
  type PlanetscaleGatewayOptions,
  startPlanetscaleGateway,
} from '../gateways/planetscale.ts';
import { createTestDatabase, type TestDatabase } from './mariadb.ts';

export interface PlanetscaleUnderTest {
  database: TestDatabase;
  gateway: PlanetscaleGateway;
  close(): Promise<void>;
}

export async function startPlanetscale(
  options: Omit<PlanetscaleGatewayOptions, 'mariadb'> = {},
): Promise<PlanetscaleUnderTest> {
  const database = await createTestDatabase();
  const gateway = await startPlanetscaleGateway({ ...options, mariadb: database.url });
  return {
    database,
    gateway,
    async close() {
      await gateway.close();
      await database.drop();
    },
  };
}

export function openPlanetscaleBook(url: string) {
  return createPlanetscaleBook({ url, clock: systemClock, random: systemRandom });
}
