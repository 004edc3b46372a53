/**
 * Random batches for an order book, and a model that says what must come of them. A seed gives the
 * same batches for ever: few sales, buyers, orders and partitions, so that they often meet; orders
 * come again in other batches, some were cancelled before, some buyers wait, some consumers are
 * behind, and now and then a row is bad.
 */
import { expect } from 'vitest';
import type { Reservation } from '../../contract/log/codec.ts';
import type { OffsetStep, Sale, SettleBatch } from '../../origin/settle/book.ts';
import { cancel, cancellationsOf, join, resultsOf, waitingFor } from './book.neighbours.ts';
import {
  type BookTrial,
  byOrderId,
  expectLedgerHolds,
  expectRefused,
  outcomeOf,
} from './book.trial.ts';
import { createDice, type Dice } from './stock.steps.ts';

const PARTITIONS = 3;
const BUYERS = 40;

interface ModelOrder {
  reservation: Reservation;
  outcome: string;
}

interface ModelSale {
  units: number;
  free: number;
  settledOrders: number;
  settledUnits: number;
  /** In their order; those who left are told by `left`. */
  joined: string[];
  left: Set<string>;
}

interface Model {
  sales: Map<string, ModelSale>;
  orders: Map<string, ModelOrder>;
  offsets: Map<number, bigint>;
  /** Orders with a cancellation that nobody carried out. */
  cancelled: Set<string>;
}

/** Throws at the first batch after which book and model differ. */
export async function compareWithModel(trial: BookTrial, seed: number, batches: number) {
  const dice = createDice(seed);
  const model: Model = {
    sales: new Map(),
    orders: new Map(),
    offsets: new Map(),
    cancelled: new Set(),
  };
  const sales: Sale[] = [];
  for (const units of [5, 60, 400]) {
    const sale = await trial.sale(units);
    sales.push(sale);
    const counts = { units, free: units, settledOrders: 0, settledUnits: 0 };
    model.sales.set(sale.saleId, { ...counts, joined: [], left: new Set() });
  }
  let seq = 0;
  const sent: Reservation[] = [];
  const unwanted: Reservation[] = [];
  const next = () => {
    const again = sent[dice(Math.max(1, sent.length))];
    if (again !== undefined && dice(4) === 0) return again;
    seq += 1;
    const sale = sales[dice(sales.length)];
    if (sale === undefined) throw new RangeError('a die has no such side');
    const details = { buyerId: `buyer-${dice(BUYERS * 4)}`, quantity: 1 + dice(3) };
    const reservation = trial.reservation(sale, seq, details);
    sent.push(reservation);
    if (dice(9) === 0) unwanted.push(reservation);
    return reservation;
  };
  for (let number = 0; number < batches; number += 1) {
    const reservations = Array.from({ length: dice(dice(8) === 0 ? 60 : 9) }, next);
    for (const { orderId } of unwanted) model.cancelled.add(orderId);
    await cancel(trial.book, unwanted.splice(0));
    if (dice(2) === 0) await joinBoth(trial, model, dice);
    await settleBoth(trial, model, {
      log: trial.log,
      reservations: dice(15) === 0 ? spoil(dice, reservations) : reservations,
      steps: dice(4) === 0 ? [] : randomSteps(dice, model),
    });
    if (number % 10 === 0 || number === batches - 1) await compareAll(trial, model);
  }
}

async function joinBoth({ book }: BookTrial, model: Model, dice: Dice): Promise<void> {
  const [saleId, sale] = [...model.sales][dice(model.sales.size)] ?? [];
  const buyerId = `buyer-${dice(BUYERS * 4)}`;
  if (saleId === undefined || sale?.joined.includes(buyerId)) return;
  const holds = holdsOrder(model, { saleId, buyerId });
  expect(await join(book, saleId, buyerId)).toBe(holds ? 'has-order' : 'waits');
  if (!holds) sale?.joined.push(buyerId);
}

function holdsOrder(model: Model, { saleId, buyerId }: { saleId: string; buyerId: string }) {
  return [...model.orders.values()].some(
    ({ outcome, reservation }) =>
      outcome === 'reserved' && reservation.saleId === saleId && reservation.buyerId === buyerId,
  );
}

async function settleBoth(trial: BookTrial, model: Model, batch: SettleBatch): Promise<void> {
  const settling = trial.book.settle(batch);
  if (batch.steps.some(({ partition, from }) => model.offsets.get(partition) !== from)) {
    expect(await settling).toEqual({ kind: 'fenced' });
    return;
  }
  if (
    batch.reservations.some(
      ({ saleId, buyerId, quantity }) =>
        !model.sales.has(saleId) || buyerId.length > 64 || quantity < 1,
    )
  ) {
    await expectRefused(settling);
    return;
  }
  const expected = settleInModel(model, batch);
  const orders = byOrderId(await settling);
  const outcomes = new Map(Array.from(orders, ([id, order]) => [id, outcomeOf(order)]));
  expect(outcomes).toEqual(expected);
}

/** What becomes of each order id of the batch. */
function settleInModel(model: Model, { reservations, steps }: SettleBatch): Map<string, string> {
  for (const { partition, to } of steps) model.offsets.set(partition, to);
  const once = new Map(reservations.toReversed().map((order) => [order.orderId, order]));
  const fresh = [...once.values()].filter(({ orderId }) => !model.orders.has(orderId));
  const byId = fresh.sort((left, right) => (left.orderId < right.orderId ? -1 : 1));
  const wanting: ModelOrder[] = [];
  for (const reservation of byId) {
    const cancelled = model.cancelled.delete(reservation.orderId);
    const held = holdsOrder(model, reservation);
    const reason = cancelled ? 'cancelled' : 'duplicate';
    const outcome = cancelled || held ? `rejected(${reason})` : 'reserved';
    const order = { reservation, outcome };
    model.orders.set(reservation.orderId, order);
    if (outcome === 'reserved') wanting.push(order);
  }
  for (const order of wanting.sort((left, right) => left.reservation.seq - right.reservation.seq)) {
    const sale = model.sales.get(order.reservation.saleId);
    if (sale === undefined) continue;
    if (order.reservation.quantity > sale.free) {
      order.outcome = 'rejected(sold-out)';
      continue;
    }
    sale.free -= order.reservation.quantity;
    sale.left.add(order.reservation.buyerId);
  }
  for (const { saleId, quantity } of fresh) {
    const sale = model.sales.get(saleId);
    if (sale === undefined) continue;
    sale.settledOrders += 1;
    sale.settledUnits += quantity;
  }
  return new Map(Array.from(once.keys(), (id) => [id, model.orders.get(id)?.outcome ?? 'missing']));
}

async function compareAll(trial: BookTrial, model: Model): Promise<void> {
  const { book, log } = trial;
  expect(await book.offsets(log)).toEqual(model.offsets);
  for (const [saleId, { units, free, settledOrders, settledUnits }] of model.sales) {
    const orders = ordersOf(model, saleId);
    const rejected = orders.filter(({ outcome }) => outcome !== 'reserved');
    const cancelled = orders.filter(({ outcome }) => outcome === 'rejected(cancelled)');
    const expected = { units, free, reserved: units - free, paid: 0, settledOrders, settledUnits };
    expect(await book.terms(saleId)).toMatchObject({
      ...expected,
      pendingReleases: rejected.length,
      pendingReleaseUnits: cancelled.reduce((sum, order) => sum + order.reservation.quantity, 0),
    });
    const pending = (await trial.pendingOf(saleId)).map(({ orderId }) => orderId);
    expect(pending.sort()).toEqual(rejected.map(({ reservation }) => reservation.orderId).sort());
    await expectLedgerHolds(book, saleId);
    await compareNeighbours(trial, model, saleId);
  }
}

/** What settling leaves for those who read results, cancel and wait. */
async function compareNeighbours({ book }: BookTrial, model: Model, saleId: string): Promise<void> {
  const told = (await resultsOf(book, saleId)).flatMap(({ orders }) => orders);
  expect(new Map(told.map((order) => [order.orderId, outcomeOf(order)]))).toEqual(
    new Map(
      ordersOf(model, saleId).map(({ reservation, outcome }) => [reservation.orderId, outcome]),
    ),
  );
  for (const orderId of await cancellationsOf(book, saleId)) {
    expect(model.cancelled, 'a cancellation that was carried out is gone').toContain(orderId);
  }
  const sale = model.sales.get(saleId);
  const waiting = sale?.joined.filter((buyerId) => !sale.left.has(buyerId));
  expect(await waitingFor(book, saleId)).toEqual(waiting);
}

function ordersOf(model: Model, saleId: string): ModelOrder[] {
  return [...model.orders.values()].filter(({ reservation }) => reservation.saleId === saleId);
}

function randomSteps(dice: Dice, model: Model): OffsetStep[] {
  const first = dice(PARTITIONS);
  return Array.from({ length: 1 + dice(2) }, (_, index) => {
    const partition = (first + index) % PARTITIONS;
    const from = model.offsets.get(partition);
    const to = (from ?? 0n) + BigInt(1 + dice(9));
    return { partition, from: dice(12) === 0 ? (from ?? 0n) + 1n : from, to };
  });
}

function spoil(dice: Dice, reservations: Reservation[]): Reservation[] {
  const bad: Partial<Reservation>[] = [
    { saleId: 'no-such-sale' },
    { buyerId: 'b'.repeat(65) },
    { quantity: 0 },
  ];
  const victim = dice(Math.max(1, reservations.length));
  return reservations.map((order, index) =>
    index === victim ? { ...order, orderId: 'bad-bad-bad-bad-bad-ba', ...bad[dice(3)] } : order,
  );
}
