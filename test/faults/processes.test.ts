/**
 * Two API processes and two that settle, in the middle of a sale: killed, held still for longer
 * than their leases and sessions, joined and left, restarted one after another. Buyers go on
 * clicking. Afterwards everything that they were told is so.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditSchema } from '../../contract/operator.ts';
import { pause } from '../../origin/timer.ts';
import { openShop, type Shop } from '../flow/shop.ts';
import { untilThere } from '../life/act.ts';
import { expectWhole } from './aftermath.ts';
import { openKnownSale, sendCrowd, tally } from './buyers.ts';
import { type Fleet, type FleetOptions, startFleet } from './fleet.ts';
import { balanceLoad } from './load-balancer.ts';
import { IN_TIME, missingFor, OVER_MS, startSale, TEST_LIMIT, UNITS } from './stage.ts';

/** Longer than the lease (LEASE_TTL_MS is 2 s here) and than the session of a consumer (6 s). */
const HELD_STILL_MS = 9_000;
/** For whoever slept to do the harm that it can. */
const WAKING_MS = 1_500;

/** What an API process and one that settles die of in the same sale. */
const DEATHS = [
  { api: 'admit.after-reserve=kill@10', settle: 'settle.before-commit=kill@1' },
  { api: 'admit.after-append=kill@3', settle: 'settle.after-commit=kill@1' },
  { api: 'append.lose-answer=kill@3', settle: 'settle.before-offset=kill@1' },
];

const missing = await missingFor();
const name = `several processes${missing === undefined ? '' : `: ${missing}`}`;

describe.skipIf(missing !== undefined)(name, TEST_LIMIT, () => {
  let shop: Shop;
  let fleet: Fleet | undefined;
  beforeAll(async () => {
    shop = await openShop('servers');
  });
  afterAll(async () => {
    await fleet?.stop();
    await shop?.close();
  });

  async function freshFleet(options: FleetOptions = {}): Promise<Fleet> {
    await fleet?.stop();
    const variables = { LOG_LEVEL: 'silent', ...options.variables };
    fleet = await startFleet(shop, { ...options, variables });
    return fleet;
  }

  /** The processes that the test before left as they should be. */
  async function sameFleet(): Promise<Fleet> {
    for (const process of fleet?.all ?? []) await process.signal('SIGCONT');
    return fleet ?? freshFleet();
  }

  it.each(DEATHS)('die at $api and $settle', async (failpoints) => {
    const started = await freshFleet({ failpoints });
    const saleId = failpoints.api.split('=')[0]?.replace('.', '-') ?? '';
    const crowd = await startSale(shop, started, saleId);
    await expectWhole({ shop, saleId, crowd, units: UNITS });
    expect(started.deaths()).toBe(2);
  });

  it('sleep through their leases and their session in the group', async () => {
    const running = await freshFleet();
    const [holder] = running.settles;
    const { urls } = running;
    const crowd = await startSale(shop, running, 'settle-still');
    await openKnownSale(shop, urls, { saleId: 'expiring', units: 5, payWindowMs: 2_000 });
    const unpaid = sendCrowd({ shop, urls, saleId: 'expiring', buyers: 5, overMs: 500 });
    await holder.signal('SIGSTOP');
    await untilThere(async () => {
      const [settled, expired] = [await terms('settle-still'), await terms('expiring')];
      const isDone = settled.reserved === UNITS && expired.free === 5;
      return isDone ? true : undefined;
    }, HELD_STILL_MS * 5);
    await holder.signal('SIGCONT');
    await pause(WAKING_MS);

    await expectWhole({ shop, saleId: 'settle-still', crowd, units: UNITS });
    await expectWhole({ shop, saleId: 'expiring', crowd: unpaid, units: 0 });
  });

  it('sleep between a reservation and its answer', async () => {
    const running = await sameFleet();
    const crowd = await startSale(shop, running, 'api-still');
    await pause(1_000);
    await running.apis[1].signal('SIGSTOP');
    await pause(HELD_STILL_MS);
    await running.apis[1].signal('SIGCONT');
    await pause(WAKING_MS);
    await expectWhole({ shop, saleId: 'api-still', crowd, units: UNITS });
  });

  it('join and leave the group in mid-batch', async () => {
    const running = await sameFleet();
    const crowd = await startSale(shop, running, 'rebalance');
    await pause(500);
    const third = await running.addSettle();
    await pause(1_500);
    await third.stop();
    await expectWhole({ shop, saleId: 'rebalance', crowd, units: UNITS });
  });

  it('restart one after another behind a load balancer, and no request is lost', async () => {
    const running = await freshFleet({ variables: { SHUTDOWN_DELAY_MS: '8000' } });
    const balancer = balanceLoad(running.urls);
    const serving = { ...running, urls: balancer.urls };
    const crowd = await startSale(shop, serving, 'rolling', 4 * OVER_MS);
    const { settles, apis } = running;
    await Promise.all([settles[0].restart(), apis[0].restart()]);
    await expect.poll(() => balancer.urls.length, IN_TIME).toBe(2);
    await Promise.all([settles[1].restart(), apis[1].restart()]);
    await expectWhole({ shop, saleId: 'rolling', crowd, units: UNITS });
    await balancer.stop();
    expect(running.deaths()).toBe(4);
    expect(tally(crowd.history)).not.toHaveProperty('cut off');
    expect(tally(crowd.history)).not.toHaveProperty('no connection');
  });

  async function terms(saleId: string) {
    return (await shop.operator.get(`/operator/sales/${saleId}/audit`, auditSchema)).terms;
  }
});
