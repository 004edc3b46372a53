/** Which signs mean that a stock store forgot something, and which do not. */
import { expect, test } from 'vitest';
import type { StockTerms } from '../../../origin/admit/stock.ts';
import { judgeStock, type RecoveryCause } from '../../../origin/recover/judge-stock.ts';
import { stockTermsOf } from '../fakes.ts';

const judge = (change: Partial<StockTerms>, settledOrders = 8) =>
  judgeStock({ epoch: 3, settledOrders, stock: stockTermsOf(change) });

test('a store that agrees with the book is believed, also while orders are on their way', () => {
  expect(judge({})).toBeUndefined();
  expect(judge({ seq: 20 })).toBeUndefined();
  expect(judge({ seq: 8, stock: 0, outbox: 5 })).toBeUndefined();
});

test.each<[RecoveryCause, Partial<StockTerms>]>([
  ['newer-epoch', { epoch: 4 }],
  ['older-epoch', { epoch: 2 }],
  ['older-epoch', { frozen: true }],
  ['other-lineage', { lineage: 'other' }],
  ['seq-reused', { seq: 7 }],
])('%s', (cause, change) => {
  expect(judge(change)).toBe(cause);
});

test('no-state', () => {
  expect(judgeStock({ epoch: 3, settledOrders: 0, stock: undefined })).toBe('no-state');
});
