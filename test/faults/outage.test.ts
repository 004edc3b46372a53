/**
 * Redis away for long while sales go on (ON_STOCK_OUTAGE=draw): it has the leases as well, as in
 * many shops. A share of the buyers is let in by a draw, the others are told so, and once Redis is
 * back everybody may buy what is left.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorSaleSchema } from '../../contract/operator.ts';
import { pause } from '../../origin/timer.ts';
import { openShop, type Shop } from '../flow/shop.ts';
import { type KillableServer, lockKillables, startKillableRedis } from '../stack/killable.ts';
import { expectWhole } from './aftermath.ts';
import { type Crowd, tally } from './buyers.ts';
import { type Fleet, startFleet } from './fleet.ts';
import type { Told } from './history.ts';
import { missingFor, startSale, UNITS } from './stage.ts';

const missing = await missingFor('redis-server');
const name = `Redis away for long${missing === undefined ? '' : `: ${missing}`}`;

/** Longer than it takes to notice on a busy machine. */
const NOTICE_MS = 30_000;
const OVER_MS = 20_000;
/** Far less than the 2 s after which a question to Redis is given up. */
const SOON_MS = 1_500;

/** As many as both processes answer in about a second. */
const CLICKS = 20;

describe.skipIf(missing !== undefined)(name, { timeout: 180_000 }, () => {
  let unlock: (() => void) | undefined;
  let redis: KillableServer;
  let shop: Shop;
  let fleet: Fleet;
  beforeAll(async () => {
    unlock = await lockKillables();
    redis = await startKillableRedis();
    shop = await openShop('servers', {
      variables: {
        STOCK_URL: redis.url,
        LEASE_URL: redis.url,
        ON_STOCK_OUTAGE: 'draw',
        STOCK_OUTAGE_SHARE: '0.5',
        STOCK_OUTAGE_AFTER_MS: '1500',
        LEASE_TTL_MS: '5000',
        LOG_LEVEL: 'silent',
      },
    });
    fleet = await startFleet(shop);
  });
  afterAll(async () => {
    await fleet?.stop();
    await shop?.close();
    await redis?.remove();
    unlock?.();
  });

  it('it is killed, and comes back with what it had', async () => {
    const crowd = await startSale(shop, fleet, 'killed', OVER_MS);
    await pause(2_000);
    await redis.kill();
    await untilSoldBy('killed', 'log');
    const drawn = await untilTold(crowd, ({ state }) => state === 'entered');
    await untilTold(crowd, ({ answer }) => answer === '429 not-drawn');
    await untilTold(
      crowd,
      ({ orderId, state }) => orderId === drawn.orderId && state === 'reserved',
    );
    await redis.start();
    await expectOver('killed', crowd);
  });

  it('it stands still, and nobody waits for it once the log sells', async () => {
    const crowd = await startSale(shop, fleet, 'frozen', OVER_MS);
    await pause(2_000);
    redis.freeze();
    await untilSoldBy('frozen', 'log');
    const before = crowd.history.length;
    await untilTold(crowd, ({ state }) => state === 'entered', before);
    // Once every process has seen it, and what it asked before was given up. A machine that stands
    // still for a moment holds up some answers; an origin that waits for Redis does so all along.
    const slowest = () => slowestOfLast(crowd.history.slice(before));
    await expect.poll(slowest, { timeout: NOTICE_MS }).toBeLessThan(SOON_MS);
    redis.wake();
    await expectOver('frozen', crowd);
  });

  async function untilSoldBy(saleId: string, soldBy: 'store' | 'log'): Promise<void> {
    const sold = async () => {
      const sale = await shop.operator.get(`/operator/sales/${saleId}`, operatorSaleSchema);
      return sale.loaded && sale.soldBy;
    };
    await expect.poll(() => sold().catch(() => 'no answer'), { timeout: NOTICE_MS }).toBe(soldBy);
  }

  async function untilTold({ history }: Crowd, isIt: (told: Told) => boolean, from = 0) {
    const find = () => history.slice(from).find(isIt);
    await expect.poll(find, { timeout: NOTICE_MS }).toBeDefined();
    return find() as Told;
  }

  /** Into the log's epoch and out of it; what was promised before it is kept. */
  async function expectOver(saleId: string, crowd: Crowd): Promise<void> {
    await untilSoldBy(saleId, 'store');
    // What a machine that stands still appends only after the epoch is over comes too late.
    const rejections = ['recovered'];
    const audit = await expectWhole({ shop, saleId, crowd, units: UNITS, rejections });
    // Two more for each time that a busy machine made Redis seem to be away again.
    const { epoch } = audit.terms;
    expect([epoch >= 3, epoch % 2], JSON.stringify(tally(crowd.history))).toEqual([true, 1]);
  }
});

/** How long the last clicks took at most, when there are so many already. */
function slowestOfLast(history: readonly Told[]): number {
  const clicks = history.filter(({ answer }) => /^(202|429|5|no )/.test(answer));
  if (clicks.length < CLICKS) return Number.POSITIVE_INFINITY;
  const tookMs = clicks
    .slice(-CLICKS)
    .map(({ askedAtMs = 0, toldAtMs = 0 }) => toldAtMs - askedAtMs);
  return Math.max(...tookMs);
}
