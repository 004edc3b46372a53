/**
 * The exchanges of a settle transaction with the embedded database. It answers at once, so nothing
 * here waits; the group commit around it is the transaction, and a savepoint undoes it alone.
 */
import type { Clock } from '../../contract/clock.ts';
import type { Reservation } from '../../contract/log/codec.ts';
import type { OffsetStep } from './book.ts';
import { type NewOrder, newRow, type OrderRow, orderValues } from './order-row.ts';
import type { SettleExchanges } from './settle-exchanges.ts';
import type { BookStatements } from './sqlite-statements.ts';

export function createSqliteExchanges(sql: BookStatements, clock: Clock): SettleExchanges {
  function move(log: string, { partition, from, to }: OffsetStep): boolean {
    if (from !== undefined) return sql('move-offset').run(to, log, partition, from).changes === 1;
    return sql('insert-first-offset').run(log, partition, to).changes === 1;
  }

  function release(orders: readonly Reservation[]): void {
    const insert = sql('insert-release');
    for (const { orderId, saleId, buyerId, epoch } of orders) {
      insert.run(orderId, saleId, buyerId, epoch, 0);
    }
  }

  function take(saleId: string, units: number): boolean {
    return sql('take-units').run(units, units, saleId, units).changes === 1;
  }

  return {
    open({ log, steps, saleIds }) {
      if (!steps.every((step) => move(log, step))) return { kind: 'fenced' };
      const payWindowsMs = new Map<string, number>();
      for (const saleId of saleIds) {
        const row = sql('select-window').get(saleId);
        if (row !== undefined) payWindowsMs.set(saleId, Number(row.payWindowMs));
      }
      return { kind: 'open', nowMs: clock.nowMs(), payWindowsMs };
    },
    insertReserved: (orders) => insertAndRead(sql, orders, [1, 'reserved', null]),
    insertDuplicates: (orders) => insertAndRead(sql, orders, [null, 'rejected', 'duplicate']),
    release,
    countAndTake({ saleId, counts, units }) {
      for (const count of counts) {
        sql('count-settled').run(saleId, count.epoch, count.bucket, count.orders, count.units);
      }
      return take(saleId, units);
    },
    lockFree(saleId) {
      const row = sql('select-free-units').get(saleId);
      if (row === undefined) throw new Error(`sale ${saleId} has gone`);
      return Number(row.free);
    },
    takeAndReject({ saleId, units, rejected }) {
      const taken = take(saleId, units);
      for (const { orderId } of rejected) sql('reject-sold-out').run(orderId);
      release(rejected);
      return taken;
    },
  };
}

/** `live`, `state` and `reason`. */
type OrderColumns = [1, 'reserved', null] | [null, 'rejected', 'duplicate'];

/** What was inserted is known; only what was there, or collided, has to be read. */
function insertAndRead(
  sql: BookStatements,
  orders: readonly NewOrder[],
  [live, state, reason]: OrderColumns,
): OrderRow[] {
  const insert = sql('insert-order');
  const rows: OrderRow[] = [];
  for (const order of orders) {
    const { changes } = insert.run(...orderValues(order), live, state, reason);
    if (changes === 1) {
      rows.push(newRow(order, state, reason));
      continue;
    }
    const row = sql('select-order').get(order.orderId);
    if (row !== undefined) rows.push(row as unknown as OrderRow);
  }
  return rows;
}
