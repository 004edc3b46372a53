/** Results become batches of a board: merged by buyer, bounded, each unit counted once. */
import { describe, expect, test } from 'vitest';
import { LEADERBOARD_LIMITS } from '../../../contract/leaderboard.ts';
import { type BoardBatch, MAX_CHANGES } from '../../../origin/leaderboard/board.ts';
import { type BoardSale, mergeResults } from '../../../origin/leaderboard/merge-results.ts';
import { positionOf } from '../../../origin/leaderboard/position.ts';
import type { OrderResult, ResultRow } from '../../../origin/results/result.ts';

const SALE: BoardSale = { saleId: 'phone', score: 'fastest', opensAtMs: 100_000 };

function result(
  buyerId: string,
  state: OrderResult['state'],
  change: Partial<OrderResult> = {},
): OrderResult {
  return {
    orderId: `order-of-${buyerId}`,
    buyerId,
    quantity: 1,
    state,
    reason: undefined,
    closedBy: undefined,
    reservedAtMs: 100_500,
    payBeforeMs: 0,
    ...change,
  };
}

const row = (seq: number, orders: OrderResult[], atMs = 101_000): ResultRow => ({
  saleId: 'phone',
  seq,
  atMs,
  orders,
});

const crowd = (size: number, from = 0) =>
  Array.from({ length: size }, (_, index) => result(`buyer-${from + index}`, 'reserved'));

const placeOf = (quantity: number, reservedAtMs: number) =>
  positionOf('fastest', { quantity, reservedAtMs });

function only(batches: BoardBatch[]): BoardBatch {
  const [batch] = batches;
  if (batch === undefined || batches.length !== 1) throw new Error(`${batches.length} batches`);
  return batch;
}

describe('one buyer', () => {
  test.each<[string, OrderResult['state'][], boolean | undefined]>([
    ['comes with a reservation', ['reserved'], true],
    ['stays when paying', ['reserved', 'paid'], true],
    ['leaves when the order expires', ['reserved', 'expired'], false],
    ['leaves when the order is cancelled', ['reserved', 'cancelled'], false],
    ['leaves when the money goes back', ['reserved', 'paid', 'refunded'], false],
    ['comes back with a new order', ['reserved', 'expired', 'reserved'], true],
    ['is not touched by a rejected second order', ['rejected'], undefined],
    ['is not touched by paying', ['paid'], undefined],
  ])('%s', (_name, states, onBoard) => {
    for (const together of [true, false]) {
      const orders = states.map((state) => result('ann', state));
      const rows = together ? [row(1, orders)] : orders.map((order, at) => row(at + 1, [order]));
      const { changes } = only(mergeResults(SALE, 0, rows).batches);
      const expected = { buyerId: 'ann', position: onBoard ? placeOf(1, 100_500) : undefined };
      expect(changes).toEqual(onBoard === undefined ? [] : [expected]);
    }
  });

  test('stands where the last order put them', () => {
    const rows = [
      row(1, [result('ann', 'reserved', { reservedAtMs: 100_100 })]),
      row(2, [result('ann', 'expired')]),
      row(3, [result('ann', 'reserved', { reservedAtMs: 160_000, quantity: 3 })]),
    ];
    const { changes } = only(mergeResults(SALE, 0, rows).batches);
    expect(changes).toEqual([{ buyerId: 'ann', position: placeOf(3, 160_000) }]);
  });
});

describe('the curve', () => {
  test('counts units in the second of settling, and takes them off in that of closing', () => {
    const rows = [
      row(1, [result('ann', 'reserved', { quantity: 2 }), result('bob', 'reserved')], 100_999),
      row(2, [result('cid', 'reserved')], 101_000),
      row(3, [result('ann', 'expired', { quantity: 2 }), result('bob', 'paid')], 160_000),
    ];
    expect(only(mergeResults(SALE, 0, rows).batches).curve).toEqual([
      { second: 0, units: 3 },
      { second: 1, units: 1 },
      { second: 60, units: -2 },
    ]);
  });

  test('keeps the second when an order comes and goes within it', () => {
    const rows = [row(1, [result('ann', 'reserved'), result('ann', 'cancelled')])];
    expect(only(mergeResults(SALE, 0, rows).batches).curve).toEqual([]);
  });

  test('has a last second, and none before the opening', () => {
    const rows = [
      row(1, [result('ann', 'reserved')], 99_000),
      row(2, [result('bob', 'reserved')], 100_000 + 1_000 * LEADERBOARD_LIMITS.curveSeconds),
      row(3, [result('cid', 'reserved')], 90_000_000),
    ];
    expect(only(mergeResults(SALE, 0, rows).batches).curve).toEqual([
      { second: 0, units: 1 },
      { second: LEADERBOARD_LIMITS.curveSeconds - 1, units: 2 },
    ]);
  });
});

describe('a step', () => {
  test('goes from the board to the last row, also over a gap', () => {
    const batch = only(mergeResults(SALE, 3, [row(70, crowd(1)), row(71, [])]).batches);
    expect(batch).toMatchObject({ saleId: 'phone', from: 3, to: 71 });
  });

  test('of no rows moves nothing', () => {
    const batch = only(mergeResults(SALE, 3, []).batches);
    expect(batch).toEqual({ saleId: 'phone', from: 3, to: 3, changes: [], curve: [] });
  });

  test('takes as many rows as fit into one batch', () => {
    const rows = [row(1, crowd(600)), row(2, crowd(400, 600)), row(3, crowd(1, 1_000))];
    const { batches, orders } = mergeResults(SALE, 0, rows);
    expect(only(batches)).toMatchObject({ from: 0, to: 2 });
    expect(only(batches).changes).toHaveLength(MAX_CHANGES);
    expect(orders).toBe(1_000);
  });

  test('of a row too large for one batch is of parts that leave the board where it is', () => {
    const rows = [row(1, crowd(2_500)), row(2, crowd(1, 5_000))];
    const { batches } = mergeResults(SALE, 0, rows);
    expect(batches.map(({ from, to, changes }) => [from, to, changes.length])).toEqual([
      [0, 0, 1_000],
      [0, 0, 1_000],
      [0, 1, 500],
    ]);
    expect(batches.map(({ curve }) => curve)).toEqual([[], [], [{ second: 1, units: 2_500 }]]);
    const buyers = batches.flatMap(({ changes }) => changes.map(({ buyerId }) => buyerId));
    expect(new Set(buyers).size).toBe(2_500);
  });

  test('does not mix a row too large with others, whoever reads how many rows', () => {
    const rows = [row(1, crowd(10)), row(2, crowd(2_500, 10))];
    expect(only(mergeResults(SALE, 0, rows).batches)).toMatchObject({ from: 0, to: 1 });
  });
});
