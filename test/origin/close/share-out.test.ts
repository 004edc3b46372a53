/** Who gets units that came back: in order, whole line, no unit lost. `SEED=<number>` replays. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Head, shareOut } from '../../../origin/close/share-out.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

const heads = (...quantities: number[]): Head[] =>
  quantities.map((quantity, index) => ({ number: index + 1, buyerId: `b${index + 1}`, quantity }));
const nobody: ReadonlySet<string> = new Set();

test('each in turn gets what it wants, the last one what is there', () => {
  const { grants, left, unitsLeft } = shareOut(heads(2, 1, 3, 1), nobody, 4);
  expect(grants.map(({ number, quantity }) => [number, quantity])).toEqual([
    [1, 2],
    [2, 1],
    [3, 1],
  ]);
  expect([left, unitsLeft]).toEqual([[], 0]);
});

test('who holds an order is passed over and leaves; who comes later waits on', () => {
  const { grants, left, unitsLeft } = shareOut(heads(1, 1, 1, 1), new Set(['b1', 'b4']), 1);
  expect(grants.map(({ number }) => number)).toEqual([2]);
  expect([left, unitsLeft]).toEqual([[1], 0]);
});

test('units without a head stay', () => {
  expect(shareOut([], nobody, 3)).toEqual({ grants: [], left: [], unitsLeft: 3 });
  expect(shareOut(heads(1), nobody, 3)).toMatchObject({ unitsLeft: 2 });
  expect(shareOut(heads(1), nobody, 0)).toEqual({ grants: [], left: [], unitsLeft: 0 });
});

test(`no unit is lost and nobody jumps (SEED=${SEED})`, () => {
  const quantities = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 30 });
  const holding = fc.uniqueArray(fc.integer({ min: 1, max: 30 }));
  const holds = fc.property(
    quantities,
    holding,
    fc.integer({ min: 0, max: 60 }),
    (wanted, numbers, units) => {
      const line = heads(...wanted);
      const holders = new Set(numbers.map((number) => `b${number}`));
      const { grants, left, unitsLeft } = shareOut(line, holders, units);
      const given = grants.reduce((sum, { quantity }) => sum + quantity, 0);
      expect(given + unitsLeft).toBe(units);
      expect(grants.every(({ buyerId }) => !holders.has(buyerId))).toBe(true);
      // All but the last get their whole wish, and whoever was looked at is a start of the line.
      for (const { number, quantity } of grants.slice(0, -1))
        expect(quantity).toBe(wanted[number - 1]);
      const seen = [...grants.map(({ number }) => number), ...left].sort((a, b) => a - b);
      expect(seen).toEqual(seen.map((_, index) => index + 1));
      if (unitsLeft > 0) expect(seen).toHaveLength(line.length);
    },
  );
  fc.assert(holds, { seed: SEED, numRuns: 2_000 });
});
