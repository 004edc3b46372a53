/** A buyer's place as one number: it ranks as the score says, and can be read back. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Score } from '../../../contract/leaderboard.ts';
import { SALE_LIMITS } from '../../../contract/sale.ts';
import { type BoardEntry, entryAt, positionOf } from '../../../origin/leaderboard/position.ts';

const SCORES: readonly Score[] = ['fastest', 'quantity'];
const entries = fc.record({
  quantity: fc.integer({ min: 1, max: SALE_LIMITS.perBuyer }),
  reservedAtMs: fc.oneof(
    fc.integer({ min: 0, max: 2 ** 42 - 1 }),
    fc.integer({ min: 1_790_000_000_000, max: 1_790_000_000_010 }),
  ),
});

/** What the score promises, by comparing rather than by packing. */
function comesBefore(score: Score, one: BoardEntry, other: BoardEntry): boolean {
  const byTime = one.reservedAtMs - other.reservedAtMs;
  const byUnits = other.quantity - one.quantity;
  return (score === 'fastest' ? byTime || byUnits : byUnits || byTime) < 0;
}

describe.each(SCORES)('%s', (score) => {
  test('ranks any two as it says', () => {
    fc.assert(
      fc.property(entries, entries, (one, other) => {
        const before = positionOf(score, one) < positionOf(score, other);
        expect(before).toBe(comesBefore(score, one, other));
      }),
    );
  });

  test('gives back what it was made of', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        const position = positionOf(score, entry);
        expect(Number.isSafeInteger(position)).toBe(true);
        expect(entryAt(score, position)).toEqual(entry);
      }),
    );
  });

  test.each([
    { quantity: 0, reservedAtMs: 1 },
    { quantity: SALE_LIMITS.perBuyer + 1, reservedAtMs: 1 },
    { quantity: 1.5, reservedAtMs: 1 },
    { quantity: 1, reservedAtMs: -1 },
    { quantity: 1, reservedAtMs: 2 ** 42 },
    { quantity: 1, reservedAtMs: Number.NaN },
  ])('refuses what no order has: %o', (entry) => {
    expect(() => positionOf(score, entry)).toThrow(RangeError);
  });
});
