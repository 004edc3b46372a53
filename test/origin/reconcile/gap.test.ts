/** When orders are missing, and when they are only on their way. */
import { describe, expect, test } from 'vitest';
import {
  GAP_AFTER_MS,
  type Gap,
  type GapReading,
  judgeGap,
} from '../../../origin/reconcile/gap.ts';

const reading = (change: Partial<GapReading> = {}): GapReading => ({
  ...{ epoch: 1, seq: 10, outbox: 0, settledOrders: 8 },
  ...change,
});
const gap = (change: Partial<Gap> = {}): Gap => ({
  ...{ epoch: 1, sinceMs: 0, repaired: false },
  ...change,
});
const barrier = new Map([[0, 5n]]);
const at = (nowMs: number, isPast = false) => ({ nowMs, isPast });

test('a book that has all is closed; one behind is waited for', () => {
  expect(judgeGap(undefined, reading({ settledOrders: 10 }), at(0)).kind).toBe('closed');
  expect(judgeGap(undefined, reading(), at(0)).kind).toBe('wait');
  expect(judgeGap(gap(), reading({ settledOrders: 10 }), at(GAP_AFTER_MS)).kind).toBe('closed');
});

describe('a barrier is put behind a gap', () => {
  test('that lasted, not before', () => {
    expect(judgeGap(gap(), reading(), at(GAP_AFTER_MS - 1)).kind).toBe('wait');
    expect(judgeGap(gap(), reading(), at(GAP_AFTER_MS))).toEqual({ kind: 'probe', seq: 10 });
  });
  test('only while the outbox is empty: else not all of it is in the log', () => {
    expect(judgeGap(gap(), reading({ outbox: 1 }), at(GAP_AFTER_MS)).kind).toBe('wait');
  });
});

describe('past the barrier', () => {
  const probe = { seq: 10, barrier };
  test('what lay before it and is not in the book is missing', () => {
    expect(judgeGap(gap({ probe }), reading({ seq: 30 }), at(0, true))).toEqual({
      kind: 'repair',
      missing: 2,
    });
  });
  test('what came after it may be on its way', () => {
    const later = reading({ seq: 30, settledOrders: 10 });
    expect(judgeGap(gap({ probe }), later, at(0, true)).kind).toBe('closed');
  });
  test('and not before', () => {
    expect(judgeGap(gap({ probe }), reading(), at(1e9)).kind).toBe('wait');
  });
});

test('another epoch is another gap', () => {
  const probe = { seq: 10, barrier };
  expect(judgeGap(gap({ probe }), reading({ epoch: 2 }), at(0, true)).kind).toBe('closed');
});
