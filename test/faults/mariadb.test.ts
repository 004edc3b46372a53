/**
 * MariaDB in the middle of a sale: killed while it commits, away, slow, without room on its disk.
 * The log holds what was accepted, and nobody's time to pay begins before the book has the order.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditSchema } from '../../contract/operator.ts';
import { operatorOrdersSchema } from '../../contract/operator-orders.ts';
import { pause } from '../../origin/timer.ts';
import { openShop, type Shop } from '../flow/shop.ts';
import { type KillableServer, lockKillables, startKillableMariadb } from '../stack/killable.ts';
import { expectWhole } from './aftermath.ts';
import { tally } from './buyers.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { gaugeOf, missingFor, notReady, startSale, TEST_LIMIT, UNITS } from './stage.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** Not the isolation level READ COMMITTED, which opens every session. */
const COMMIT = /COMMIT(?!TED)/;
const AWAY_MS = 5_000;
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
    const crowd = await startSale(shop, fleet, 'killed');
    for (let time = 0; time < 2; time += 1) {
      await pause(1_000);
      await proxy.whenAsked(COMMIT, () => void mariadb.kill());
      await pause(500);
      await mariadb.start();
    }
    await expectWhole({ shop, saleId: 'killed', crowd, units: UNITS });
  });

  it('is away: orders are accepted, and the time to pay begins when they settle', async () => {
    const crowd = await startSale(shop, fleet, 'away');
    await pause(1_000);
    await proxy.refuse();
    const awayAtMs = Date.now();
    const toldBefore = crowd.history.length;
    await pause(AWAY_MS);
    const told = tally(crowd.history.slice(toldBefore));
    expect(await notReady(fleet.urls[0] ?? '')).toEqual(['book']);
    expect(await gaugeOf('sluice_log_lag_messages', fleet.settles)).toBeGreaterThan(0);
    const backAtMs = Date.now();
    await proxy.accept();
    await expectWhole({ shop, saleId: 'away', crowd, units: UNITS });

    expect(told['202 queued']).toBeGreaterThan(0);
    const path = '/operator/sales/away/orders?state=reserved&limit=1000';
    const { orders } = await shop.operator.get(path, operatorOrdersSchema);
    const settledAts = orders.map(({ settledAt }) => Date.parse(settledAt));
    expect(settledAts.filter((at) => at > awayAtMs + 500 && at < backAtMs)).toEqual([]);
    const windows = orders.map(
      ({ payBefore = '', settledAt }) => Date.parse(payBefore) - Date.parse(settledAt),
    );
    expect([...new Set(windows)]).toEqual([PAY_WINDOW_MS]);
  });

  it('answers late, and orders are accepted all the same', async () => {
    const crowd = await startSale(shop, fleet, 'slow');
    proxy.delay(250);
    await pause(4_000);
    proxy.delay(0);
    await expectWhole({ shop, saleId: 'slow', crowd, units: UNITS });
    const refused = Object.keys(tally(crowd.history)).filter((told) => /^5|^no /.test(told));
    expect(refused).toEqual([]);
  });

  it('has no room on its disk for more orders: the log keeps them meanwhile', async () => {
    const bytes = await fillOrders();
    const crowd = await startSale(shop, fleet, 'full');
    await pause(1_000);
    await mariadb.limitFiles(bytes);
    await pause(1_000);
    const toldBefore = crowd.history.length;
    await pause(2_500);
    const told = tally(crowd.history.slice(toldBefore));
    const { terms } = await shop.operator.get('/operator/sales/full/audit', auditSchema);
    await mariadb.limitFiles(undefined);
    await expectWhole({ shop, saleId: 'full', crowd, units: UNITS });

    expect(told['202 queued']).toBeGreaterThan(0);
    expect(terms.unsettled).toBeGreaterThan(0);
  });

  /**
   * Orders of another sale, so many that their file is the largest of all; resolves with its size.
   * They come in the order of their ids and leave no room in its pages.
   */
  async function fillOrders(): Promise<number> {
    const { pathname } = new URL(shop.environment.BOOK_URL ?? '');
    const connection = await createConnection(shop.environment.BOOK_URL ?? '');
    await connection.query(`
      INSERT INTO orders (order_id, sale_id, buyer_id, quantity, epoch, bucket, seq,
        reserved_at_ms, settled_at_ms, pay_before_ms, settle_id)
      SELECT LPAD(seq, 22, '0'), 'before', CONCAT('buyer-', seq), 1, 1, 0, seq, 1, 1, 1, 1
      FROM seq_1_to_60000`);
    await connection.end();
    return statSync(join(mariadb.dataFolder, pathname, 'orders.ibd')).size;
  }
});
