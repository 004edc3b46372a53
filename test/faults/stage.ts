/**
 * What the suites of this folder share: whether they can run here, and one sale after another with
 * a crowd, on processes that live on from test to test.
 */
import { expect } from 'vitest';
import { missingServers, type Shop } from '../flow/shop.ts';
import { findProgram } from '../stack/processes.ts';
import { type Crowd, openKnownSale, sendCrowd, tally } from './buyers.ts';
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
export const TEST_LIMIT = { timeout: 120_000 };

/** What must come, and may be late on a machine that does other things as well. */
export const IN_TIME = { timeout: 25_000, interval: 50 };

/** As many as make a sale last through a fault, and few enough for two cores. */
export const UNITS = 60;
export const BUYERS = 90;
export const OVER_MS = 6_000;
/** Those who come before a fault: most units are left for who comes in it. */
const EARLY = 15;

/** Opens a sale and sends more buyers than it has units. */
export async function startSale(shop: Shop, { urls }: Fleet, saleId: string, overMs = OVER_MS) {
  await openKnownSale(shop, urls, { saleId, units: UNITS });
  return sendCrowd({ shop, urls, saleId, buyers: BUYERS, overMs });
}

export interface SaleInWaves {
  /** All who came, as one crowd. */
  crowd: Crowd;
  /** So many more, or the rest: more than there are units left. What they alone were told. */
  others(overMs?: number, buyers?: number): Crowd;
}

/** Opens a sale whose crowd comes when the test says so. */
export async function openInWaves(
  shop: Shop,
  { urls }: Pick<Fleet, 'urls'>,
  saleId: string,
): Promise<SaleInWaves> {
  await openKnownSale(shop, urls, { saleId, units: UNITS });
  const crowds: Crowd[] = [];
  let sent = 0;
  return {
    crowd: {
      get history() {
        return crowds.flatMap(({ history }) => history);
      },
      get gone() {
        return Promise.all(crowds.map(({ gone }) => gone)).then(() => {});
      },
    },
    others(overMs = 2_000, buyers = BUYERS - sent) {
      const others = sendCrowd({ shop, urls, saleId, overMs, buyers, from: sent });
      sent += buyers;
      crowds.push(others);
      return others;
    },
  };
}

/**
 * The same, with a first few; resolves when one of them has its order in the book. However slow the
 * machine is, the others come during the fault.
 */
export async function startInWaves(...parts: Parameters<typeof openInWaves>): Promise<SaleInWaves> {
  const sale = await openInWaves(...parts);
  await untilTold(sale.others(800, EARLY), '200 reserved');
  return sale;
}

/** Resolves when so many of the crowd were told that. */
export async function untilTold(crowd: Crowd, answer: string, count = 1) {
  await expect.poll(() => tally(crowd.history)[answer] ?? 0, IN_TIME).toBeGreaterThanOrEqual(count);
}

/** Most of a crowd was served: on a machine that stands still now and then a few may not be. */
export function expectServed({ history }: Crowd): void {
  const refused = history.filter(({ answer }) => /^5|^no /.test(answer)).length;
  expect(refused / history.length, JSON.stringify(tally(history))).toBeLessThan(0.2);
}
