/**
 * What a buyer is told of an order: the book's word first, never a word about anybody else's (I5).
 */
import { describe, expect, test } from 'vitest';
import type { PaymentState } from '../../../contract/payment.ts';
import { createOrderReader } from '../../../origin/admit/order-view.ts';
import type { Holding, StockTerms } from '../../../origin/admit/stock.ts';
import type { HeldOrder } from '../../../origin/dead-letters/held-orders.ts';
import type { SaleDirectory } from '../../../origin/sales/directory.ts';
import type { BookOrder } from '../../../origin/settle/book.ts';
import { bookOrderOf, fakeBook, fakeStock, reservationOf, saleOf, stockTermsOf } from '../fakes.ts';

const RESERVATION = reservationOf(1);
const { orderId, buyerId } = RESERVATION;
const HOLDING: Holding = { orderId, quantity: 1, accepting: false };

interface World {
  /** What the book answers, call by call; the last for ever. */
  book?: (BookOrder | undefined)[];
  newest?: BookOrder;
  holdings?: Record<string, Holding>;
  knowsSale?: boolean;
  /** Its store is away, and is not to be asked. */
  isAway?: boolean;
  /** Orders that this process knows to be in the log. */
  durable?: string[];
  payments?: Record<string, PaymentState>;
  /** The buyer once got an order as head of the waitlist. */
  wasHead?: boolean;
  /** What the stock store says of itself; it has the sale unless a test says otherwise. */
  terms?: StockTerms | 'none' | undefined;
  /** The buyer's orders in the dead letters. */
  held?: HeldOrder[];
}

function readerOf(world: World) {
  const { book = [undefined], newest, holdings = {}, knowsSale = true, durable = [] } = world;
  const { payments = {}, held = [], terms = stockTermsOf({ epoch: 3 }) } = world;
  const sale = knowsSale ? saleOf(world.isAway ? { soldBy: 'log' } : {}) : undefined;
  const answering = {
    find: async (_saleId: string, buyer: string) => holdings[buyer],
    terms: async () => (terms === 'none' ? undefined : terms),
  };
  const answers = [...book];
  const ask = () => (answers.length > 1 ? answers.shift() : answers[0]);
  return createOrderReader({
    book: fakeBook({
      order: async (wanted) => [ask()].find((order) => order?.orderId === wanted),
      orderOf: async () => newest,
      read: async () => (world.wasHead ? [{ orderId: 'head' }] : []) as never[],
    }),
    stock: fakeStock(world.isAway ? {} : answering),
    directory: { ofOrder: () => sale, get: () => sale } as unknown as SaleDirectory,
    newestPayments: async (ids) =>
      new Map(ids.flatMap((id) => (payments[id] === undefined ? [] : [[id, payments[id]]]))),
    isDurable: (id) => durable.includes(id),
    held: { ofBuyer: async (buyer) => (buyer === buyerId ? held : []) },
  });
}

const queued = { orderId, saleId: 'phone', state: 'queued', quantity: 1 };

describe('an order by its id', () => {
  test('is what the book says, with the time to pay while it is reserved', async () => {
    const reader = readerOf({ book: [bookOrderOf(RESERVATION)] });
    const payBefore = new Date(305_000).toISOString();
    const order = { ...queued, state: 'reserved', payBefore };
    expect(await reader.byId(orderId, buyerId)).toEqual({ kind: 'order', order });
  });

  test('that was rejected says why, and not when to pay', async () => {
    const rejected = bookOrderOf(RESERVATION, { state: 'rejected', reason: 'sold-out' });
    const answer = await readerOf({ book: [rejected] }).byId(orderId, buyerId);
    const order = { ...queued, state: 'rejected', reason: 'sold-out' };
    expect(answer).toEqual({ kind: 'order', order });
  });

  test('stays queued once this process promised it, though its outbox entry is there', async () => {
    const holdings = { [buyerId]: { ...HOLDING, accepting: true } };
    const reader = readerOf({ holdings, durable: [orderId] });
    expect(await reader.byId(orderId, buyerId)).toEqual({ kind: 'order', order: queued });
    expect(await reader.mine('phone', buyerId)).toEqual({ kind: 'order', order: queued });
  });

  test.each([
    [true, 'accepting'],
    [false, 'queued'],
  ])('that is not settled is what the store holds (accepting: %s)', async (accepting, state) => {
    const reader = readerOf({ holdings: { [buyerId]: { ...HOLDING, accepting } } });
    const answer = await reader.byId(orderId, buyerId);
    expect(answer).toEqual({ kind: 'order', order: { ...queued, state } });
  });

  test('that settles between the two reads is told as settled', async () => {
    const book = [undefined, bookOrderOf(RESERVATION)];
    const reader = readerOf({ book, holdings: { [buyerId]: HOLDING } });
    expect(await reader.byId(orderId, buyerId)).toMatchObject({ order: { state: 'reserved' } });
  });

  test.each<[string, World, string]>([
    ['another buyer’s, settled', { book: [bookOrderOf(RESERVATION)] }, 'stranger'],
    ['another buyer’s, in the store', { holdings: { [buyerId]: HOLDING } }, 'stranger'],
    ['nobody’s', {}, buyerId],
    ['not the one that the buyer holds', holding(2), buyerId],
    ['of no known sale', { knowsSale: false, holdings: { [buyerId]: HOLDING } }, buyerId],
    ['asked for by no buyer', { book: [bookOrderOf(RESERVATION)] }, ''],
  ])('%s is unknown', async (_name, world, asking) => {
    expect(await readerOf(world).byId(orderId, asking)).toEqual({ kind: 'unknown-order' });
  });
});

describe('an order that lies in the dead letters', () => {
  const held = [{ orderId, saleId: 'phone', quantity: 1 }];
  const answer = { kind: 'order', order: { ...queued, held: true } };

  test('is queued and says that the shop has to look at it', async () => {
    const reader = readerOf({ held, holdings: { [buyerId]: HOLDING } });
    expect(await reader.byId(orderId, buyerId)).toEqual(answer);
    expect(await reader.mine('phone', buyerId)).toEqual(answer);
  });

  test('is known to its buyer though the store has forgotten it, and to nobody else', async () => {
    const reader = readerOf({ held });
    expect(await reader.byId(orderId, buyerId)).toEqual(answer);
    expect(await reader.mine('phone', buyerId)).toEqual(answer);
    expect(await reader.mine('watch', buyerId)).toEqual({ kind: 'unknown-order' });
    expect(await reader.byId(orderId, 'stranger')).toEqual({ kind: 'unknown-order' });
    expect(await reader.mine('phone', 'stranger')).toEqual({ kind: 'unknown-order' });
  });

  test('is what the book says once it has it', async () => {
    const rejected = bookOrderOf(RESERVATION, { state: 'rejected', reason: 'poison' });
    const reader = readerOf({ held, book: [rejected], newest: rejected });
    const order = { ...queued, state: 'rejected', reason: 'poison' };
    expect(await reader.byId(orderId, buyerId)).toEqual({ kind: 'order', order });
    expect(await reader.mine('phone', buyerId)).toEqual({ kind: 'order', order });
  });
});

describe('an order of a sale whose store is away', () => {
  test('is what the book says', async () => {
    const known = bookOrderOf(RESERVATION);
    const reader = readerOf({ isAway: true, book: [known], newest: known });
    const order = { orderId, state: 'reserved' };
    expect(await reader.byId(orderId, buyerId)).toMatchObject({ kind: 'order', order });
    expect(await reader.mine('phone', buyerId)).toMatchObject({ kind: 'order', order });
  });

  test('may be in the log, which nobody can ask', async () => {
    const reader = readerOf({ isAway: true });
    expect(await reader.byId(orderId, buyerId)).toEqual({ kind: 'recovering' });
    expect(await reader.mine('phone', buyerId)).toEqual({ kind: 'recovering' });
  });

  test('may lie in the dead letters', async () => {
    const reader = readerOf({ isAway: true, held: [{ orderId, saleId: 'phone', quantity: 1 }] });
    const answer = { kind: 'order', order: { ...queued, held: true } };
    expect(await reader.byId(orderId, buyerId)).toEqual(answer);
    expect(await reader.mine('phone', buyerId)).toEqual(answer);
  });
});

describe('a buyer’s own order in a sale', () => {
  test('is the live one, as the book has it', async () => {
    const world = { holdings: { [buyerId]: HOLDING }, book: [bookOrderOf(RESERVATION)] };
    const answer = await readerOf(world).mine('phone', buyerId);
    expect(answer).toMatchObject({ kind: 'order', order: { orderId, state: 'reserved' } });
  });

  test('is what the store holds until it is settled', async () => {
    const reader = readerOf({ holdings: { [buyerId]: HOLDING } });
    expect(await reader.mine('phone', buyerId)).toEqual({ kind: 'order', order: queued });
  });

  test('is the newest of the book when none is live', async () => {
    const newest = bookOrderOf(RESERVATION, { state: 'expired' });
    const answer = await readerOf({ newest }).mine('phone', buyerId);
    expect(answer).toEqual({ kind: 'order', order: { ...queued, state: 'expired' } });
  });

  test('is the waitlist’s, while the store still holds one that is closed', async () => {
    const closed = bookOrderOf(RESERVATION, { state: 'expired' });
    const newest = bookOrderOf(reservationOf(2, { buyerId }));
    const reader = readerOf({ holdings: { [buyerId]: HOLDING }, book: [closed], newest });
    const answer = await reader.mine('phone', buyerId);
    expect(answer).toMatchObject({ order: { orderId: newest.orderId, state: 'reserved' } });
  });

  test('says how its payment stands', async () => {
    const payments = { [orderId]: 'failed' as const };
    const world = { holdings: { [buyerId]: HOLDING }, book: [bookOrderOf(RESERVATION)], payments };
    const answer = await readerOf(world).mine('phone', buyerId);
    expect(answer).toMatchObject({ order: { state: 'reserved', payment: 'failed' } });
  });

  test('may be none', async () => {
    expect(await readerOf({}).mine('phone', buyerId)).toEqual({ kind: 'unknown-order' });
  });
});

/** The buyer holds another order than the one asked for. */
function holding(number: number): World {
  return { holdings: { [buyerId]: { ...HOLDING, orderId: reservationOf(number).orderId } } };
}

describe('a store that may have forgotten the order does not say that it is unknown', () => {
  test.each<[string, World['terms']]>([
    ['one without the sale', 'none'],
    ['one of an earlier epoch', stockTermsOf({ epoch: 2 })],
    ['one that is being made anew', stockTermsOf({ epoch: 3, frozen: true })],
    ['one that took over from another', stockTermsOf({ epoch: 3, lineage: 'other' })],
  ])('%s', async (_name, terms) => {
    const reader = readerOf({ terms });
    expect(await reader.byId(orderId, buyerId)).toEqual({ kind: 'recovering' });
    expect(await reader.mine('phone', buyerId)).toEqual({ kind: 'recovering' });
  });
});

test('an order beside a head’s may be on its way, where no store knows of it', async () => {
  expect(await readerOf({ wasHead: true }).byId(orderId, buyerId)).toEqual({ kind: 'recovering' });
});
