/**
 * The settle transaction, once for all databases. Nothing of a batch vanishes: every order id is
 * read back (or the database says that it wrote the row just now), and what the unique keys kept
 * out is written as rejected. A row is fresh when this transaction wrote it; only fresh rows are
 * counted, take units and become results, so whatever is repeated, by whomever, counts once. The
 * offsets move first (a consumer that was replaced learns it before any work), a sale's hot rows
 * come last. Accepted: of two new orders of one buyer in one batch, the smaller id wins; a
 * cancellation that commits while its order settles is carried out by the sweep.
 */
import type { Reservation } from '../../contract/log/codec.ts';
import type { ClosedBy, Rejection } from '../../contract/order.ts';
import type { Random } from '../../contract/random.ts';
import { failpoint } from '../failpoints.ts';
import { encodeResults } from '../results/result.ts';
import { BookRefusedError, type SettleBatch, type SettleReply } from './book.ts';
import { type NewOrder, toBookOrder } from './order-row.ts';
import { refuse, sortedOnce, unitsToGiveBack } from './settle-decisions.ts';
import type { Opened, SaleResults, SettleExchanges } from './settle-exchanges.ts';
import { type Rows, writeRows } from './settle-rows.ts';
import { takeUnits } from './settle-units.ts';
import { answer, type Waiting } from './waiting.ts';

/** The transaction is over when the reply is `settled`; `fenced` or a throw leaves it undone. */
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

  const { nowMs } = opened;
  const orders = reservations.map((reservation) => stamp(reservation, opened, settleId));
  const cancelled = yield* findCancelled(orders, opened, exchanges);
  const refused = refuse(orders, opened, { cancelled, rejectAs: batch.rejectAs });
  const rows = yield* writeRows(orders, refused, exchanges);
  const fresh = orders.filter((order) => rows.get(order.orderId)?.settleId === settleId);
  yield* releaseRejected(fresh, rows, exchanges);
  const results: SaleResults[] = [];
  for (const saleId of saleIds) {
    const members = fresh.filter((order) => order.saleId === saleId);
    const sale = opened.sales.get(saleId);
    if (members.length === 0 || sale === undefined) continue;
    const { settlesFrom } = sale;
    yield* takeUnits({ saleId, nowMs, settlesFrom, members, rows, exchanges });
    const became = members.map((order) => resultOf(order, rows, batch.traceparents));
    results.push({ saleId, orders: encodeResults(became) });
  }
  failpoint('settle.before-commit');
  yield* answer(exchanges.finish({ nowMs, results }));
  return { kind: 'settled', orders: Array.from(rows.values(), toBookOrder) };
}

/** 52 random bits: what JavaScript and every database hold exactly. */
export function newSettleId(random: Random): number {
  const bytes = random.bytes(7);
  return bytes.reduce((id, byte, index) => id * 256 + (index === 0 ? byte & 0x0f : byte), 0);
}

function stamp(reservation: Reservation, opened: Opened, settleId: number): NewOrder {
  const sale = opened.sales.get(reservation.saleId);
  if (sale === undefined) throw new BookRefusedError(`the book has no sale ${reservation.saleId}`);
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
    payBeforeMs: nowMs + sale.payWindowMs,
    settleId,
  };
}

/** Asks only for orders of sales that have any cancellation: most never have one. */
function* findCancelled(
  orders: readonly NewOrder[],
  { sales }: Opened,
  exchanges: SettleExchanges,
): Waiting<ReadonlyMap<string, ClosedBy>> {
  const suspects = orders.filter((order) => sales.get(order.saleId)?.hasCancellations === true);
  if (suspects.length === 0) return new Map();
  return yield* answer(exchanges.cancellations(suspects.map((order) => order.orderId)));
}

function* releaseRejected(
  fresh: readonly NewOrder[],
  rows: Rows,
  exchanges: SettleExchanges,
): Waiting<void> {
  const reasonOf = (order: NewOrder) => rows.get(order.orderId)?.reason ?? null;
  const idsWith = (reason: Rejection) =>
    fresh.filter((order) => reasonOf(order) === reason).map((order) => order.orderId);
  const rejected = fresh.filter((order) => rows.get(order.orderId)?.state === 'rejected');
  if (rejected.length === 0) return;
  const twice = idsWith('duplicate');
  const heads = new Set(twice.length > 0 ? yield* answer(exchanges.selectBesideHeads(twice)) : []);
  const releases = rejected.map((order) => {
    const besideHead = heads.has(order.orderId);
    return { ...order, units: unitsToGiveBack(order.quantity, reasonOf(order), { besideHead }) };
  });
  yield* answer(exchanges.release(releases));
  const cancelled = idsWith('cancelled');
  if (cancelled.length > 0) yield* answer(exchanges.deleteCancellations(cancelled));
}

function resultOf(order: NewOrder, rows: Rows, traceparents: SettleBatch['traceparents']) {
  const row = rows.get(order.orderId);
  if (row === undefined) throw new Error(`order ${order.orderId} has gone`);
  const traceparent = traceparents?.get(order.orderId);
  return traceparent === undefined ? toBookOrder(row) : { ...toBookOrder(row), traceparent };
}
