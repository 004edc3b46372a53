/** The audit: every lie of a counter is a finding, in words, and nothing else is. */
import { describe, expect, test } from 'vitest';
import { auditSchema } from '../../../contract/operator.ts';
import { judgeAudit } from '../../../origin/reconcile/audit.ts';
import { judgeLedger } from '../../../origin/reconcile/ledger.ts';
import type { BookProof, BookTerms } from '../../../origin/settle/book.ts';
import { bookTermsOf, stockTermsOf } from '../fakes.ts';

const PROOF: BookProof = {
  reservedUnits: 10,
  paidUnits: 0,
  buyersTwice: 0,
  orders: { reserved: 8 },
};

function audit(change: { book?: Partial<BookTerms>; proof?: Partial<BookProof>; seq?: number }) {
  const book = bookTermsOf(change.book);
  const stock = stockTermsOf({ seq: change.seq ?? 8 });
  const judgement = judgeLedger({ stockBefore: stock, book, stockAfter: stock });
  const result = judgeAudit({
    saleId: 'phone',
    judgement,
    book,
    proof: { ...PROOF, ...change.proof },
  });
  return auditSchema.strict().parse(result);
}

test('a sale that balances has no findings and every term', () => {
  expect(audit({})).toMatchObject({
    saleId: 'phone',
    balanced: true,
    atWatermark: true,
    difference: 0,
    findings: [],
    proof: {
      reservedUnits: 10,
      paidUnits: 0,
      bookFree: 90,
      buyersTwice: 0,
      orders: { reserved: 8 },
    },
  });
});

describe('does not balance', () => {
  test.each<[string, Parameters<typeof audit>[0], RegExp[]]>([
    ['orders on their way', { seq: 9 }, [/on their way/]],
    [
      'a counter that is too high',
      { book: { reserved: 11, free: 89 } },
      [/off by -1 units/, /10 reserved units, the counter says 11/],
    ],
    [
      'a row that no counter knows',
      { proof: { reservedUnits: 11 } },
      [/11 reserved units, the counter says 10/],
    ],
    ['a payment that no counter knows', { proof: { paidUnits: 1 } }, [/1 paid units.*says 0/]],
    ['a guard that would sell too much', { book: { free: 91 } }, [/91 free.*do not make 100/]],
    ['a buyer with two orders', { proof: { buyersTwice: 1 } }, [/1 buyers have more than one/]],
    [
      'oversold rows',
      { book: { reserved: 101, free: -1 }, proof: { reservedUnits: 101 } },
      [/off by -91/, /101 units are sold of 100: oversold/],
    ],
  ])('%s', (_name, change, expected) => {
    const { balanced, findings } = audit(change);
    expect(balanced).toBe(false);
    expect(findings).toHaveLength(expected.length);
    for (const [index, finding] of expected.entries()) expect(findings[index]).toMatch(finding);
  });
});

test('a difference is not held against a sale that is still moving', () => {
  const { findings } = audit({
    seq: 9,
    book: { reserved: 9, free: 91 },
    proof: { reservedUnits: 9 },
  });
  expect(findings).toEqual(['orders are still on their way; ask again']);
});
