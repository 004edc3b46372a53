/**
 * Adds units to a running sale, once for the id that the sender chose, however often the command is
 * repeated. Heads of the waitlist come first; the rest goes to the stock store as a release that
 * frees no buyer. A sale whose stock was never loaded is refused: whoever loads it may have read
 * its units before or after.
 */
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { answer } from '../settle/waiting.ts';
import { changeSale, lockSale } from './change-sale.ts';
import { freeUnits } from './free-units.ts';
import { transactClosing } from './transact-closing.ts';

const { 'select-top-up': selectTopUp, 'insert-top-up': insertTopUp } = statementsBeside(
  import.meta.url,
  ['select-top-up', 'insert-top-up'],
);

export interface TopUp {
  saleId: string;
  topUpId: string;
  /** 1 or more. */
  units: number;
}

/** `conflict`: the id was used for another number of units. */
export type TopUpReply = 'added' | 'already' | 'conflict' | 'unknown-sale' | 'not-loaded';

export function topUp(book: OrderBook, { saleId, topUpId, units }: TopUp): Promise<TopUpReply> {
  if (!Number.isSafeInteger(units) || units < 1) throw new RangeError(`${units} units to add`);
  return transactClosing(book, function* (transaction) {
    const sale = yield* lockSale(transaction, saleId);
    if (sale === undefined) return 'unknown-sale';
    const [known] = yield* answer(
      transaction.rows<{ units: number }>(selectTopUp, saleId, topUpId),
    );
    if (known !== undefined) return known.units === units ? 'already' : 'conflict';
    if (sale.loaded === 0) return 'not-loaded';

    yield* answer(transaction.insert(insertTopUp, [[saleId, topUpId, units, transaction.nowMs]]));
    yield* changeSale(transaction, saleId, { change: { units, free: units }, results: [] });
    yield* freeUnits(transaction, sale, { units, key: `top-up:${topUpId}` });
    return 'added';
  });
}
