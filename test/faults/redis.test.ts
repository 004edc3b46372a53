/**
 * Redis in the middle of a sale: killed, away, mute, slow, without room on its disk. Buyers are
 * told to ask again and when; afterwards everybody who was told of an order has it.
 */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pause } from '../../origin/timer.ts';
import { openShop, type Shop } from '../flow/shop.ts';
import { type KillableServer, lockKillables, startKillableRedis } from '../stack/killable.ts';
import { expectWhole } from './aftermath.ts';
import { type Crowd, tally } from './buyers.ts';
import { type Fleet, startFleet } from './fleet.ts';
import {
  expectServed,
  IN_TIME,
  missingFor,
  notReady,
  startInWaves,
  startSale,
  TEST_LIMIT,
  UNITS,
  untilTold,
} from './stage.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const missing = await missingFor('redis-server', 'prlimit');
const name = `Redis in the middle of a sale${missing === undefined ? '' : `: ${missing}`}`;

describe.skipIf(missing !== undefined)(name, TEST_LIMIT, () => {
  let unlock: (() => void) | undefined;
  let redis: KillableServer;
  let proxy: TcpProxy;
  let shop: Shop;
  let fleet: Fleet;
  beforeAll(async () => {
    unlock = await lockKillables();
    redis = await startKillableRedis();
    proxy = await startTcpProxy(redis.url);
    const url = proxy.through(redis.url);
    const variables = { STOCK_URL: url, LEASE_URL: url, LOG_LEVEL: 'silent' };
    shop = await openShop('servers', { variables });
    fleet = await startFleet(shop);
  });
  afterAll(async () => {
    await fleet?.stop();
    await shop?.close();
    await proxy?.close();
    await redis?.remove();
    unlock?.();
  });

  it('is killed in its scripts and comes back with its append-only file', async () => {
    const { crowd, others } = await startInWaves(shop, fleet, 'killed');
    let dying: Promise<void> | undefined;
    const striking = proxy.whenAsked(/killed-buyer/, () => {
      dying = redis.kill();
    });
    others(3_000);
    await striking;
    await dying;
    await pause(1_000);
    await redis.start();
    await expectRecovered('killed', crowd);
  });

  it('has lost everything', async () => {
    const { crowd, others } = await startInWaves(shop, fleet, 'emptied');
    const client = new Redis(redis.url);
    await client.flushall();
    await client.quit();
    others(3_000);
    await expectRecovered('emptied', crowd);
  });

  it('is away for a while', async () => {
    const { crowd, others } = await startInWaves(shop, fleet, 'away');
    await proxy.refuse();
    await untilTold(others(3_000), '503 overloaded');
    await expect.poll(() => notReady(fleet.urls[0] ?? ''), IN_TIME).toEqual(['lease', 'stock']);
    await pause(2_000);
    await proxy.accept();
    await expectWhole({ shop, saleId: 'away', crowd, units: UNITS });
  });

  it('does what it is asked, and its answers are lost', async () => {
    const crowd = await startSale(shop, fleet, 'mute');
    await pause(1_500);
    proxy.swallowAnswers(true);
    await pause(3_000);
    proxy.swallowAnswers(false);
    proxy.cut();
    await expectWhole({ shop, saleId: 'mute', crowd, units: UNITS });
  });

  it('is slow, and nobody is told so', async () => {
    proxy.delay(200);
    const crowd = await startSale(shop, fleet, 'slow', 4_000);
    await crowd.gone;
    proxy.delay(0);
    await expectWhole({ shop, saleId: 'slow', crowd, units: UNITS });
    expectServed(crowd);
  });

  it('has no room for its append-only file', async () => {
    const { crowd, others } = await startInWaves(shop, fleet, 'full');
    await redis.limitFiles(1);
    others(3_000);
    // With appendfsync=always it rather ends than say what it cannot keep.
    await expect.poll(() => redis.isRunning(), IN_TIME).toBe(false);
    await pause(1_000);
    await redis.start();
    await expectRecovered('full', crowd);
  });

  /** By itself, into another epoch. */
  async function expectRecovered(saleId: string, crowd: Crowd) {
    const rejections = ['recovered'];
    const audit = await expectWhole({ shop, saleId, crowd, units: UNITS, rejections });
    expect(audit.terms.epoch).toBeGreaterThan(1);
    expect(tally(crowd.history)).toHaveProperty('503 recovering');
  }
});
