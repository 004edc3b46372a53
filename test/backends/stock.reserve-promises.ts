/** What a StockLedger promises of loading and reserving. */
import { expect } from 'vitest';
import type { ReserveCall, ReserveRequest } from '../../origin/admit/stock.ts';
import { NOW_MS, order, request, type StockPromise, type Trial, termsOf } from './stock.trial.ts';

const ODD_BUYERS = ['a|b', 'a:b', '{a}', '}{', '|', '1|2|3|4|5', '\'"', '\\', '+-', '%s', '*', '~'];

export const reservePromises: readonly StockPromise[] = [
  {
    promise: 'a sale that was never loaded is recovering, and stays without state',
    async check({ stock, saleId, reserve }) {
      expect(await reserve([request(1)])).toEqual({ kind: 'recovering' });
      expect(await stock.terms(saleId)).toBeUndefined();
      expect(await stock.find(saleId, 'buyer-1')).toBeUndefined();
      expect(await stock.pending({ saleId, beforeMs: NOW_MS + 1, limit: 10 })).toEqual([]);
    },
  },
  {
    promise: 'loading an epoch again changes nothing',
    async check({ stock, saleId, load, verdicts }) {
      expect(await load(5)).toBe('loaded');
      await verdicts([request(1)]);
      expect(await load(5)).toBe('loaded');
      expect(await load(99)).toBe('loaded');
      const terms = termsOf({ stock: 4, takenUnits: 1, seq: 1, outbox: 1 });
      expect(await stock.terms(saleId)).toEqual(terms);
    },
  },
  {
    promise: 'a later epoch begins anew, and an earlier one cannot come back',
    async check({ stock, saleId, load, reserve, release }) {
      await load(5);
      await reserve([request(1), request(2)]);
      await release({});
      expect(await load(7, 2)).toBe('loaded');
      expect(await load(9, 1)).toBe('newer');
      expect(await stock.terms(saleId)).toMatchObject({
        epoch: 2,
        stock: 7,
        takenUnits: 0,
        seq: 0,
      });
      expect(await reserve([request(3)])).toEqual({ kind: 'recovering' });
      const reply = await reserve([request(1), request(2)], { epoch: 2 });
      const verdicts = [
        { kind: 'reserved', seq: 1 },
        { kind: 'reserved', seq: 2 },
      ];
      expect(reply).toEqual({ kind: 'done', verdicts, stockLeft: 5 });
    },
  },
  {
    promise: 'a call of an epoch that is still to come is recovering',
    async check({ load, reserve }) {
      await load(5);
      expect(await reserve([request(1)], { epoch: 2 })).toEqual({ kind: 'recovering' });
    },
  },
  {
    promise: 'an outbox entry outlives its epoch, and gives way to the same order of a later one',
    async check({ stock, saleId, load, reserve }) {
      await load(5);
      await reserve([request(1), request(2, { quantity: 2 })]);
      await load(5, 2);
      await reserve([request(2)], { epoch: 2, nowMs: NOW_MS + 5 });
      const pending = await stock.pending({ saleId, beforeMs: NOW_MS + 6, limit: 10 });
      expect(pending).toEqual([
        { saleId, bucket: 0, ...request(1), epoch: 1, seq: 1, reservedAtMs: NOW_MS },
        { saleId, bucket: 0, ...request(2), epoch: 2, seq: 1, reservedAtMs: NOW_MS + 5 },
      ]);
    },
  },
  {
    promise: 'requests of one call are judged in order and see each other',
    async check({ stock, saleId, load, reserve }) {
      await load(4);
      const reply = await reserve([
        request(1, { quantity: 2 }),
        request(2, { quantity: 3 }),
        request(3),
        request(1, { quantity: 2 }),
        request(9, { buyerId: 'buyer-3' }),
        request(4),
        request(5),
      ]);
      expect(reply).toEqual({
        kind: 'done',
        stockLeft: 0,
        verdicts: [
          { kind: 'reserved', seq: 1 },
          { kind: 'sold-out' },
          { kind: 'reserved', seq: 2 },
          { kind: 'held', orderId: order(1), quantity: 2, accepting: true },
          { kind: 'held', orderId: order(3), quantity: 1, accepting: true },
          { kind: 'reserved', seq: 3 },
          { kind: 'sold-out' },
        ],
      });
      const terms = termsOf({ stock: 0, takenUnits: 4, seq: 3, outbox: 3 });
      expect(await stock.terms(saleId)).toEqual(terms);
    },
  },
  {
    promise: 'exactly the units that were loaded are handed out, over many calls',
    async check({ stock, saleId, load, reserve }) {
      await load(100);
      let reserved = 0;
      for (let call = 0; call < 5; call += 1) {
        const requests = Array.from({ length: 30 }, (_, index) => request(call * 30 + index));
        const reply = await reserve(requests);
        if (reply.kind === 'recovering') throw new Error('recovering');
        reserved += reply.verdicts.filter((verdict) => verdict.kind === 'reserved').length;
      }
      expect(reserved).toBe(100);
      expect(await stock.terms(saleId)).toMatchObject({ stock: 0, takenUnits: 100, seq: 100 });
    },
  },
  {
    promise: 'a repeated order is held, accepting until it is confirmed, also once sold out',
    async check({ stock, saleId, load, verdicts }) {
      await load(2);
      await verdicts([request(1, { quantity: 2 })]);
      const held = { kind: 'held', orderId: order(1), quantity: 2 };
      expect(await verdicts([request(1, { quantity: 2 })])).toEqual([{ ...held, accepting: true }]);
      await stock.confirm(saleId, [order(1)]);
      expect(await verdicts([request(1, { quantity: 2 })])).toEqual([
        { ...held, accepting: false },
      ]);
    },
  },
  {
    promise: 'a buyer with an order gets that order for any other order id and quantity',
    async check({ stock, saleId, load, verdicts }) {
      await load(9);
      await verdicts([request(1, { quantity: 2 })]);
      const other = request(2, { buyerId: 'buyer-1', quantity: 4 });
      expect(await verdicts([other])).toEqual([
        { kind: 'held', orderId: order(1), quantity: 2, accepting: true },
      ]);
      expect(await stock.terms(saleId)).toMatchObject({ stock: 7, seq: 1 });
    },
  },
  {
    promise: 'a call takes 128 requests',
    async check({ load, verdicts }) {
      await load(200);
      const requests = Array.from({ length: 128 }, (_, index) => request(index));
      const seqs = requests.map((_, index) => ({ kind: 'reserved', seq: index + 1 }));
      expect(await verdicts(requests)).toEqual(seqs);
    },
  },
  {
    promise: 'buyer ids of any printable characters keep apart and come back unchanged',
    async check({ stock, saleId, load, verdicts }) {
      await load(99);
      const requests = ODD_BUYERS.map((buyerId, index) => request(index, { buyerId }));
      await verdicts(requests);
      for (const { buyerId, orderId } of requests) {
        const holding = { orderId, quantity: 1, accepting: true };
        expect(await stock.find(saleId, buyerId)).toEqual(holding);
      }
      const pending = await stock.pending({ saleId, beforeMs: NOW_MS + 1, limit: 99 });
      expect(pending.map((entry) => entry.buyerId)).toEqual(ODD_BUYERS);
    },
  },
  {
    promise: 'two sales do not mix',
    async check({ stock, saleId, load, verdicts, neighbour, release }) {
      const other = neighbour();
      await load(5);
      await other.load(3);
      await verdicts([request(1)]);
      expect(await other.verdicts([request(1, { quantity: 3 })])).toEqual([
        { kind: 'reserved', seq: 1 },
      ]);
      await stock.confirm(other.saleId, [order(1)]);
      await release({});
      expect(await stock.find(saleId, 'buyer-1')).toBeUndefined();
      const holding = { orderId: order(1), quantity: 3, accepting: false };
      expect(await stock.find(other.saleId, 'buyer-1')).toEqual(holding);
      expect(await stock.terms(other.saleId)).toMatchObject({ stock: 0, takenUnits: 3 });
    },
  },
  {
    promise: 'arguments that are not valid are refused and change nothing',
    check: checkInvalidArguments,
  },
];

async function checkInvalidArguments({ stock, saleId, load, reserve, release, hold }: Trial) {
  await load(9);
  await reserve([request(1)]);
  const before = await stock.terms(saleId);
  const good = request(2);
  const requests: ReserveRequest[][] = [
    [],
    Array.from({ length: 129 }, (_, index) => request(index)),
    ...[0, -1, 5, 1.5, Number.NaN].map((quantity) => [good, request(3, { quantity })]),
    ...['', 'short', `${order(3)}x`].map((orderId) => [good, request(3, { orderId })]),
    ...['', 'x'.repeat(65)].map((buyerId) => [good, request(3, { buyerId })]),
  ];
  const calls: Partial<ReserveCall>[] = [
    { epoch: 0 },
    { epoch: 1.5 },
    { perBuyer: 0 },
    { nowMs: -1 },
    { nowMs: 0.5 },
  ];
  for (const batch of requests) {
    await expect(reserve(batch)).rejects.toMatchObject({ code: 'stock-arguments' });
  }
  for (const call of calls) {
    await expect(reserve([good], call)).rejects.toMatchObject({ code: 'stock-arguments' });
  }
  const buyers = [{ buyerId: 'with space' }, { buyerId: 'x'.repeat(65) }];
  const ids = [{ epoch: 0 }, { orderId: '' }, { orderId: 'short' }, ...buyers];
  for (const call of [{ units: -1 }, { units: 0.5 }, ...ids]) {
    await expect(release(call)).rejects.toMatchObject({ code: 'stock-arguments' });
  }
  const none = [0, -1, 0.5, 1e9].map((quantity) => ({ quantity }));
  for (const call of [...none, { buyerId: '' }, ...ids]) {
    await expect(hold(call)).rejects.toMatchObject({ code: 'stock-arguments' });
  }
  await expect(load(-1, 2)).rejects.toMatchObject({ code: 'stock-arguments' });
  await expect(load(1, 0)).rejects.toMatchObject({ code: 'stock-arguments' });
  expect(await stock.terms(saleId)).toEqual(before);
  expect(await stock.find(saleId, 'buyer-2')).toBeUndefined();
  expect(await stock.find(saleId, 'buyer-1')).toMatchObject({ orderId: order(1) });
}
