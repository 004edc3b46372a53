/** When the page asks: never in the last seconds, spread after the opening, less and less often. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SaleView } from '../../contract/sale.ts';
import {
  isQuiet,
  isSilent,
  loadRetryMs,
  orderPollMs,
  placePollMs,
  salePollMs,
} from '../../edge/web/schedule.js';
import { orderOf, placeOf } from './page.shop.ts';

const OPENS_AT_MS = 1_800_000_000_000;
const sale = {
  state: 'scheduled',
  opensAt: new Date(OPENS_AT_MS).toISOString(),
  closesAt: new Date(OPENS_AT_MS + 3_600_000).toISOString(),
} as SaleView;
const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const poll = (nowMs: number, chance: number, more = {}) =>
  salePollMs({ sale, nowMs, hasOrder: false, failures: 0, fraction: chance, ...more });

describe('looking at the sale', () => {
  it('never falls into the last three seconds, nor into the first five after', () => {
    const before = fc.oneof(
      fc.integer({ min: 3001, max: 40_000 }),
      fc.integer({ min: 3001, max: 7_200_000 }),
    );
    fc.assert(
      fc.property(before, fraction, (beforeMs, chance) => {
        const nowMs = OPENS_AT_MS - beforeMs;
        const atMs = nowMs + (poll(nowMs, chance) ?? Number.NaN);
        const isKept = atMs < OPENS_AT_MS - 3000 || atMs >= OPENS_AT_MS + 5000;
        expect(isKept, `asks at ${atMs - OPENS_AT_MS} ms`).toBe(true);
      }),
    );
  });

  it('comes back after the opening spread over 15 s', () => {
    const atMs = (chance: number) => (poll(OPENS_AT_MS - 2000, chance) ?? 0) - 2000;
    expect(atMs(0)).toBe(5000);
    expect(atMs(0.5)).toBe(12_500);
  });

  it('is slower far from the opening, when it fails, and with an order; ends with the sale', () => {
    const paces = [7_200_000, 1_800_000, 200_000].map((ms) => poll(OPENS_AT_MS - ms, 0.5));
    expect(paces).toEqual([60_000, 30_000, 15_000]);
    const later = OPENS_AT_MS + 60_000;
    expect(poll(later, 0.5)).toBe(8000);
    expect(poll(later, 0.5, { failures: 3 })).toBe(64_000);
    expect(poll(later, 0.5, { failures: 30 })).toBe(120_000);
    expect(poll(later, 0.5, { hasOrder: true })).toBe(45_000);
    expect(poll(OPENS_AT_MS + 3_600_000, 0.5)).toBeUndefined();
    expect(poll(OPENS_AT_MS + 3_600_000, 0.5, { isUnsure: true })).toBe(15_000);
  });

  it('knows silence, the first rush, and neither', () => {
    const at = (ms: number) => [isSilent(sale, OPENS_AT_MS + ms), isQuiet(sale, OPENS_AT_MS + ms)];
    expect([-5000, -4000, -1, 0, 4999, 5000].map(at)).toEqual([
      [false, false],
      [true, true],
      [true, true],
      [false, true],
      [false, true],
      [false, false],
    ]);
    expect(isQuiet(undefined, OPENS_AT_MS)).toBe(false);
  });

  it('that never loaded is tried again, later each time, and not before Retry-After', () => {
    const wait = (failures: number, retryAfterMs?: number) =>
      loadRetryMs({ failures, retryAfterMs, fraction: 0 });
    expect(wait(1)).toBe(1500);
    expect(wait(20)).toBe(45_000);
    expect(wait(1, 9000)).toBe(9000);
  });
});

describe('looking at the place on the waitlist', () => {
  it('is quicker near the front, and slower when it fails', () => {
    const wait = (place: number, failures = 0) =>
      placePollMs({ place: placeOf({ place }), failures, fraction: 0.5 });
    expect([wait(20), wait(21), wait(20, 2), wait(1, 30)]).toEqual([5000, 15_000, 20_000, 120_000]);
  });
});

describe('looking at the order', () => {
  const pollOrder = (order: Parameters<typeof orderOf>[0], polls: number, hasReturned = false) =>
    orderPollMs({
      ...{ order: orderOf(order), polls, hasReturned },
      ...{ nowMs: OPENS_AT_MS, fraction: 0.5 },
    });

  it('backs off while it is in line', () => {
    const waits = [0, 1, 2, 20].map((polls) => pollOrder({ state: 'queued' }, polls) ?? 0);
    expect(waits.map(Math.round)).toEqual([300, 480, 768, 5000]);
  });

  it('is patient while somebody has to look at it', () => {
    expect(pollOrder({ state: 'queued', held: true }, 0)).toBe(15_000);
  });

  it('comes soon after the time to pay is over', () => {
    const payBefore = new Date(OPENS_AT_MS + 4000).toISOString();
    expect(pollOrder({ state: 'reserved', payBefore }, 0)).toBe(5500);
    expect(pollOrder({ state: 'reserved' }, 0)).toBe(15_000);
  });

  it('hurries for a while after the buyer came back from paying, and while it is closed', () => {
    const waits = (order: Parameters<typeof orderOf>[0], hasReturned: boolean) =>
      [0, 4, 29, 30].map((polls) => Math.round(pollOrder(order, polls, hasReturned) ?? 0));
    const hurry = [300, 1966, 5000, 15_000];
    expect(waits({ state: 'reserved', payment: 'open' }, true)).toEqual(hurry);
    expect(waits({ state: 'reserved', closedBy: 'buyer' }, false)).toEqual(hurry);
    expect(waits({ state: 'reserved', payment: 'open' }, false)).toEqual(Array(4).fill(15_000));
    expect(waits({ state: 'reserved', payment: 'failed' }, true)).toEqual(Array(4).fill(15_000));
  });

  it('goes on slowly while money is on its way back, but not for ever', () => {
    const refunding = { state: 'expired', payment: 'refunding' } as const;
    expect([0, 19, 20].map((polls) => pollOrder(refunding, polls))).toEqual([
      30_000,
      30_000,
      undefined,
    ]);
  });

  it('ends with a final state', () => {
    for (const state of ['paid', 'expired', 'cancelled', 'refunded', 'rejected'] as const) {
      expect(pollOrder({ state }, 0)).toBeUndefined();
    }
  });
});
