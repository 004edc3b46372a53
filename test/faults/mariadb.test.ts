/**
 * MariaDB in the middle of a sale: killed while it commits, away, slow, without room on its disk.
 * The log holds what was accepted, and nobody's time to pay begins before the book has the order.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saleTag } from '../../contract/ids.ts';
import { auditSchema } from '../../contract/operator.ts';
import { operatorOrdersSchema } from '../../contract/operator-orders.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import { pause } from '../../origin/timer.ts';
import { openShop, type Shop } from '../flow/shop.ts';
import { type KillableServer, lockKillables, startKillableMariadb } from '../stack/killable.ts';
import { expectWhole } from './aftermath.ts';
import { type Fleet, startFleet } from './fleet.ts';
import {
  expectServed,
  gaugeOf,
  IN_TIME,
  missingFor,
  notReady,
  openInWaves,
  startInWaves,
  startSale,
  TEST_LIMIT,
  UNITS,
  untilTold,
} from './stage.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** Not the isolation level READ COMMITTED, which opens every session. */
const COMMIT = /COMMIT(?!TED)/;
const AWAY_MS = 4_000;
/** MariaDB's number for it. */
const TABLE_IS_FULL = 1114;
/** The shop's setting; longer than anything here takes. */
const PAY_WINDOW_MS = 300_000;

const missing = await missingFor('mariadbd', 'prlimit');
const name = `MariaDB in the middle of a sale${missing === undefined ? '' : `: ${missing}`}`;

describe.skipIf(missing !== undefined)(name, TEST_LIMIT, () => {
  let unlock: (() => void) | undefined;
  let mariadb: KillableServer;
  let proxy: TcpProxy;
  let shop: Shop;
  let fleet: Fleet;
  beforeAll(async () => {
    unlock = await lockKillables();
    mariadb = await startKillableMariadb();
    proxy = await startTcpProxy(mariadb.url);
    const server = { url: mariadb.url, originPort: proxy.port };
    shop = await openShop('servers', { variables: { LOG_LEVEL: 'silent' }, mariadb: server });
    fleet = await startFleet(shop);
  });
  afterAll(async () => {
    await fleet?.stop();
    await shop?.close();
    await proxy?.close();
    await mariadb?.remove();
    unlock?.();
  });

  it('is killed while it commits, and comes back with what it had', async () => {
    const { crowd, others } = await startInWaves(shop, fleet, 'killed');
    for (const buyers of [15, undefined]) {
      let dying: Promise<void> | undefined;
      const striking = proxy.whenAsked(COMMIT, () => {
        dying = mariadb.kill();
      });
      // More than have come so far: the book has something to commit.
      others(1_500, buyers);
      await striking;
      await dying;
      await pause(500);
      await mariadb.start();
    }
    await expectWhole({ shop, saleId: 'killed', crowd, units: UNITS });
  });

  it('is away: orders are accepted, and the time to pay begins when they settle', async () => {
    const { crowd, others } = await startInWaves(shop, fleet, 'away');
    await proxy.refuse();
    const awayAtMs = Date.now();
    await untilTold(others(), '202 queued', 5);
    await expect.poll(() => notReady(fleet.urls[0] ?? ''), IN_TIME).toEqual(['book']);
    const lag = () => gaugeOf('sluice_log_lag_messages', fleet.settles);
    await expect.poll(lag, IN_TIME).toBeGreaterThan(0);
    await pause(Math.max(0, awayAtMs + AWAY_MS - Date.now()));
    const backAtMs = Date.now();
    await proxy.accept();
    await expectWhole({ shop, saleId: 'away', crowd, units: UNITS });

    const path = '/operator/sales/away/orders?state=reserved&limit=1000';
    const { orders } = await shop.operator.get(path, operatorOrdersSchema);
    const settledAts = orders.map(({ settledAt }) => Date.parse(settledAt));
    expect(settledAts.filter((at) => at > awayAtMs + 1_000 && at < backAtMs)).toEqual([]);
    const windows = orders.map(
      ({ payBefore = '', settledAt }) => Date.parse(payBefore) - Date.parse(settledAt),
    );
    expect([...new Set(windows)]).toEqual([PAY_WINDOW_MS]);
  });

  it('answers late, and orders are accepted all the same', async () => {
    proxy.delay(250);
    const crowd = await startSale(shop, fleet, 'slow', 4_000);
    await crowd.gone;
    proxy.delay(0);
    await expectWhole({ shop, saleId: 'slow', crowd, units: UNITS });
    expectServed(crowd);
  });

  it('has no room on its disk for more orders: the log keeps them meanwhile', async () => {
    const { crowd, others } = await openInWaves(shop, fleet, 'full');
    await fillDisk('full');
    const terms = async () =>
      (await shop.operator.get('/operator/sales/full/audit', auditSchema)).terms;
    // A few may fit into the last page.
    others(500, 30);
    await expect.poll(async () => (await terms()).unsettled, IN_TIME).toBeGreaterThan(5);
    await untilTold(others(1_500), '202 queued', 5);
    await mariadb.limitFiles(undefined);
    await expectWhole({ shop, saleId: 'full', crowd, units: UNITS });
  });

  /**
   * Orders of another sale, so many that their file is the largest of all, which may not grow from
   * then on; and on with them, where the orders of this sale belong, until not one more fits.
   */
  async function fillDisk(saleId: string): Promise<void> {
    const { pathname } = new URL(shop.environment.BOOK_URL ?? '');
    const file = join(mariadb.dataFolder, pathname, 'orders.ibd');
    const tag = saleTag(nodeHashing, saleId);
    const connection = await createConnection(shop.environment.BOOK_URL ?? '');
    let filled = 0;
    const fill = async (count: number): Promise<undefined> => {
      const [from, to] = [filled + 1, filled + count];
      await connection.query(`
        INSERT INTO orders (order_id, sale_id, buyer_id, quantity, epoch, bucket, seq,
          reserved_at_ms, settled_at_ms, pay_before_ms, settle_id)
        SELECT CONCAT('${tag}', LPAD(seq, 17, '0')), 'before', CONCAT('buyer-', seq), 1, 1, 0,
          seq, 1, 1, 1, 1
        FROM seq_${from}_to_${to}`);
      filled = to;
    };
    await fill(60_000);
    await mariadb.limitFiles(statSync(file).size);
    for (const count of [1_000, 50, 1]) {
      let why: Error | undefined;
      while (why === undefined) why = await fill(count).catch((error: Error) => error);
      expect(why).toMatchObject({ errno: TABLE_IS_FULL });
    }
    await connection.end();
  }
});
