/**
 * What is written into the form of a sale, and what the charts are made of: both are plain
 * functions, held here against the schemas that the origin judges by.
 */
import { describe, expect, it } from 'vitest';
import { editSaleSchema, type LiveFrame } from '../../contract/console.ts';
import { newSaleSchema } from '../../contract/sale.ts';
import { groupsOf, nextState, soldBySecond } from '../../origin/console/web/live-state.js';
import { blankTerms, changedOf, errorsIn, wishOf } from '../../origin/console/web/sale-terms.js';

const NOW_MS = Date.parse('2026-11-11T00:00:00.000Z');
const right = {
  ...blankTerms(NOW_MS),
  saleId: 'phone',
  title: 'A phone',
  units: '9',
  price: '1.5',
};

describe('the form of a sale', () => {
  it('makes what the origin takes', () => {
    expect(errorsIn(right, true)).toEqual({});
    const wish = newSaleSchema.parse(wishOf(right));
    expect(wish).toMatchObject({ saleId: 'phone', units: 9, price: 150, share: 1 });
    expect(Date.parse(wish.closesAt) - Date.parse(wish.opensAt)).toBe(3_600_000);
  });

  it.each([
    ['saleId', { saleId: 'Phone' }],
    ['title', { title: '  ' }],
    ['units', { units: '0' }],
    ['units', { units: '1.5' }],
    ['price', { price: '1.505' }],
    ['price', { price: '1.5', currency: 'JPY' }],
    ['currency', { currency: 'yuan' }],
    ['closesAt', { closesAt: right.opensAt }],
    ['opensAt', { opensAt: '' }],
    ['share', { share: '101' }],
    ['ratePerSecond', { ratePerSecond: '' }],
    ['waitlistCap', { waitlistCap: '100001' }],
    ['payMinutes', { payMinutes: '0' }],
    ['pictureUrl', { pictureUrl: 'http://picture' }],
  ])('finds what is wrong with %s: %j', (field, wrong) => {
    expect(Object.keys(errorsIn({ ...right, ...wrong }, true))).toEqual([field]);
  });

  it('leaves nothing open that a sale has already', () => {
    expect(Object.keys(errorsIn(right, false))).toEqual(['payMinutes', 'waitlistCap']);
  });

  it('sends only what was changed, and takes a picture away', () => {
    const before = { ...right, pictureUrl: '/a.svg', payMinutes: '15', waitlistCap: '5' };
    expect(changedOf(before, before)).toEqual({});
    const changed = changedOf(before, { ...before, title: 'Two', price: '2', pictureUrl: '' });
    expect(editSaleSchema.parse(changed)).toEqual({ title: 'Two', price: 200, pictureUrl: null });
  });
});

describe('the live numbers', () => {
  const frame = (curve: [number, number][]) =>
    ({
      curve,
      requests: { source: 'edge', perSecond: { accepted: 2, 'sold-out': 3, 'no-pass': 4 } },
    }) as unknown as LiveFrame;

  it('replace a second that changed, and begin anew with a new stream', () => {
    const first = nextState(
      undefined,
      frame([
        [0, 5],
        [2, 1],
      ]),
      true,
    );
    const second = nextState(first, frame([[2, 4]]), false);
    expect(Object.fromEntries(second.curve)).toEqual({ 0: 5, 2: 4 });
    expect(second.frames).toHaveLength(2);
    expect([...nextState(second, frame([[1, 1]]), true).curve]).toEqual([[1, 1]]);
  });

  it('lose no outcome between the groups', () => {
    const groups = groupsOf(frame([]));
    expect(groups).toMatchObject({ taken: 2, 'sold-out': 3, other: 4, 'not-drawn': 0 });
  });

  it('stand still where nothing was sold', () => {
    const sold = soldBySecond(
      new Map([
        [3, 2],
        [0, 5],
      ]),
    );
    expect(sold).toEqual({ xs: [0, 1, 3, 4], values: [0, 5, 5, 7] });
  });
});
