/**
 * The audit of a sale: the ledger at its watermark, and the book's counters proved from its order
 * rows. Pure; whoever asks reads the stores first.
 */
import type { Audit } from '../../contract/operator.ts';
import type { BookProof, BookTerms } from '../settle/book.ts';
import type { LedgerJudgement } from './ledger.ts';

export interface AuditReading {
  saleId: string;
  judgement: LedgerJudgement;
  book: BookTerms;
  proof: BookProof;
}

export function judgeAudit({ saleId, judgement, book, proof }: AuditReading): Audit {
  const { terms, atWatermark, difference } = judgement;
  const checks: [boolean, string][] = [
    [atWatermark, 'orders are still on their way; ask again'],
    [!atWatermark || difference === 0, `the ledger is off by ${difference} units`],
    [
      !atWatermark || proof.reservedUnits === book.reserved,
      `rows hold ${proof.reservedUnits} reserved units, the counter says ${book.reserved}`,
    ],
    [
      !atWatermark || proof.paidUnits === book.paid,
      `rows hold ${proof.paidUnits} paid units, the counter says ${book.paid}`,
    ],
    [
      book.free + book.reserved + book.paid === book.units,
      `the book's ${book.free} free, ${book.reserved} reserved and ${book.paid} paid units ` +
        `do not make ${book.units}`,
    ],
    [
      proof.reservedUnits + proof.paidUnits <= book.units,
      `${proof.reservedUnits + proof.paidUnits} units are sold of ${book.units}: oversold`,
    ],
    [proof.buyersTwice === 0, `${proof.buyersTwice} buyers have more than one live order`],
  ];
  const findings = checks.filter(([holds]) => !holds).map(([, finding]) => finding);
  const { reservedUnits, paidUnits, buyersTwice, orders } = proof;
  return {
    saleId,
    balanced: findings.length === 0,
    atWatermark,
    difference,
    terms,
    proof: { reservedUnits, paidUnits, bookFree: book.free, buyersTwice, orders },
    findings,
  };
}
