/**
 * A buyer's orders in all sales, on a book of either kind: whose they are, in which order, how
 * many, and what the book has to do for them.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { myOrdersSchema } from '../../../contract/order.ts';
import { createPassKeeper, PASS_HEADER } from '../../../contract/pass.ts';
import type { HeldOrders } from '../../../origin/dead-letters/held-orders.ts';
import { nodeHashing } from '../../../origin/hashing.ts';
import { createMineRoutes, type NewestPayments } from '../../../origin/http/mine-routes.ts';
import { createPassGate } from '../../../origin/http/pass-gate.ts';
import type { OrderBook, Sale } from '../../../origin/settle/book.ts';
import type { OpenBook } from '../../backends/book.exercise.ts';
import { type BookTrial, createBookTrial } from '../../backends/book.trial.ts';

const NOW_MS = 1_795_000_000_000;
const NONE_HELD: HeldOrders = { ofBuyer: async () => [] };
const keeper = createPassKeeper(nodeHashing, [{ id: 'a', secret: new Uint8Array(32).fill(1) }]);
const passGate = createPassGate(keeper, () => NOW_MS);

export function exerciseMineRoutes(name: string, open: () => Promise<OpenBook>): void {
  describe(`GET /api/orders on ${name}`, () => {
    let opened: OpenBook | undefined;
    let trial: BookTrial | undefined;
    beforeAll(async () => {
      opened = await open();
      trial = createBookTrial(opened.book);
    });
    afterAll(() => opened?.close());

    const stage: Stage = () => {
      if (trial === undefined) throw new Error('the book is opened before the tests');
      return trial;
    };
    exerciseWhose(stage);
    exerciseHowMany(stage);
  });
}

type Stage = () => BookTrial;

function exerciseWhose(stage: Stage): void {
  test('are those of one buyer in all sales, with titles, and nobody else sees them', async () => {
    const [phone, watch] = [await stage().sale(5), await stage().sale(5, { title: 'A watch' })];
    const first = stage().reservation(phone, 1, { buyerId: 'ann' });
    const second = stage().reservation(watch, 2, { buyerId: 'ann', quantity: 2 });
    await stage().settle(first, second, stage().reservation(watch, 3, { buyerId: 'ben' }));

    const orders = await ordersOf(stage().book, 'ann', [phone, watch]);
    expect(orders.map(({ orderId, title }) => [orderId, title]).sort()).toEqual(
      [
        [first.orderId, 'A phone'],
        [second.orderId, 'A watch'],
      ].sort(),
    );
    expect(orders.every(({ state, payBefore }) => state === 'reserved' && payBefore)).toBe(true);
    expect(await ordersOf(stage().book, 'ben', [phone, watch])).toMatchObject([
      { title: 'A watch' },
    ]);
    expect(await ordersOf(stage().book, 'eve', [phone, watch])).toEqual([]);
    expect(await ordersOf(stage().book, 'ann', [phone])).toMatchObject([
      { orderId: first.orderId },
    ]);
  });

  test('come the newest first', async () => {
    const sales = [await stage().sale(5), await stage().sale(5), await stage().sale(5)];
    const settled: string[] = [];
    for (const [seq, sale] of sales.entries()) {
      const reservation = stage().reservation(sale, seq, { buyerId: 'cat' });
      await stage().settle(reservation);
      settled.push(reservation.orderId);
      // The book's clock has milliseconds.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const orders = await ordersOf(stage().book, 'cat', sales.toReversed());
    expect(orders.map(({ orderId }) => orderId)).toEqual(settled.toReversed());
  });

  test('are at most 50, also those that were rejected', async () => {
    const sale = await stage().sale(1);
    const clicks = Array.from({ length: 60 }, (_, seq) =>
      stage().reservation(sale, seq, { buyerId: 'dan' }),
    );
    await stage().settle(...clicks);
    const orders = await ordersOf(stage().book, 'dan', [sale]);
    expect(orders).toHaveLength(50);
    expect(orders.some(({ reason }) => reason === 'duplicate')).toBe(true);
  });
}

function exerciseHowMany(stage: Stage): void {
  test('have the state of their newest payment', async () => {
    const sale = await stage().sale(1);
    const reservation = stage().reservation(sale, 1, { buyerId: 'fay' });
    await stage().settle(reservation);
    const { orderId } = reservation;
    const asked: (readonly string[])[] = [];
    const newest: NewestPayments = async (orderIds) => {
      asked.push(orderIds);
      return new Map([[orderId, 'failed' as const]]);
    };
    expect(await ordersOf(stage().book, 'fay', [sale], newest)).toMatchObject([
      { orderId, payment: 'failed' },
    ]);
    expect(asked).toEqual([[orderId]]);
    await ordersOf(stage().book, 'nobody', [sale], newest);
    expect(asked, 'of no orders there are no payments').toHaveLength(1);
  });

  test('are none in a shop without sales, and the book is not asked for nothing', async () => {
    const read = () => Promise.reject(new Error('this is not to be read'));
    expect(await ordersOf({ read }, 'ann', [])).toEqual([]);
  });

  test('of the newest 200 sales are looked up, and no more', async () => {
    const old = await stage().sale(1, { opensAtMs: 1 });
    const reservation = stage().reservation(old, 1, { buyerId: 'gus' });
    await stage().settle(reservation);
    const newer = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        ...old,
        saleId: `x-${index}`,
        opensAtMs: 2,
      }));
    expect(await ordersOf(stage().book, 'gus', [old, ...newer(199)])).toHaveLength(1);
    expect(await ordersOf(stage().book, 'gus', [old, ...newer(200)])).toEqual([]);
  });

  test('begin with those that lie in the dead letters', async () => {
    const sale = await stage().sale(1);
    await stage().settle(stage().reservation(sale, 1, { buyerId: 'hal' }));
    const orderId = stage().reservation(sale, 2).orderId;
    const held = { ofBuyer: async () => [{ orderId, saleId: sale.saleId, quantity: 2 }] };
    const [first, second] = await ordersOf(stage().book, 'hal', [sale], undefined, held);
    expect(first).toEqual({
      ...{ orderId, saleId: sale.saleId, title: sale.title },
      ...{ price: sale.price, currency: sale.currency },
      ...{ state: 'queued', held: true, quantity: 2 },
    });
    const placedAt = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(second).toMatchObject({ state: 'reserved', price: sale.price, placedAt });
  });

  test('need a pass that names a buyer', async () => {
    expect((await ask(stage().book, '', [await stage().sale(1)])).status).toBe(401);
    const routes = createMineRoutes({
      passGate,
      book: stage().book,
      directory: { known: () => [] },
      held: NONE_HELD,
    });
    expect((await routes.request('/api/orders')).status).toBe(403);
  });
}

function ask(
  book: Pick<OrderBook, 'read'>,
  buyerId: string,
  sales: Sale[],
  newestPayments?: NewestPayments,
  held: HeldOrders = NONE_HELD,
) {
  const routes = createMineRoutes({
    passGate,
    book,
    directory: { known: () => sales },
    held,
    ...(newestPayments === undefined ? {} : { newestPayments }),
  });
  const claims = { method: 'GET', path: '/api/orders', body: '', idempotencyKey: '' };
  const pass = keeper.sign({ ...claims, timeMs: NOW_MS, buyerId });
  return routes.request('http://origin.test/api/orders', { headers: { [PASS_HEADER]: pass } });
}

async function ordersOf(...asked: Parameters<typeof ask>) {
  const response = await ask(...asked);
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  return myOrdersSchema.parse(await response.json()).orders;
}
