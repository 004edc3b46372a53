/**
 * What the suites of this folder share: whether they can run here, and one sale after another with
 * a crowd, on processes that live on from test to test.
 */
import { missingServers, type Shop } from '../flow/shop.ts';
import { findProgram } from '../stack/processes.ts';
import { openKnownSale, sendCrowd } from './buyers.ts';
import type { Fleet } from './fleet.ts';

/** Why the suite cannot run; undefined when it can. In CI it must. */
export async function missingFor(...programs: string[]): Promise<string | undefined> {
  const missing = await missingServers('servers');
  if (missing !== undefined) return missing;
  for (const program of programs) {
    if ((await findProgram(program)) !== undefined) continue;
    if (process.env.CI) throw new Error(`${program} is not installed`);
    return `${program} is not installed`;
  }
  return undefined;
}

/** What an operator sees of a process: the backends that do not serve it, by name. */
export async function notReady(url: string): Promise<string[]> {
  const response = await fetch(`${url}/readyz`);
  const { notReady = {} } = (await response.json()) as { notReady?: Record<string, string> };
  return Object.keys(notReady).sort();
}

/** The sum of a gauge over these processes. */
export async function gaugeOf(metric: string, processes: readonly { url: string }[]) {
  const pattern = new RegExp(`^${metric}(?:\\{.*\\})? (\\S+)$`, 'gm');
  const texts = await Promise.all(
    processes.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
  );
  const values = texts.flatMap((text) => Array.from(text.matchAll(pattern), ([, value]) => value));
  return values.reduce((sum, value) => sum + Number(value), 0);
}

/** A test takes ten seconds or so; one that fails has the time to say what is amiss. */
export const TEST_LIMIT = { timeout: 90_000 };

/** As many as make a sale last through a fault, and few enough for two cores. */
export const UNITS = 60;
export const BUYERS = 90;
export const OVER_MS = 6_000;

/** Opens a sale and sends more buyers than it has units. */
export async function startSale(shop: Shop, { urls }: Fleet, saleId: string, overMs = OVER_MS) {
  await openKnownSale(shop, urls, { saleId, units: UNITS });
  return sendCrowd({ shop, urls, saleId, buyers: BUYERS, overMs });
}
