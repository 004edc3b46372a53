/**
 * The notices in the book while they are sent: which are due, and what became of those that were
 * tried. Both in one transaction, so that the next notice of an order is due the moment the one
 * before it is done, and never sooner.
 */
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';
import type { Verdict } from './judge-attempt.ts';

const statements = statementsBeside(import.meta.url, [
  'delete-delivered',
  'select-due',
  'update-dead',
  'update-delivered',
  'update-failed',
  'update-followers',
]);

/** Delivered notices are kept this long, for whoever asks whether the shop was told. */
const KEEP_DELIVERED_MS = 7 * 86_400_000;
/** Rows deleted at once: some milliseconds of the database. */
export const FORGET_BATCH = 1_000;

export interface DueDelivery {
  deliveryId: string;
  orderId: string;
  payload: string;
  /** Attempts so far. */
  tries: number;
  createdAtMs: number;
  /** Where its order's trace goes on; null unless that is sampled. */
  traceparent: string | null;
}

export interface Judged {
  delivery: DueDelivery;
  /** By the book's clock, when it is noted. */
  judge(nowMs: number): Verdict;
}

export interface Turn {
  /** By the book's clock. */
  nowMs: number;
  verdicts: Verdict[];
  /** The oldest pending notice of each order, if it is due; the longest due first. */
  due: DueDelivery[];
}

/** Notes what came of attempts, then reads what is due by then. */
export function takeTurn(
  book: OrderBook,
  { judged, limit }: { judged: readonly Judged[]; limit: number },
): Promise<Turn> {
  return book.transact(function* (transaction) {
    const { nowMs } = transaction;
    const verdicts = judged.map(({ judge }) => judge(nowMs));
    yield* noteDelivered(
      transaction,
      judged.filter((_, index) => verdicts[index]?.kind === 'delivered'),
    );
    for (const [index, { delivery }] of judged.entries()) {
      yield* noteFailed(transaction, delivery, verdicts[index]);
    }
    const rows = transaction.rows<DueDelivery>(statements['select-due'], nowMs, limit);
    return { nowMs, verdicts, due: yield* answer(rows) };
  });
}

function* noteDelivered(transaction: Transaction, judged: readonly Judged[]): Waiting<void> {
  if (judged.length === 0) return;
  const ids = judged.map(({ delivery }) => delivery.deliveryId);
  yield* answer(transaction.run(statements['update-delivered'], transaction.nowMs, ids));
}

function* noteFailed(
  transaction: Transaction,
  { deliveryId, orderId }: DueDelivery,
  verdict: Verdict | undefined,
): Waiting<void> {
  if (verdict?.kind === 'dead') {
    yield* answer(transaction.run(statements['update-dead'], verdict.error, deliveryId));
  }
  if (verdict?.kind === 'again') {
    const { dueAtMs, error } = verdict;
    yield* answer(transaction.run(statements['update-failed'], dueAtMs, error, deliveryId));
    // Those that wait behind it need not be looked at before.
    yield* answer(transaction.run(statements['update-followers'], dueAtMs, orderId, dueAtMs));
  }
}

/** Deletes some of the notices delivered long ago; call it again for more. */
export function forgetDelivered(book: OrderBook): Promise<number> {
  return book.transact(function* (transaction) {
    const beforeMs = transaction.nowMs - KEEP_DELIVERED_MS;
    return yield* answer(transaction.run(statements['delete-delivered'], beforeMs, FORGET_BATCH));
  });
}
