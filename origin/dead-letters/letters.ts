/**
 * The dead letters in the book: what could not be settled, kept until an operator replays or
 * discards it. Burying twice writes one row, since where a letter came from is its name. What
 * becomes of a letter is judged in end-letter.ts; here are the rows.
 */
import { decodeRecord, encodeReservations, type Reservation } from '../../contract/log/codec.ts';
import type { DeadLetterState, DeadLettersQuery } from '../../contract/operator-dead-letters.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';

const statements = statementsBeside(import.meta.url, [
  'count-pending',
  'insert-letter',
  'select-letter',
  'select-page',
  'select-page-of-state',
  'update-closed',
  'update-refused',
]);

/** What the column holds; an error's text may be longer. */
const REASON_LENGTH = 500;

/** A record, or one order of it, on its way to the dead letters. */
export interface Letter {
  /** The log's name. */
  source: string;
  partition: number;
  offset: bigint;
  /** Why it cannot be settled: a short code such as `not-protobuf`, then details. */
  reason: string;
  /** The record as it came; of a record that can be read, a record with this one order. */
  value: Uint8Array;
  /** Absent when the record cannot be read. */
  reservation?: Reservation;
}

export interface LetterRow {
  id: number;
  source: string;
  partition: number;
  /** In decimal: it may be larger than a JavaScript number holds. */
  offset: string;
  /** Empty when the record could not be read. */
  orderId: string;
  saleId: string | null;
  buyerId: string | null;
  quantity: number | null;
  reason: string;
  state: DeadLetterState;
  /** Replays that the book refused. */
  attempts: number;
  buriedAtMs: number;
  changedAtMs: number;
}

export interface WholeLetter extends LetterRow {
  value: Uint8Array;
}

/** The bytes of a letter for one order: its record may hold a hundred that settled. */
export function recordOf(reservation: Reservation): Uint8Array {
  const [record] = encodeReservations([reservation], 1);
  if (record === undefined) throw new Error('a reservation has no record');
  return record.value;
}

/** In one transaction; those that are there already stay as they are. */
export function buryLetters(book: OrderBook, letters: readonly Letter[]): Promise<void> {
  return book.transact((transaction) => insertLetters(transaction, letters));
}

export function* insertLetters(
  transaction: Transaction,
  letters: readonly Letter[],
): Waiting<void> {
  for (const { source, partition, offset, reason, value, reservation } of letters) {
    const { orderId = '', saleId, buyerId, epoch, quantity } = reservation ?? {};
    yield* answer(
      transaction.run(
        statements['insert-letter'],
        ...[source, partition, String(offset), orderId],
        ...[saleId ?? null, buyerId ?? null, epoch ?? null, quantity ?? null],
        ...[shorten(reason), Buffer.from(value).toString('hex')],
        ...[transaction.nowMs, transaction.nowMs],
      ),
    );
  }
}

/** A page by id: the order in which they were buried. */
export function listLetters(
  book: OrderBook,
  { state, after = 0, limit }: DeadLettersQuery,
): Promise<LetterRow[]> {
  return state === undefined
    ? book.read<LetterRow>(statements['select-page'], after, limit)
    : book.read<LetterRow>(statements['select-page-of-state'], state, after, limit);
}

export async function findLetter(book: OrderBook, id: number): Promise<WholeLetter | undefined> {
  type Found = LetterRow & { valueHex: string };
  const [found] = await book.read<Found>(statements['select-letter'], id);
  if (found === undefined) return undefined;
  const { valueHex, ...row } = found;
  return { ...row, value: Buffer.from(valueHex, 'hex') };
}

export async function countPendingLetters(book: OrderBook): Promise<number> {
  const [row] = await book.read<{ pending: number }>(statements['count-pending']);
  return row?.pending ?? 0;
}

/** The orders of a letter; undefined when it cannot be read. A barrier has none. */
export function reservationsIn(value: Uint8Array): Reservation[] | { unreadable: string } {
  const record = decodeRecord(value);
  switch (record.kind) {
    case 'reserved':
      return record.reservations;
    case 'barrier':
      return [];
    case 'unreadable':
      return { unreadable: record.reason };
  }
}

/** The book refused a replay: the letter waits on, with what the book says now. */
export function noteRefused(book: OrderBook, id: number, reason: string): Promise<void> {
  return book.transact(function* ({ run, nowMs }) {
    yield* answer(run(statements['update-refused'], shorten(reason), nowMs, id));
  });
}

export interface Closing {
  id: number;
  to: 'replayed' | 'discarded';
  /** Orders of the letter that get letters of their own, in the same transaction. */
  split: readonly Letter[];
}

/**
 * False when somebody else closed it. `replayed` also wins over `discarded`: an order of the
 * letter is in the book then, and that cannot be taken back.
 */
export function closeLetter(book: OrderBook, { id, to, split }: Closing): Promise<boolean> {
  const from = to === 'replayed' ? ['pending', 'discarded'] : ['pending'];
  return book.transact(function* (transaction) {
    const { run, nowMs } = transaction;
    const closed = (yield* answer(run(statements['update-closed'], to, nowMs, id, from))) === 1;
    if (closed) yield* insertLetters(transaction, split);
    return closed;
  });
}

function shorten(reason: string): string {
  return reason.slice(0, REASON_LENGTH);
}
