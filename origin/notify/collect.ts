/**
 * Turns results into notices that wait to be sent. A sale's cursor moves in the transaction that
 * writes the notices, by compare-and-set, so each result becomes its notices once, whoever dies or
 * runs twice. Notices of one order are numbered in the order of its results.
 */
import { isRehearsal } from '../../contract/sale.ts';
import { readResultHeads, readResults } from '../results/read-results.ts';
import type { ResultRow } from '../results/result.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';
import { type Notice, noticesOf } from './notice.ts';

const statements = statementsBeside(import.meta.url, [
  'insert-cursor',
  'insert-deliveries',
  'select-cursor',
  'select-cursors',
  'select-known',
  'select-last-due',
  'update-cursor',
]);

/** The reader's name in `result_cursors`. */
export const READER = 'notify';
/** Rows read at once: one is a settled batch, 90 kB at most. */
const READ_ROWS = 20;
/** Notices written in one transaction, unless a single row has more; about 500 kB. */
const NOTICES_AT_ONCE = 1_000;
/** Steps of a sale in one round at most, so that sending never waits long for collecting. */
const STEPS_A_ROUND = 20;

export interface CollectOptions {
  book: OrderBook;
  mayGoOn(): boolean;
  /** Told of each sale that moved: how many results are still to be collected. */
  observeBehind(saleId: string, behind: number): void;
}

export async function collectNotices(options: CollectOptions): Promise<void> {
  const { book, mayGoOn, observeBehind } = options;
  const heads = await readResultHeads(book);
  const kept = await book.read<{ saleId: string; seq: number }>(
    statements['select-cursors'],
    READER,
  );
  const cursors = new Map(kept.map(({ saleId, seq }) => [saleId, seq]));
  for (const [saleId, head] of heads) {
    let from = cursors.get(saleId) ?? 0;
    for (let step = 0; step < STEPS_A_ROUND && from < head && mayGoOn(); step += 1) {
      const to = await collectStep(book, { saleId, from, head });
      // Somebody else collects this sale as well: the next round sees how far it is.
      if (to === undefined) break;
      from = to;
      observeBehind(saleId, Math.max(0, head - to));
    }
  }
}

/** Resolves with where the cursor is then; undefined when it was not at `from`. */
async function collectStep(
  book: OrderBook,
  { saleId, from, head }: { saleId: string; from: number; head: number },
): Promise<number | undefined> {
  const rows = await readResults(book, { saleId, after: from, limit: READ_ROWS });
  const taken = rowsThatFit(rows);
  // With no row left of those before the head, all of them were forgotten.
  const to = taken.at(-1)?.seq ?? head;
  return book.transact(function* (transaction) {
    const moved = yield* moveCursor(transaction, { saleId, from, to });
    if (!moved) return undefined;
    // Nobody is to ship what synthetic buyers have.
    const notices = isRehearsal(saleId) ? [] : taken.flatMap(noticesOf);
    for (let start = 0; start < notices.length; start += NOTICES_AT_ONCE) {
      yield* writeNotices(transaction, notices.slice(start, start + NOTICES_AT_ONCE));
    }
    return to;
  });
}

function rowsThatFit(rows: readonly ResultRow[]): readonly ResultRow[] {
  let notices = 0;
  const over = rows.findIndex(({ orders }, index) => {
    notices += orders.length;
    return index > 0 && notices > NOTICES_AT_ONCE;
  });
  return over === -1 ? rows : rows.slice(0, over);
}

function* moveCursor(
  transaction: Transaction,
  { saleId, from, to }: { saleId: string; from: number; to: number },
): Waiting<boolean> {
  const update = transaction.run(statements['update-cursor'], to, READER, saleId, from);
  if ((yield* answer(update)) === 1) return true;
  const [cursor] = yield* answer(transaction.rows(statements['select-cursor'], READER, saleId));
  if (cursor !== undefined || from !== 0) return false;
  yield* answer(transaction.insert(statements['insert-cursor'], [[READER, saleId, to]]));
  return true;
}

/** A notice behind others of its order is due no sooner than they are. */
function* writeNotices(transaction: Transaction, notices: readonly Notice[]): Waiting<void> {
  if (notices.length === 0) return;
  const ids = notices.map(({ deliveryId }) => deliveryId);
  const knownRows = transaction.rows<{ deliveryId: string }>(statements['select-known'], ids);
  const known = new Set((yield* answer(knownRows)).map(({ deliveryId }) => deliveryId));
  const orderIds = [...new Set(notices.map(({ orderId }) => orderId))];
  const lastRows = transaction.rows<{ orderId: string; dueAtMs: number }>(
    statements['select-last-due'],
    orderIds,
  );
  const lastDue = new Map((yield* answer(lastRows)).map((row) => [row.orderId, row.dueAtMs]));
  const { nowMs } = transaction;
  const rows = notices
    .filter(({ deliveryId }) => !known.has(deliveryId))
    .map(({ deliveryId, orderId, saleId, type, payload, traceparent }) => {
      const dueAtMs = Math.max(nowMs, lastDue.get(orderId) ?? 0);
      return [deliveryId, orderId, saleId, type, payload, nowMs, dueAtMs, traceparent ?? null];
    });
  yield* answer(transaction.insert(statements['insert-deliveries'], rows));
}
