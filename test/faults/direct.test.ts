/**
 * Sales that need no log (LOG_URL=direct): two API processes settle what they accept, beside two
 * that share the other roles. The book is slow, away, or loses the answer to a COMMIT; Redis loses
 * its memory; an API process sleeps through that; the book refuses an order. Buyers go on clicking,
 * and what they are told is so in the book.
 */
import { Redis } from 'ioredis';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorOrdersSchema } from '../../contract/operator-orders.ts';
import { pause } from '../../origin/timer.ts';
import { openShop, type Shop } from '../flow/shop.ts';
import { readBookRecords } from '../life/records.ts';
import { addresses, serverUrls } from '../stack/addresses.ts';
import { expectWhole } from './aftermath.ts';
import { createAsking, openKnownSale, tally } from './buyers.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { missingFor, notReady, startSale, TEST_LIMIT, UNITS } from './stage.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** Not the isolation level READ COMMITTED, which opens every session. */
const COMMIT = /COMMIT(?!TED)/;
/** Longer than ACCEPT_WAIT_MS: whoever clicks meanwhile is told `accepting`. */
const AWAY_MS = 4_000;

const missing = await missingFor();
const name = `orders that settle at once${missing === undefined ? '' : `: ${missing}`}`;

describe.skipIf(missing !== undefined)(name, TEST_LIMIT, () => {
  let proxy: TcpProxy;
  let shop: Shop;
  let fleet: Fleet;
  beforeAll(async () => {
    proxy = await startTcpProxy(serverUrls(addresses).mariadb);
    shop = await openShop('servers');
    const direct = { LOG_URL: 'direct', ACCEPT_WAIT_MS: '1000', LOG_LEVEL: 'silent' };
    const bookUrl = proxy.through(shop.environment.BOOK_URL ?? '');
    fleet = await startFleet(shop, { variables: { ...direct, BOOK_URL: bookUrl } });
  });
  afterAll(async () => {
    await fleet?.stop();
    await shop?.close();
    await proxy?.close();
  });

  it('two processes at once on one sale: reserved is the first answer', async () => {
    const crowd = await startSale(shop, fleet, 'two', 1_000);
    await expectWhole({ shop, saleId: 'two', crowd, units: UNITS });
    const told = tally(crowd.history);
    expect(told['200 reserved']).toBeGreaterThanOrEqual(UNITS);
    expect(told['202 queued']).toBeUndefined();
  });

  it('the book is away: orders are accepting, the outbox holds them, and they settle', async () => {
    const crowd = await startSale(shop, fleet, 'away');
    await pause(1_000);
    await proxy.refuse();
    const awayAtMs = performance.now();
    await pause(AWAY_MS);
    const told = tally(crowd.history.filter(({ askedAtMs = 0 }) => askedAtMs > awayAtMs));
    expect(await notReady(fleet.urls[0] ?? '')).toEqual(['book', 'log']);
    const redis = new Redis(serverUrls(addresses).redis);
    const held = await redis.hlen(`${shop.environment.STOCK_PREFIX}{away:0}:outbox`);
    redis.disconnect();
    await proxy.accept();
    await expectWhole({ shop, saleId: 'away', crowd, units: UNITS });
    expect(told['202 accepting']).toBeGreaterThan(0);
    expect(told['200 reserved']).toBeUndefined();
    expect(held).toBeGreaterThan(0);
    const path = '/operator/sales/away/orders?state=reserved&limit=1000';
    expect((await shop.operator.get(path, operatorOrdersSchema)).orders).toHaveLength(UNITS);
  });

  it('the answer to a COMMIT is lost, three times: each order counts once', async () => {
    const crowd = await startSale(shop, fleet, 'lost');
    for (let time = 0; time < 3; time += 1) {
      await proxy.whenAsked(COMMIT, () => setTimeout(proxy.cut, 5));
      await pause(500);
    }
    await expectWhole({ shop, saleId: 'lost', crowd, units: UNITS });
  });

  it('an API process is killed, and the relay settles what it left', async () => {
    const crowd = await startSale(shop, fleet, 'killed');
    for (let time = 0; time < 2; time += 1) {
      await pause(1_000);
      await fleet.apis[time]?.kill();
    }
    await expectWhole({ shop, saleId: 'killed', crowd, units: UNITS });
  });

  it('Redis forgets the sale while a process sleeps, and nobody was told too much', async () => {
    const crowd = await startSale(shop, fleet, 'forgotten');
    await pause(1_500);
    await fleet.apis[1].signal('SIGSTOP');
    await forgetSale('forgotten');
    await pause(3_000);
    await fleet.apis[1].signal('SIGCONT');
    // What was only accepting when it was forgotten may have come too late, and is told so.
    const audit = await expectWhole({ shop, saleId: 'forgotten', crowd, units: UNITS });
    expect(audit.terms.epoch).toBe(2);
  });

  it('the book refuses an order: its buyer hears that it is held, others have theirs', async () => {
    await openKnownSale(shop, fleet.urls, { saleId: 'poison', units: 10 });
    const book = await createConnection(shop.environment.BOOK_URL ?? '');
    // As a table that somebody changed: this buyer's id fits no more.
    await book.query(
      `ALTER TABLE orders ADD CONSTRAINT no_such_buyer CHECK (buyer_id <> 'poison-buyer')`,
    );
    const history: Parameters<typeof createAsking>[1] = [];
    const ask = createAsking({ shop, urls: fleet.urls, saleId: 'poison' }, history);
    const clicks = ['poison-buyer', 'anna', 'bert', 'carl'].map((buyerId) =>
      ask.click(buyerId, `click-of-${buyerId}`),
    );
    const [refused, ...others] = await Promise.all(clicks);
    await book.query('ALTER TABLE orders DROP CONSTRAINT no_such_buyer');
    await book.end();
    expect(refused).toMatchObject({ answer: '202', state: 'queued' });
    for (const told of others) expect(told).toMatchObject({ answer: '200', state: 'reserved' });
    const again = await ask.order('poison-buyer', refused?.orderId ?? '');
    expect(again).toMatchObject({ answer: '200', state: 'queued' });
    const records = await readBookRecords(shop, 'servers', 'poison');
    expect(records.orders).toHaveLength(3);
  });

  /** All keys of the sale, as after a restore from before it. */
  async function forgetSale(saleId: string): Promise<void> {
    const redis = new Redis(serverUrls(addresses).redis);
    const keys = await redis.keys(`${shop.environment.STOCK_PREFIX}*${saleId}*`);
    expect(keys).not.toEqual([]);
    await redis.del(keys);
    redis.disconnect();
  }
});
