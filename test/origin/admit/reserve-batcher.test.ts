/**
 * The batcher: everything that waits in one turn is one call a sale, and each gets its own verdict.
 */
import { describe, expect, test } from 'vitest';
import { createReserveBatcher } from '../../../origin/admit/reserve-batcher.ts';
import {
  MAX_RESERVE_BATCH,
  type ReserveCall,
  type ReserveReply,
  type ReserveVerdict,
} from '../../../origin/admit/stock.ts';
import { fakeStock, heldCalls, saleOf } from '../fakes.ts';

const requestOf = (number: number) => ({
  orderId: `order-${number}`,
  buyerId: `buyer-${number}`,
  quantity: 1,
});
const reserved = (seq: number): ReserveVerdict => ({ kind: 'reserved', seq });
/** What the batcher adds: the epoch of the call. */
const inEpoch = (verdict: ReserveVerdict) =>
  verdict.kind === 'reserved' ? { ...verdict, epoch: 3 } : verdict;
const turn = () => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const { calls, call } = heldCalls<ReserveCall, ReserveReply>();
  const seen: object[] = [];
  const batcher = createReserveBatcher({
    stock: fakeStock({ reserve: call }),
    nowMs: () => 1_234,
    observe: ({ size, saleId, stockLeft }) => void seen.push({ size, saleId, stockLeft }),
  });
  return { batcher, calls, seen };
}

test('one turn is one call, with the sale’s terms, in the order of asking', async () => {
  const { batcher, calls, seen } = setUp();
  const sale = saleOf();
  const asked = [1, 2, 3].map((number) => batcher.reserve(sale, requestOf(number)));
  expect(calls, 'not within the turn').toHaveLength(0);
  await turn();
  expect(calls.map(({ argument }) => argument)).toEqual([
    {
      saleId: 'phone',
      epoch: 3,
      perBuyer: 2,
      nowMs: 1_234,
      requests: [requestOf(1), requestOf(2), requestOf(3)],
    },
  ]);
  const verdicts = [reserved(1), { kind: 'sold-out' } as const, reserved(2)];
  calls[0]?.resolve({ kind: 'done', verdicts, stockLeft: 7 });
  expect(await Promise.all(asked)).toEqual(verdicts.map(inEpoch));
  expect(seen).toEqual([{ size: 3, saleId: 'phone', stockLeft: 7 }]);
});

test('a call under way lets the next one wait and grow', async () => {
  const { batcher, calls } = setUp();
  const sale = saleOf();
  for (const number of [1, 2, 3]) {
    void batcher.reserve(sale, requestOf(number));
    await turn();
  }
  expect(calls.map(({ argument }) => argument.requests.length)).toEqual([1]);
  calls[0]?.resolve({ kind: 'done', verdicts: [reserved(1)], stockLeft: 0 });
  await turn();
  expect(calls.map(({ argument }) => argument.requests.length)).toEqual([1, 2]);
});

test('sales do not share a call, and a sale is asked for with its newest terms', async () => {
  const { batcher, calls } = setUp();
  void batcher.reserve(saleOf(), requestOf(1));
  void batcher.reserve(saleOf({ saleId: 'watch' }), requestOf(2));
  void batcher.reserve(saleOf({ epoch: 4 }), requestOf(3));
  await turn();
  const asked = calls.map(({ argument }) => `${argument.saleId} ${argument.epoch}`);
  expect(asked).toEqual(['phone 4', 'watch 3']);
});

test('who asked with an older epoch learns in which one the order was reserved', async () => {
  const { batcher, calls } = setUp();
  const asked = [
    batcher.reserve(saleOf(), requestOf(1)),
    batcher.reserve(saleOf({ epoch: 4 }), requestOf(2)),
  ];
  await turn();
  calls[0]?.resolve({ kind: 'done', verdicts: [reserved(1), reserved(2)], stockLeft: 7 });
  expect(await Promise.all(asked)).toMatchObject([{ epoch: 4 }, { epoch: 4 }]);
});

test('a call carries at most 128', async () => {
  const { batcher, calls } = setUp();
  const sale = saleOf();
  const asked = Array.from({ length: 300 }, (_, index) => batcher.reserve(sale, requestOf(index)));
  await turn();
  for (let answered = 0; answered < calls.length; answered += 1) {
    const { argument, resolve } = calls[answered] ?? {};
    const verdicts = argument?.requests.map(({ orderId }) => reserved(Number(orderId.slice(6))));
    resolve?.({ kind: 'done', verdicts: verdicts ?? [], stockLeft: 0 });
    await turn();
  }
  const sizes = calls.map(({ argument }) => argument.requests.length);
  expect(sizes).toEqual([MAX_RESERVE_BATCH, MAX_RESERVE_BATCH, 300 - 2 * MAX_RESERVE_BATCH]);
  const verdicts = await Promise.all(asked);
  expect(verdicts).toEqual(Array.from({ length: 300 }, (_, index) => inEpoch(reserved(index))));
});

test('a line that is too long turns newcomers away at once', async () => {
  const { batcher, calls } = setUp();
  const sale = saleOf();
  const asked = Array.from({ length: 20_000 }, (_, index) =>
    batcher.reserve(sale, requestOf(index)),
  );
  await expect(batcher.reserve(sale, requestOf(20_000))).rejects.toThrow(/20000 requests/);
  await turn();
  calls[0]?.reject(new Error('connection lost'));
  expect(await Promise.allSettled(asked)).toHaveLength(20_000);
});

describe('when the store', () => {
  test('recovers, everybody is told so', async () => {
    const { batcher, calls, seen } = setUp();
    const asked = [1, 2].map((number) => batcher.reserve(saleOf(), requestOf(number)));
    await turn();
    for (const call of calls) call.resolve({ kind: 'recovering' });
    expect(await Promise.all(asked)).toEqual([{ kind: 'recovering' }, { kind: 'recovering' }]);
    expect(seen).toEqual([]);
  });

  test('fails, all who wait are told at once, and the next call works', async () => {
    const { batcher, calls } = setUp();
    const sale = saleOf();
    const asked = [1, 2].map((number) => batcher.reserve(sale, requestOf(number)));
    await turn();
    asked.push(batcher.reserve(sale, requestOf(4)));
    calls[0]?.reject(new Error('connection lost'));
    const results = await Promise.allSettled(asked);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    const next = batcher.reserve(sale, requestOf(3));
    await turn();
    calls[1]?.resolve({ kind: 'done', verdicts: [reserved(9)], stockLeft: 0 });
    expect(await next).toEqual(inEpoch(reserved(9)));
  });

  test('leaves somebody out, that one is told and not taken for another', async () => {
    const { batcher, calls } = setUp();
    const sale = saleOf();
    const asked = [1, 2].map((number) => batcher.reserve(sale, requestOf(number)));
    await turn();
    calls[0]?.resolve({ kind: 'done', verdicts: [reserved(1)], stockLeft: 0 });
    const results = await Promise.allSettled(asked);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });
});
