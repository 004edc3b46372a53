/**
 * Upstash and PlanetScale in the middle of a sale, between two API processes that settle what they
 * accept and two that share the other roles. Answers are lost, after a COMMIT above all; both are
 * too busy now and then; each is away for a while. Buyers go on clicking, and what they are told is
 * so in the book.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { deadLettersSchema } from '../../contract/operator-dead-letters.ts';
import { pause } from '../../origin/timer.ts';
import type { Serverless } from '../flow/serverless.ts';
import { openShop, type Shop } from '../flow/shop.ts';
import type { Fault as BookFault } from '../gateways/planetscale-faults.ts';
import type { Fault as StockFault } from '../gateways/upstash.ts';
import { expectWhole } from './aftermath.ts';
import { tally } from './buyers.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { missingFor, notReady, startSale, TEST_LIMIT, UNITS } from './stage.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** Longer than ACCEPT_WAIT_MS and than a lease. */
const AWAY_MS = 4_000;
const ORDERS = /^INSERT (?:IGNORE )?INTO orders\b/;
const STOCK_IS_BUSY: StockFault[] = [
  { kind: 'too-many' },
  { kind: 'page', status: 500 },
  { kind: 'page', status: 502 },
];
const BOOK_IS_BUSY: BookFault[] = [
  { kind: 'status', status: 429 },
  { kind: 'status', status: 500, body: '{"error":{"code":"internal","message":"oh no"}}' },
  { kind: 'status', status: 502 },
];

const missing = await missingFor();
const name = `Upstash and PlanetScale in a sale${missing === undefined ? '' : `: ${missing}`}`;

describe.skipIf(missing !== undefined)(name, TEST_LIMIT, () => {
  let stock: TcpProxy;
  let book: TcpProxy;
  let shop: Shop;
  let gateways: Serverless;
  let fleet: Fleet;
  beforeAll(async () => {
    shop = await openShop('serverless');
    if (shop.serverless === undefined) throw new Error('there are no gateways');
    gateways = shop.serverless;
    const { upstash, planetscale } = gateways;
    [stock, book] = [await startTcpProxy(upstash.url), await startTcpProxy(planetscale.url)];
    const variables = {
      STOCK_URL: stock.through(upstash.url),
      LEASE_URL: stock.through(upstash.url),
      BOOK_URL: book.through(planetscale.url),
      ACCEPT_WAIT_MS: '1000',
      LOG_LEVEL: 'silent',
    };
    fleet = await startFleet(shop, { variables });
  });
  afterEach(() => {
    expect(fleet.deaths(), 'processes that died of it').toBe(0);
  });
  afterAll(async () => {
    await fleet?.stop();
    await stock?.close();
    await book?.close();
    await shop?.close();
  });

  it('units are taken, and the answer is lost: the same click has its order', async () => {
    const { faults } = gateways.upstash;
    const crowd = await startSale(shop, fleet, 'lost-units');
    await nowAndThen(12, () => faults.orderFor(/lost-units-buyer/, { kind: 'lose-answer' }));
    const audit = await expectWhole({ shop, saleId: 'lost-units', crowd, units: UNITS });
    expect(audit.terms.epoch).toBe(1);
    expect(faults.left()).toBeLessThan(12);
    // Nobody hides it by asking again: the click that was not answered is told so, and when.
    const overloaded = crowd.history.filter(({ answer }) => answer === '503 overloaded');
    expect(overloaded).not.toEqual([]);
    expect(overloaded.filter(({ saysWhen }) => saysWhen !== true)).toEqual([]);
  });

  it('the answer to a COMMIT is lost, done or not: each order counts once', async () => {
    const { faults, counts } = gateways.planetscale;
    const struckBefore = counts.struck();
    const crowd = await startSale(shop, fleet, 'lost-commits');
    await nowAndThen(6, (time) => {
      const fault: BookFault = { kind: time % 2 === 0 ? 'lose-after' : 'lose-before' };
      for (let inARow = 0; inARow < 3; inARow += 1) faults.nextCommit(ORDERS, fault);
    });
    const audit = await expectWhole({ shop, saleId: 'lost-commits', crowd, units: UNITS });
    expect(audit.proof.orders).toEqual({ reserved: UNITS });
    expect(counts.struck() - struckBefore).toBeGreaterThan(10);
    // Unknown is not refused: whoever took it for that would bury an order, which may be settled.
    const { letters } = await shop.operator.get('/operator/dead-letters', deadLettersSchema);
    expect(letters).toEqual([]);
  });

  it('429 and 500 now and then at both: buyers ask again', async () => {
    const { upstash, planetscale } = gateways;
    const struckBefore = planetscale.counts.struck();
    const crowd = await startSale(shop, fleet, 'busy');
    await nowAndThen(20, (time) => {
      const turn = time % STOCK_IS_BUSY.length;
      upstash.faults.orderFor(/busy/, STOCK_IS_BUSY[turn] ?? { kind: 'too-many' });
      planetscale.faults.next(/busy|^COMMIT/, BOOK_IS_BUSY[turn] ?? { kind: 'lose-after' });
    });
    await expectWhole({ shop, saleId: 'busy', crowd, units: UNITS });
    expect(upstash.faults.left()).toBeLessThan(20);
    expect(planetscale.counts.struck() - struckBefore).toBeGreaterThan(10);
  });

  it('the book is away: orders are accepting, and settle when it is back', async () => {
    const crowd = await startSale(shop, fleet, 'no-book');
    await pause(1_000);
    await book.refuse();
    const awayAtMs = performance.now();
    await pause(AWAY_MS);
    const told = tally(crowd.history.filter(({ askedAtMs = 0 }) => askedAtMs > awayAtMs));
    expect(await notReady(fleet.urls[0] ?? '')).toEqual(['book', 'log']);
    await book.accept();
    await expectWhole({ shop, saleId: 'no-book', crowd, units: UNITS });
    expect(told['202 accepting']).toBeGreaterThan(0);
    expect(told['200 reserved']).toBeUndefined();
  });

  it('the stock is away: buyers ask again, and leases are taken anew', async () => {
    const crowd = await startSale(shop, fleet, 'no-stock');
    await pause(1_000);
    await stock.refuse();
    await pause(AWAY_MS);
    expect(await notReady(fleet.urls[0] ?? '')).toEqual(['lease', 'stock']);
    await stock.accept();
    const audit = await expectWhole({ shop, saleId: 'no-stock', crowd, units: UNITS });
    expect(audit.terms.epoch).toBe(1);
    expect(tally(crowd.history)).toHaveProperty('503 overloaded');
  });
});

/** Strikes five times a second, while buyers come. */
async function nowAndThen(times: number, strike: (time: number) => void): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    strike(time);
    await pause(200);
  }
}
