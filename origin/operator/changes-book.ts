/**
 * The record of changes in the book: a row before a change, its end after it. The row is durable
 * when `beginChange` resolves. Accepted race: when the answer to that COMMIT is lost, the change is
 * not made and yet stands there as begun.
 */
import type { ChangesQuery } from '../../contract/operator-changes.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { answer } from '../settle/waiting.ts';
import type { DescribedChange } from './changes-describe.ts';

const statements = statementsBeside(import.meta.url, [
  'insert-change',
  'select-inserted-change',
  'end-change',
  'select-changes',
  'select-changes-of-target',
]);

export interface ChangeRow {
  id: number;
  atMs: number;
  operator: string;
  action: string;
  target: string;
  /** A JSON object. */
  details: string;
  status: number | null;
  endedAtMs: number | null;
}

/** Resolves with the row's id. */
export function beginChange(
  book: OrderBook,
  { operator, action, target, details }: DescribedChange & { operator: string },
): Promise<number> {
  return book.transact(function* ({ nowMs, insert, rows }) {
    const row = [nowMs, operator, action, target, details];
    yield* answer(insert(statements['insert-change'], [row]));
    const found = yield* answer(rows<{ id: number }>(statements['select-inserted-change']));
    const id = found[0]?.id ?? 0;
    if (id < 1) throw new Error('the book gave a change no id');
    return id;
  });
}

export async function endChange(
  book: OrderBook,
  { id, status }: { id: number; status: number },
): Promise<void> {
  await book.transact(function* ({ nowMs, run }) {
    yield* answer(run(statements['end-change'], status, nowMs, id));
  });
}

/** A page, the newest first. */
export function listChanges(
  book: OrderBook,
  { target, after = Number.MAX_SAFE_INTEGER, limit }: ChangesQuery,
): Promise<ChangeRow[]> {
  return target === undefined
    ? book.read<ChangeRow>(statements['select-changes'], after, limit)
    : book.read<ChangeRow>(statements['select-changes-of-target'], target, after, limit);
}
