/** The book's terms of the ledger, within a transaction: `book.terms` reads them by themselves. */
import type { BookTerms } from './book.ts';
import { statementsBeside, type Transaction } from './transaction.ts';
import { answer, type Waiting } from './waiting.ts';

const { 'select-terms': selectTerms } = statementsBeside(import.meta.url, ['select-terms']);

/** Undefined when there is no such sale. */
export function* readTerms(
  transaction: Transaction,
  saleId: string,
): Waiting<BookTerms | undefined> {
  const [terms] = yield* answer(transaction.rows<BookTerms>(selectTerms, saleId));
  return terms;
}
