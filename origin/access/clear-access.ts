/**
 * Empties a sale's list without stopping the sale. A short transaction says that the kinds are
 * cleared, and from then on their rows count for nothing, to nobody. Then the rows are deleted, a
 * few at a time, each time under the lock of the sale's row and only while the row still says so:
 * whoever deletes late, or a second time, never takes entries that were added afterwards. Where
 * this dies half-way, the next change or clearing of such a kind deletes the rest first.
 */
import { ACCESS_KINDS, type AccessKind } from '../../contract/access.ts';
import type { SaleAccess } from '../../contract/operator-access.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';
import { type KeptAccess, lockAccess, toldCounts } from './kept-access.ts';

const {
  'update-access': updateAccess,
  'update-counts': updateCounts,
  'delete-some': deleteSome,
} = statementsBeside(import.meta.url, ['update-access', 'update-counts', 'delete-some']);

/** Rows deleted under one lock, a few milliseconds: as many as a request of an operator adds. */
export const CLEARED_AT_ONCE = 500;

/** Without a kind everything goes, and everybody may buy. */
export async function clearAccess(
  book: OrderBook,
  { saleId, kind }: { saleId: string; kind?: AccessKind | undefined },
): Promise<SaleAccess | 'unknown-sale'> {
  const cleared = await book.transact(function* (transaction) {
    const kept = yield* lockAccess(transaction, saleId);
    if (kept === undefined) return undefined;
    const counts = { ...kept.counts };
    for (const each of kind === undefined ? ACCESS_KINDS : [kind]) {
      if (counts[each] !== 0) counts[each] = null;
    }
    const mode = kind === undefined ? 'everybody' : kept.mode;
    const changed: KeptAccess = { ...kept, mode, version: kept.version + 1, counts };
    yield* answer(transaction.run(updateAccess, JSON.stringify(changed), saleId));
    return { saleId, mode, version: changed.version, counts: toldCounts(counts) };
  });
  if (cleared === undefined) return 'unknown-sale';
  await deleteCleared(book, saleId);
  return cleared;
}

/** Resolves when no row is left that counts for nothing. */
export async function deleteCleared(book: OrderBook, saleId: string): Promise<void> {
  let isLeft = true;
  while (isLeft) isLeft = await book.transact((transaction) => deleteFew(transaction, saleId));
}

/** Says whether there may be more. */
function* deleteFew(transaction: Transaction, saleId: string): Waiting<boolean> {
  const kept = yield* lockAccess(transaction, saleId);
  const kind = ACCESS_KINDS.find((each) => kept?.counts[each] === null);
  if (kept === undefined || kind === undefined) return false;
  const deleted = yield* answer(transaction.run(deleteSome, saleId, kind, CLEARED_AT_ONCE));
  if (deleted < CLEARED_AT_ONCE) {
    // The list is the same as before, and the edge need not fetch it again.
    const changed = { ...kept, counts: { ...kept.counts, [kind]: 0 } };
    yield* answer(transaction.run(updateCounts, JSON.stringify(changed), saleId));
  }
  return true;
}
