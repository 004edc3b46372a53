/** The lock under which a line changes: the row of its sale, held until the commit. */
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';

const { 'lock-line': lock } = statementsBeside(import.meta.url, ['lock-line']);

export interface LockedLine {
  waitlistCap: number;
  waiting: number;
  closesAtMs: number;
  epoch: number;
  /** 0 or 1. */
  loaded: number;
}

/** Settling and serving hold it too, when they take somebody out of the line. */
export function* lockLine(transaction: Transaction, saleId: string): Waiting<LockedLine> {
  const [locked] = yield* answer(transaction.rows<LockedLine>(lock, saleId));
  if (locked === undefined) throw new Error(`the book has no sale ${saleId}`);
  return locked;
}
