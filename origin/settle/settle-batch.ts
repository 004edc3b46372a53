/**
 * The settle transaction, once for all databases. Nothing of a batch vanishes: every order id is
 * read back (or the database says that it wrote the row just now), and what the unique keys kept
 * out is written as rejected. A row is fresh when this transaction wrote it; only fresh rows are
 * counted and take units, so whatever is repeated, by whomever, is counted once. The offsets move
 * first (a consumer that was replaced learns it before any work), a sale's hot rows come last.
 * Accepted: of two new orders of one buyer in one batch, the smaller id wins.
 */
import type { Reservation } from '../../contract/log/codec.ts';
import type { Random } from '../../contract/random.ts';
import { failpoint } from '../failpoints.ts';
import { BookRefusedError, type SettleBatch, type SettleReply } from './book.ts';
import { type NewOrder, type OrderRow, toBookOrder } from './order-row.ts';
import { collided, countByBucket, fitInto, sortedOnce, unitsOf } from './settle-decisions.ts';
import type { Opened, SettleExchanges } from './settle-exchanges.ts';
import { type Answer, answer, type Waiting } from './waiting.ts';

/** Rows in one statement: a longer one gains nothing and nears the server's max_allowed_packet. */
const MAX_ROWS = 1_000;

type Rows = Map<string, OrderRow>;

/**
 * The owner commits when the reply is `settled`, and rolls back when it is `fenced` or this throws.
 */
export function* settleBatch(
  batch: SettleBatch,
  settleId: number,
  exchanges: SettleExchanges,
): Waiting<SettleReply> {
  const reservations = sortedOnce(batch.reservations);
  const saleIds = [...new Set(reservations.map((reservation) => reservation.saleId))].sort();
  failpoint('settle.before-offset');
  const { log, steps } = batch;
  const opened = yield* answer(exchanges.open({ log, steps, saleIds }));
  if (opened.kind === 'fenced') return opened;

  const orders = reservations.map((reservation) => stamp(reservation, opened, settleId));
  const rows = yield* write(orders, exchanges);
  const fresh = orders.filter((order) => rows.get(order.orderId)?.settleId === settleId);
  const twice = fresh.filter((order) => rows.get(order.orderId)?.state === 'rejected');
  if (twice.length > 0) yield* answer(exchanges.release(twice));
  for (const saleId of saleIds) {
    const members = fresh.filter((order) => order.saleId === saleId);
    if (members.length > 0) yield* count({ saleId, members, rows, exchanges });
  }
  failpoint('settle.before-commit');
  return { kind: 'settled', orders: Array.from(rows.values(), toBookOrder) };
}

/** 52 random bits: what JavaScript and every database hold exactly. */
export function newSettleId(random: Random): number {
  const bytes = random.bytes(7);
  return bytes.reduce((id, byte, index) => id * 256 + (index === 0 ? byte & 0x0f : byte), 0);
}

function stamp(reservation: Reservation, opened: Opened, settleId: number): NewOrder {
  const payWindowMs = opened.payWindowsMs.get(reservation.saleId);
  if (payWindowMs === undefined) {
    throw new BookRefusedError(`the book has no sale ${reservation.saleId}`);
  }
  const { nowMs } = opened;
  return {
    saleId: reservation.saleId,
    epoch: reservation.epoch,
    bucket: reservation.bucket,
    orderId: reservation.orderId,
    buyerId: reservation.buyerId,
    quantity: reservation.quantity,
    seq: reservation.seq,
    reservedAtMs: reservation.reservedAtMs,
    settledAtMs: nowMs,
    payBeforeMs: nowMs + payWindowMs,
    settleId,
  };
}

/** Every order's row, by order id, whoever wrote it. */
function* write(orders: readonly NewOrder[], exchanges: SettleExchanges): Waiting<Rows> {
  const rows: Rows = new Map();
  yield* inChunks(orders, rows, (chunk) => exchanges.insertReserved(chunk));
  yield* inChunks(collided(orders, rows), rows, (chunk) => exchanges.insertDuplicates(chunk));
  if (rows.size !== orders.length) {
    throw new Error(`of ${orders.length} orders the book gave back ${rows.size}`);
  }
  return rows;
}

function* inChunks(
  orders: readonly NewOrder[],
  rows: Rows,
  insert: (chunk: readonly NewOrder[]) => Answer<OrderRow[]>,
): Waiting<void> {
  for (let start = 0; start < orders.length; start += MAX_ROWS) {
    const chunk = orders.slice(start, start + MAX_ROWS);
    for (const row of yield* answer(insert(chunk))) rows.set(row.orderId, row);
  }
}

interface SaleShare {
  saleId: string;
  /** The sale's fresh orders, rejected ones included. */
  members: readonly NewOrder[];
  rows: Rows;
  exchanges: SettleExchanges;
}

/** Counts a sale's fresh orders and takes their units; those that find none are rejected. */
function* count({ saleId, members, rows, exchanges }: SaleShare): Waiting<void> {
  const wanting = members.filter((order) => rows.get(order.orderId)?.state === 'reserved');
  const counts = countByBucket(members);
  const units = unitsOf(wanting);
  if (yield* answer(exchanges.countAndTake({ saleId, counts, units }))) return;

  const fit = fitInto(yield* answer(exchanges.lockFree(saleId)), wanting);
  // A unit may have come back between the guard and the lock; then all fit after all.
  const taken = yield* answer(exchanges.takeAndReject({ saleId, ...fit }));
  if (!taken) throw new Error(`the guard of sale ${saleId} held although its row is locked`);
  for (const { orderId } of fit.rejected) {
    const row = rows.get(orderId);
    if (row !== undefined) Object.assign(row, { state: 'rejected', reason: 'sold-out' });
  }
}
