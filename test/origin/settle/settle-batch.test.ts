/**
 * The settle transaction against exchanges made up for the case that a real database seldom shows.
 */
import { expect, test } from 'vitest';
import { systemRandom } from '../../../contract/random.ts';
import { rejectedRow, reservedRow } from '../../../origin/settle/order-row.ts';
import { newSettleId, settleBatch } from '../../../origin/settle/settle-batch.ts';
import type { SettleExchanges } from '../../../origin/settle/settle-exchanges.ts';
import { SaleChangedError } from '../../../origin/settle/settle-units.ts';
import { runLater, runNow } from '../../../origin/settle/waiting.ts';

const reservation = {
  saleId: 'sale',
  epoch: 1,
  bucket: 0,
  orderId: 'order',
  buyerId: 'buyer',
  quantity: 2,
  seq: 1,
  reservedAtMs: 0,
};
const batch = { log: 'log', reservations: [reservation], steps: [] };

const sale = { payWindowMs: 10, settlesFrom: 1, hasCancellations: false };

/** A database that takes everything, and notes what it was asked. */
function createExchanges(said: string[], change: Partial<SettleExchanges>): SettleExchanges {
  const says = <Value>(what: string, value: Value): Value => {
    said.push(what);
    return value;
  };
  return {
    open: () => ({ kind: 'open', nowMs: 5, sales: new Map([['sale', sale]]) }),
    cancellations: () => says('cancellations', new Map()),
    insertReserved: (orders) => orders.map(reservedRow),
    insertRejected: (orders) => orders.map(rejectedRow),
    release: (releases) => says(`release ${releases.map(({ units }) => units)}`, undefined),
    selectBesideHeads: () => says('beside heads', []),
    deleteCancellations: () => says('forget', undefined),
    countAndTake: ({ units }) => says(`take ${units}`, { waiting: 0 }),
    lockFree: () => says('lock', { free: 100, settlesFrom: 1 }),
    takeAndReject: ({ units, rejected }) =>
      says(`take ${units}, reject ${rejected.length}`, { waiting: 0 }),
    leaveWaitlist: ({ buyerIds }) => says(`leave ${buyerIds}`, undefined),
    finish: ({ results }) => says(`finish ${results.length}`, undefined),
    ...change,
  };
}

test('a unit that comes back between the guard and the lock is sold', () => {
  const said: string[] = [];
  const exchanges = createExchanges(said, { countAndTake: () => undefined });
  const reply = runNow(settleBatch(batch, 7, exchanges));
  expect(reply).toMatchObject({ kind: 'settled', orders: [{ state: 'reserved' }] });
  expect(said).toEqual(['lock', 'take 2, reject 0', 'finish 1']);
});

test('a guard that holds on a locked row, and a row that cannot be read back, throw', () => {
  const held = createExchanges([], {
    countAndTake: () => undefined,
    takeAndReject: () => undefined,
  });
  expect(() => runNow(settleBatch(batch, 7, held))).toThrow(/guard of sale sale held/);
  const lost = createExchanges([], { insertReserved: () => [], insertRejected: () => [] });
  expect(() => runNow(settleBatch(batch, 7, lost))).toThrow('of 1 orders the book gave back 0');
});

test('nothing is counted, and no result written, for rows that another transaction wrote', () => {
  const said: string[] = [];
  const insertReserved: SettleExchanges['insertReserved'] = (orders) =>
    orders.map((order) => ({ ...reservedRow(order), settleId: 8 }));
  runNow(settleBatch(batch, 7, createExchanges(said, { insertReserved })));
  expect(said).toEqual(['finish 0']);
});

test('exchanges that answer later run under runLater only, and their errors arrive', async () => {
  const later: Partial<SettleExchanges> = {
    insertReserved: async (orders) => orders.map(reservedRow),
  };
  const settled = runLater(settleBatch(batch, 7, createExchanges([], later)));
  expect(await settled).toMatchObject({ kind: 'settled' });
  const twice = () => runNow(settleBatch(batch, 7, createExchanges([], later)));
  expect(twice).toThrow(/returned a promise/);
  const failing = createExchanges([], { countAndTake: () => Promise.reject(new Error('gone')) });
  await expect(runLater(settleBatch(batch, 7, failing))).rejects.toThrow('gone');
});

test('a settle id is 52 bits of the secure source', () => {
  const bytes = (value: number) => ({
    ...systemRandom,
    bytes: () => new Uint8Array(7).fill(value),
  });
  expect(newSettleId(bytes(0xff))).toBe(2 ** 52 - 1);
  expect(newSettleId(bytes(0))).toBe(0);
  expect(newSettleId(systemRandom)).not.toBe(newSettleId(systemRandom));
});

test('a sale where nobody cancelled or waits costs no exchange more', () => {
  const said: string[] = [];
  runNow(settleBatch(batch, 7, createExchanges(said, {})));
  expect(said).toEqual(['take 2', 'finish 1']);
});

test('where somebody waits, those reserved leave the line; the rejected stay in it', () => {
  const said: string[] = [];
  const other = { ...reservation, orderId: 'other', buyerId: 'second', seq: 2 };
  const exchanges = createExchanges(said, {
    countAndTake: () => undefined,
    lockFree: () => ({ free: 3, settlesFrom: 1 }),
    takeAndReject: () => ({ waiting: 4 }),
  });
  const reservations = [reservation, other];
  runNow(settleBatch({ ...batch, reservations }, 7, exchanges));
  expect(said).toEqual(['leave buyer', 'finish 1']);
});

test('a cancelled order is never written as reserved, and gives back its units', () => {
  const said: string[] = [];
  const exchanges = createExchanges(said, {
    open: () => ({
      kind: 'open',
      nowMs: 5,
      sales: new Map([['sale', { ...sale, hasCancellations: true }]]),
    }),
    cancellations: () => new Map([['order', 'buyer']]),
    insertReserved: () => {
      throw new Error('written as reserved');
    },
  });
  expect(runNow(settleBatch(batch, 7, exchanges))).toMatchObject({
    orders: [{ state: 'rejected', reason: 'cancelled', closedBy: 'buyer' }],
  });
  expect(said).toEqual(['release 2', 'forget', 'take 0', 'finish 1']);
});

test('a sale that was recovered meanwhile runs the whole transaction again', () => {
  const changed = createExchanges([], {
    countAndTake: () => undefined,
    lockFree: () => ({ free: 100, settlesFrom: 2 }),
  });
  expect(() => runNow(settleBatch(batch, 7, changed))).toThrow(SaleChangedError);
});

test('an order of an epoch that settles no more is rejected, and gives back nothing', () => {
  const said: string[] = [];
  const recovered = { ...sale, settlesFrom: 2, hasCancellations: true };
  const exchanges = createExchanges(said, {
    open: () => ({ kind: 'open', nowMs: 5, sales: new Map([['sale', recovered]]) }),
    cancellations: () => new Map([['order', 'buyer']]),
  });
  expect(runNow(settleBatch(batch, 7, exchanges))).toMatchObject({
    orders: [{ state: 'rejected', reason: 'recovered', closedBy: undefined }],
  });
  expect(said).toEqual(['release 0', 'take 0', 'finish 1']);
});

test('poison is rejected, and gives back its units', () => {
  const said: string[] = [];
  const poison = { ...batch, rejectAs: 'poison' } as const;
  expect(runNow(settleBatch(poison, 7, createExchanges(said, {})))).toMatchObject({
    orders: [{ state: 'rejected', reason: 'poison' }],
  });
  expect(said).toEqual(['release 2', 'take 0', 'finish 1']);
});
