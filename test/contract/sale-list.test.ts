/** The list of sales: what is in it, in which order, and in which state at each moment. */
import { describe, expect, test } from 'vitest';
import {
  mayBeListed,
  type SaleDigest,
  saleListOf,
  saleListSchema,
} from '../../contract/sale-list.ts';

const NOW_MS = Date.parse('2026-11-11T00:00:00.000Z');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function digest(saleId: string, from: number, to: number, change: Partial<SaleDigest> = {}) {
  const times = { opensAtMs: NOW_MS + from * HOUR_MS, closesAtMs: NOW_MS + to * HOUR_MS };
  const terms = { title: saleId, price: 100, currency: 'CNY', units: 10, remaining: 10 };
  return { saleId, ...terms, ...times, paused: false, soldOut: false, ...change };
}

const SALES = [
  digest('over-early', -9, -8),
  digest('next-week', 160, 170),
  digest('sold-out', -2, 3, { soldOut: true, remaining: 0 }),
  digest('tonight', 2, 3),
  digest('closes-late', -1, 5),
  digest('over-just-now', -9, -1),
  digest('closes-soon', -1, 1),
];

describe('the list of sales', () => {
  test('shows what can be bought first, then what comes, then what is over', () => {
    const list = saleListOf({ sales: SALES }, NOW_MS);
    expect(saleListSchema.parse(list)).toEqual(list);
    expect(list.sales.map(({ saleId, state }) => [saleId, state])).toEqual([
      ['closes-soon', 'open'],
      ['closes-late', 'open'],
      ['sold-out', 'sold-out'],
      ['tonight', 'scheduled'],
      ['next-week', 'scheduled'],
      ['over-just-now', 'ended'],
      ['over-early', 'ended'],
    ]);
    expect(list).toMatchObject({ now: '2026-11-11T00:00:00.000Z' });
    expect(list).not.toHaveProperty('asOf');
  });

  test('says by the moment, not by when it was asked for, what is open', () => {
    const states = [2, 3].map((hours) => {
      const list = saleListOf({ sales: [digest('tonight', 2, 3)] }, NOW_MS + hours * HOUR_MS);
      return list.sales[0]?.state;
    });
    expect(states).toEqual(['open', 'ended']);
  });

  test('says how old it is when it is old', () => {
    expect(saleListOf({ sales: [] }, NOW_MS, NOW_MS - 6_000).asOf).toBe('2026-11-10T23:59:54.000Z');
  });

  test('forgets a sale a day after its end, and never has one for invited buyers', () => {
    const [saleId, closesAtMs] = ['phone', NOW_MS];
    expect(mayBeListed({ saleId, closesAtMs }, NOW_MS + DAY_MS - 1)).toBe(true);
    expect(mayBeListed({ saleId, closesAtMs }, NOW_MS + DAY_MS)).toBe(false);
    for (const mode of ['listed', 'code']) {
      expect(mayBeListed({ saleId, closesAtMs, access: { mode } }, NOW_MS)).toBe(false);
    }
    expect(mayBeListed({ saleId, closesAtMs, access: { mode: 'everybody' } }, NOW_MS)).toBe(true);
  });

  test('never has a rehearsal, also where it was told of one', () => {
    const rehearsal = digest('rehearsal-phone', -1, 1);
    expect(mayBeListed(rehearsal, NOW_MS)).toBe(false);
    expect(saleListOf({ sales: [rehearsal, digest('phone', -1, 1)] }, NOW_MS).sales).toMatchObject([
      { saleId: 'phone' },
    ]);
  });
});
