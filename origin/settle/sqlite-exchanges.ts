/**
 * The exchanges of a settle transaction with the embedded database. It answers at once, so nothing
 * here waits; the group commit around it is the transaction, and a savepoint undoes it alone.
 */
import type { Clock } from '../../contract/clock.ts';
import type { ClosedBy } from '../../contract/order.ts';
import type { OffsetStep, PendingRelease } from './book.ts';
import {
  type NewOrder,
  type OrderRow,
  orderValues,
  rejectedRow,
  rejectedValues,
  reservedRow,
} from './order-row.ts';
import type { OpenedSale, SettleExchanges, Taken } from './settle-exchanges.ts';
import type { BookStatements } from './sqlite-statements.ts';

export function createSqliteExchanges(sql: BookStatements, clock: Clock): SettleExchanges {
  function release(releases: readonly PendingRelease[]): void {
    const insert = sql('insert-release');
    for (const { orderId, saleId, buyerId, epoch, units } of releases) {
      insert.run(orderId, saleId, buyerId, epoch, units, units > 0 ? 1 : 0);
    }
  }

  function take(saleId: string, units: number, settlesFrom: number): Taken | undefined {
    const taken = sql('take-units').run(units, units, saleId, units, settlesFrom);
    if (taken.changes !== 1) return undefined;
    return { waiting: Number(sql('select-waiting').get(saleId)?.waiting) };
  }

  return {
    open({ log, steps, saleIds }) {
      if (!steps.every((step) => move(sql, log, step))) return { kind: 'fenced' };
      const sales = new Map<string, OpenedSale>();
      for (const saleId of saleIds) {
        const row = sql('select-window').get(saleId);
        if (row === undefined) continue;
        const hasCancellations = row.hasCancellations === 1;
        const [payWindowMs, settlesFrom] = [Number(row.payWindowMs), Number(row.settlesFrom)];
        sales.set(saleId, { payWindowMs, settlesFrom, hasCancellations });
      }
      return { kind: 'open', nowMs: clock.nowMs(), sales };
    },
    cancellations(orderIds) {
      const rows = sql('select-cancellations').all(JSON.stringify(orderIds));
      return new Map(rows.map((row) => [String(row.orderId), row.closedBy as ClosedBy]));
    },
    insertReserved: (orders) =>
      insertAndRead(sql, orders, reservedRow, (order) => [
        ...orderValues(order),
        ...[1, 'reserved', null, null],
      ]),
    insertRejected: (orders) => insertAndRead(sql, orders, rejectedRow, rejectedValues),
    release,
    selectBesideHeads: (orderIds) => besideHeads(sql, orderIds),
    deleteCancellations(orderIds) {
      sql('delete-cancellations').run(JSON.stringify(orderIds));
    },
    countAndTake({ saleId, counts, units, settlesFrom }) {
      for (const count of counts) {
        sql('count-settled').run(saleId, count.epoch, count.bucket, count.orders, count.units);
      }
      return take(saleId, units, settlesFrom);
    },
    lockFree(saleId) {
      const row = sql('select-free-units').get(saleId);
      if (row === undefined) throw new Error(`sale ${saleId} has gone`);
      return { free: Number(row.free), settlesFrom: Number(row.settlesFrom) };
    },
    takeAndReject({ saleId, units, rejected, settlesFrom }) {
      const taken = take(saleId, units, settlesFrom);
      for (const { orderId } of rejected) sql('reject-sold-out').run(orderId);
      release(rejected.map((order) => ({ ...order, units: 0 })));
      return taken;
    },
    leaveWaitlist({ saleId, buyerIds, nowMs }) {
      const left = sql('leave-waitlist').run(nowMs, saleId, JSON.stringify(buyerIds)).changes;
      if (left !== 0) sql('reduce-waiting').run(left, saleId);
    },
    finish({ nowMs, results }) {
      for (const { saleId, orders } of results) sql('insert-result').run(nowMs, orders, saleId);
    },
  };
}

function move(sql: BookStatements, log: string, { partition, from, to }: OffsetStep): boolean {
  if (from !== undefined) return sql('move-offset').run(to, log, partition, from).changes === 1;
  return sql('insert-first-offset').run(log, partition, to).changes === 1;
}

function besideHeads(sql: BookStatements, orderIds: readonly string[]): string[] {
  const rows = sql('select-beside-heads').all(JSON.stringify(orderIds));
  return rows.map((row) => String(row.orderId));
}

/** What was inserted is known; only what was there, or collided, has to be read. */
function insertAndRead<Order extends NewOrder>(
  sql: BookStatements,
  orders: readonly Order[],
  rowOf: (order: Order) => OrderRow,
  valuesOf: (order: Order) => (string | number | null)[],
): OrderRow[] {
  const insert = sql('insert-order');
  const rows: OrderRow[] = [];
  for (const order of orders) {
    if (insert.run(...valuesOf(order)).changes === 1) {
      rows.push(rowOf(order));
      continue;
    }
    const row = sql('select-order').get(order.orderId);
    if (row !== undefined) rows.push(row as unknown as OrderRow);
  }
  return rows;
}
