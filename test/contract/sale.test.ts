/**
 * What is said of a sale: its state at every border of time, its coarse stock, what an operator may
 * send.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  coarseRemaining,
  newSaleSchema,
  saleSnapshotSchema,
  saleStateAt,
  saleViewOf,
  saleViewSchema,
} from '../../contract/sale.ts';
import { SEED } from './seed.ts';

const opensAtMs = Date.UTC(2026, 10, 11);
const closesAtMs = opensAtMs + 3_600_000;
const SALE = { opensAtMs, closesAtMs, paused: false, soldOut: false };

describe('the state', () => {
  test.each([
    [opensAtMs - 1, {}, 'scheduled'],
    [opensAtMs, {}, 'open'],
    [opensAtMs, { soldOut: true }, 'sold-out'],
    [opensAtMs - 1, { soldOut: true }, 'scheduled'],
    [opensAtMs, { paused: true }, 'paused'],
    [opensAtMs - 1, { paused: true }, 'paused'],
    [opensAtMs, { paused: true, soldOut: true }, 'paused'],
    [closesAtMs - 1, {}, 'open'],
    [closesAtMs, {}, 'ended'],
    [closesAtMs, { paused: true, soldOut: true }, 'ended'],
  ])('at %i with %j is %s', (nowMs, change, state) => {
    expect(saleStateAt({ ...SALE, ...change }, nowMs)).toBe(state);
  });
});

describe('the stock that buyers see', () => {
  test.each([
    [100, 100, 100],
    [99, 100, 100],
    [96, 100, 100],
    [95, 100, 95],
    [1, 100, 5],
    [0, 100, 0],
    [-1, 100, 0],
    [1, 1, 1],
    [7, 19, 7],
    [20, 21, 20],
    [21, 21, 21],
  ])('of %i of %i is %i', (remaining, units, shown) => {
    expect(coarseRemaining(remaining, units)).toBe(shown);
  });

  test(`never hides the last unit, never shows one too many (SEED=${SEED})`, () => {
    const units = fc.integer({ min: 1, max: 10_000_000 });
    fc.assert(
      fc.property(units, fc.double({ min: 0, max: 1, noNaN: true }), (all, part) => {
        const left = Math.round(all * part);
        const shown = coarseRemaining(left, all);
        expect(shown === 0).toBe(left === 0);
        expect(shown).toBeGreaterThanOrEqual(left);
        expect(shown).toBeLessThanOrEqual(all);
        expect(shown - left).toBeLessThan(Math.max(1, Math.ceil(all / 20)));
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });
});

test('the view of a snapshot has nothing that buyers must not know', () => {
  const snapshot = saleSnapshotSchema.parse({
    ...SALE,
    saleId: 'phone',
    version: 3,
    title: 'Phone',
    price: 199_900,
    currency: 'CNY',
    units: 100,
    remaining: 55,
    perBuyer: 2,
    waitlist: { waiting: 7, cap: 7 },
    seed: 'the-secret-seed',
    shareSteps: [{ atMs: 0, share: 0.5 }],
    ratePerSecond: 1_234,
    access: { mode: 'code', version: 2 },
    fed: true,
  });
  const view = saleViewOf(snapshot, opensAtMs);
  expect(Object.keys(view).sort()).toEqual(
    Object.keys(saleViewSchema.shape)
      .filter((name) => !['asOf', 'pictureUrl'].includes(name))
      .sort(),
  );
  expect(JSON.stringify(view)).not.toMatch(/secret|1234|share/);
  expect(saleViewSchema.parse(view)).toMatchObject({
    state: 'open',
    remaining: 55,
    waitlist: { waiting: 7, full: true },
    opensAt: '2026-11-11T00:00:00.000Z',
    now: '2026-11-11T00:00:00.000Z',
  });
});

describe('the terms that an operator sends', () => {
  const terms = {
    saleId: 'phone',
    title: ' Phone ',
    units: 100,
    price: 199_900,
    currency: 'CNY',
    opensAt: new Date(opensAtMs).toISOString(),
    closesAt: new Date(closesAtMs).toISOString(),
  };

  test('have defaults for what may be left out', () => {
    expect(newSaleSchema.parse(terms)).toEqual({
      ...terms,
      title: 'Phone',
      perBuyer: 1,
      ratePerSecond: 1_000,
      share: 1,
      freeOnPaymentFailure: false,
      score: 'fastest',
    });
  });

  test.each([
    ['saleId', 'Phone 15'],
    ['title', '   '],
    ['title', 'x'.repeat(201)],
    ['units', 0],
    ['units', 1.5],
    ['units', '100'],
    ['units', 10_000_001],
    ['price', -1],
    ['price', 0.5],
    ['currency', 'yuan'],
    ['pictureUrl', 'http://example.org/a.png'],
    ['pictureUrl', 'javascript:alert(1)'],
    ['opensAt', 'tomorrow'],
    ['opensAt', '2026-11-11T00:00:00Z'],
    ['opensAt', '2026-11-11T08:00:00.000+08:00'],
    ['closesAt', terms.opensAt],
    ['perBuyer', 0],
    ['perBuyer', 101],
    ['ratePerSecond', 0],
    ['ratePerSecond', Number.NaN],
    ['share', 1.1],
    ['share', -0.1],
  ])('name %s when it is %j', (field, value) => {
    const parsed = newSaleSchema.safeParse({ ...terms, [field]: value });
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual([field]);
  });
});
