/**
 * What an operator sees of the notices, and does with dead ones: they get another three days. A
 * replayed notice comes before those of its order that still wait, and after those that were
 * delivered meanwhile.
 */
import type { DeliveriesQuery } from '../../contract/deliveries.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { answer } from '../settle/waiting.ts';

const statements = statementsBeside(import.meta.url, [
  'select-page',
  'select-page-of-state',
  'update-replayed',
  'update-all-replayed',
]);

/** Rows changed in one transaction, so that none is long. */
const REPLAY_BATCH = 1_000;

export interface DeliveryRow {
  number: number;
  deliveryId: string;
  orderId: string;
  saleId: string;
  type: string;
  state: 'pending' | 'delivered' | 'dead';
  tries: number;
  createdAtMs: number;
  dueAtMs: number;
  lastError: string | null;
}

/** A page by number, the order in which the notices were made. */
export function listDeliveries(
  book: OrderBook,
  { state, after, limit }: DeliveriesQuery,
): Promise<DeliveryRow[]> {
  return state === undefined
    ? book.read<DeliveryRow>(statements['select-page'], after ?? 0, limit)
    : book.read<DeliveryRow>(statements['select-page-of-state'], state, after ?? 0, limit);
}

/** Makes dead notices pending again, those of `ids` or all. Resolves with how many. */
export async function replayDeliveries(
  book: OrderBook,
  wanted: { ids: readonly string[] } | { all: true },
): Promise<number> {
  if ('ids' in wanted) return wanted.ids.length === 0 ? 0 : replaySome(book, wanted.ids);
  let replayed = 0;
  for (let full = true; full; ) {
    const some = await replayAnyDead(book);
    replayed += some;
    full = some === REPLAY_BATCH;
  }
  return replayed;
}

function replaySome(book: OrderBook, ids: readonly string[]): Promise<number> {
  return book.transact(function* ({ run, nowMs }) {
    return yield* answer(run(statements['update-replayed'], nowMs, nowMs, ids));
  });
}

function replayAnyDead(book: OrderBook): Promise<number> {
  return book.transact(function* ({ run, nowMs }) {
    return yield* answer(run(statements['update-all-replayed'], nowMs, nowMs, REPLAY_BATCH));
  });
}
