/** What a buyer in the line is told of the time that it may take, and how a place is found. */
import { expect, test } from 'vitest';
import { placeSchema } from '../../../contract/waitlist.ts';
import { estimateWaitMs, PACE_WINDOW_MS, placeView } from '../../../origin/waitlist/estimate.ts';
import { placeIn } from '../../../origin/waitlist/line.ts';

test('the wait is the place at the pace of the heads that were served', () => {
  expect(estimateWaitMs(1, { servedHeads: 1, unpaidUnits: 9 })).toBe(PACE_WINDOW_MS);
  expect(estimateWaitMs(30, { servedHeads: 300, unpaidUnits: 30 })).toBe(30_000);
  expect(estimateWaitMs(1, { servedHeads: 7, unpaidUnits: 1 })).toBe(42_857);
});

test('nothing is promised when nobody was served, or too few units can come back', () => {
  expect(estimateWaitMs(1, { servedHeads: 0, unpaidUnits: 9 })).toBeUndefined();
  expect(estimateWaitMs(10, { servedHeads: 5, unpaidUnits: 9 })).toBeUndefined();
  expect(estimateWaitMs(9, { servedHeads: 5, unpaidUnits: 9 })).toBeDefined();
});

test('the view is what the contract says, with and without an estimate', () => {
  const standing = { place: 2, waiting: 3, quantity: 1, joinedAtMs: 1_795_000_000_123 };
  const without = placeView(standing, { servedHeads: 0, unpaidUnits: 5 });
  expect(placeSchema.strict().parse(without)).toEqual({
    place: 2,
    waiting: 3,
    quantity: 1,
    joinedAt: '2026-11-18T11:06:40.123Z',
    unpaidUnits: 5,
  });
  const view = placeView(standing, { servedHeads: 2, unpaidUnits: 5 });
  expect(placeSchema.strict().parse(view)).toEqual({ ...without, estimatedWaitMs: 300_000 });
});

test('a place is where the number is in the line, and none when it is not', () => {
  const numbers = Float64Array.from([3, 4, 9, 2 ** 40]);
  expect([3, 4, 9, 2 ** 40].map((number) => placeIn(numbers, number))).toEqual([1, 2, 3, 4]);
  expect([1, 5, 2 ** 41].map((number) => placeIn(numbers, number))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(placeIn(new Float64Array(), 1)).toBeUndefined();
});
