/** The ledger (I4): balanced, off by what is missing, and silent while orders are on their way. */
import { describe, expect, test } from 'vitest';
import type { StockTerms } from '../../../origin/admit/stock.ts';
import { judgeLedger } from '../../../origin/reconcile/ledger.ts';
import type { BookTerms } from '../../../origin/settle/book.ts';
import { bookTermsOf, stockTermsOf } from '../fakes.ts';

interface Change {
  before?: Partial<StockTerms>;
  after?: Partial<StockTerms>;
  book?: Partial<BookTerms>;
}

/** `after` holds for both reads of the stock unless `before` says otherwise. */
function judge({ before, after = {}, book = {} }: Change = {}) {
  return judgeLedger({
    stockBefore: stockTermsOf(before ?? after),
    book: bookTermsOf(book),
    stockAfter: stockTermsOf(after),
  });
}

test('a sale at rest balances, and every term is told', () => {
  expect(judge()).toEqual({
    atWatermark: true,
    difference: 0,
    settledOrders: 8,
    terms: {
      units: 100,
      free: 90,
      unsettled: 0,
      reserved: 10,
      paid: 0,
      pendingRelease: 0,
      outbox: 0,
      pendingReleases: 0,
      epoch: 3,
    },
  });
});

test('a paid unit is as good as a reserved one', () => {
  expect(judge({ book: { reserved: 4, paid: 6 } })).toMatchObject({ difference: 0 });
});

describe('at rest, a difference is the truth', () => {
  test.each<[string, Change, number]>([
    ['a unit that the store lost', { after: { stock: 89 } }, 1],
    ['a unit that the store made up', { after: { stock: 91 } }, -1],
    ['a unit sold twice by the book', { book: { reserved: 11 } }, -1],
    ['a unit that the book forgot', { book: { paid: -1 } }, 1],
    ['a record that never reached the book', { after: { takenUnits: 11 } }, -1],
  ])('%s: off by %i', (_name, change, difference) => {
    expect(judge(change)).toMatchObject({ atWatermark: true, difference });
  });
});

describe('no watermark', () => {
  test.each<[string, Change]>([
    ['while an order is not settled', { after: { seq: 9, takenUnits: 11, stock: 89 } }],
    ['when the stock moved between the reads', { before: { stock: 91 } }],
    ['when an order came between the reads', { before: { seq: 7 } }],
    [
      'while a release waits',
      { book: { pendingReleases: 1, pendingReleaseUnits: 1, reserved: 9 } },
    ],
    ['when the store is of another epoch', { after: { epoch: 2 } }],
    ['while the store waits for its stock', { after: { frozen: true } }],
  ])('%s', (_name, change) => {
    expect(judge(change).atWatermark).toBe(false);
  });
});

test('what waits for release is counted, so that nothing seems lost', () => {
  const waiting = { pendingReleases: 1, pendingReleaseUnits: 2, reserved: 8 };
  expect(judge({ book: waiting })).toMatchObject({ difference: 0, terms: { pendingRelease: 2 } });
});

test('what is not settled is counted too', () => {
  const after = { seq: 9, takenUnits: 13, stock: 87 };
  expect(judge({ after })).toMatchObject({ difference: 0, terms: { unsettled: 3 } });
});
