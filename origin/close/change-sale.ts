/**
 * The sale's row as all that is not settling uses it: locked after the orders, it serialises what
 * changes the sale's counters, its results, its waitlist and its epoch.
 */
import type { OrderResult } from '../results/result.ts';
import { writeResults } from '../results/write-results.ts';
import type { Sale } from '../settle/book.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';

const { 'lock-sale': lockRow, 'change-counters': changeCounters } = statementsBeside(
  import.meta.url,
  ['lock-sale', 'change-counters'],
);

export interface LockedSale {
  saleId: string;
  epoch: number;
  closesAtMs: number;
  payWindowMs: number;
  /** How many wait for a unit. */
  waiting: number;
  /** 0 or 1. */
  loaded: number;
  /** Units that no order has. */
  free: number;
  waitlistCap: number;
  soldBy: Sale['soldBy'];
}

/** What is added to each counter; a missing one stays as it is. All in units but `waiting`. */
export interface CounterChange {
  /** Buyers are shown it, so the sale's version grows with it. */
  units?: number;
  free?: number;
  reserved?: number;
  paid?: number;
  waiting?: number;
}

/** Undefined when there is no such sale. */
export function* lockSale(
  transaction: Transaction,
  saleId: string,
): Waiting<LockedSale | undefined> {
  const [sale] = yield* answer(transaction.rows<LockedSale>(lockRow, saleId));
  return sale;
}

/** Throws when there is no such sale: whoever asks has seen it. */
export function* lockKnownSale(transaction: Transaction, saleId: string): Waiting<LockedSale> {
  const sale = yield* lockSale(transaction, saleId);
  if (sale === undefined) throw new Error(`sale ${saleId} has gone`);
  return sale;
}

/** The counters, and one row with all results of the transaction if there are any. */
export function* changeSale(
  transaction: Transaction,
  saleId: string,
  { change, results }: { change: CounterChange; results: readonly OrderResult[] },
): Waiting<void> {
  const { units = 0, free = 0, reserved = 0, paid = 0, waiting = 0 } = change;
  const versions = units === 0 ? 0 : 1;
  const rows = results.length === 0 ? 0 : 1;
  const counts = [versions, units, free, reserved, paid, waiting, rows];
  const changed = yield* answer(transaction.run(changeCounters, ...counts, saleId));
  if (changed !== 1) throw new Error(`sale ${saleId} has gone`);
  if (rows > 0) yield* writeResults(transaction, saleId, results);
}
