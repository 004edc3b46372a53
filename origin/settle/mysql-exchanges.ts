/**
 * The exchanges of a settle transaction with MySQL or MariaDB. A batch of one sale needs four round
 * trips with its COMMIT: begin + offset + sales; insert; count + take; results + commit. The hot
 * rows (a sale's counts, then the sale) are locked for the last two only, the counts first in every
 * transaction, so that two of them cannot wait for each other. That the sale's row is locked until
 * the commit also makes the numbers of results visible in their order.
 *
 * A batch is first tried as all new: a plain INSERT that succeeds has written every row, so there
 * is nothing to read back. That spares 8 of 24 µs of processor time an order, server and client
 * together (reading 1,000 rows by id costs half of what writing them does). One order that is there
 * already makes it an error (1062), and the whole transaction runs again with every id read back.
 */
import type { ClosedBy } from '../../contract/order.ts';
import { loadStatement } from '../statements.ts';
import type { OffsetStep, PendingRelease } from './book.ts';
import {
  type MysqlSession,
  matchedRows,
  type Part,
  type Result,
  rowsOf,
  warningsOf,
} from './mysql-connections.ts';
import { isDuplicateKey, refusalOf, type ServerWarning } from './mysql-errors.ts';
import {
  type NewOrder,
  type OrderRow,
  orderValues,
  rejectedValues,
  reservedRow,
} from './order-row.ts';
import type { Opened, Opening, SettleExchanges, Taken } from './settle-exchanges.ts';

const statement = (name: string) =>
  loadStatement(new URL(`./sql/mysql/${name}.sql`, import.meta.url));
const begin = statement('begin');
const insertFirstOffset = statement('insert-first-offset');
const moveOffset = statement('move-offset');
const selectWindows = statement('select-windows');
const insertOrders = statement('insert-orders');
const insertMissingOrders = statement('insert-missing-orders');
const insertRejected = statement('insert-rejected');
const showWarnings = statement('show-warnings');
const selectOrders = statement('select-orders');
const countSettled = statement('count-settled');
const takeUnits = statement('take-units');
const lockFreeUnits = statement('lock-free-units');
const rejectSoldOut = statement('reject-sold-out');
const insertReleases = statement('insert-releases');
const selectWaiting = statement('select-waiting');
const selectCancellations = statement('select-cancellations');
const deleteCancellations = statement('delete-cancellations');
const selectBesideHeads = statement('select-beside-heads');
const leaveWaitlist = statement('leave-waitlist');
const reduceWaiting = statement('reduce-waiting');
const commit = statement('commit');
/** Settling writes results as everybody does. */
const insertResult = loadStatement(
  new URL('../results/sql/mysql/insert-result.sql', import.meta.url),
);

interface WindowRow {
  saleId: string;
  payWindowMs: number;
  settlesFrom: number;
  /** 0 or 1. */
  hasCancellations: number;
  nowMs: number;
}

/** `all-new` throws a duplicate key where an order is in the book; `mixed` finds out which are. */
export type BatchKind = 'all-new' | 'mixed';

export function createMysqlExchanges(session: MysqlSession, kind: BatchKind): SettleExchanges {
  return {
    async open(opening) {
      const { log, steps, saleIds } = opening;
      const parts: Part[] = [[begin], ...steps.map((step) => offsetPart(log, step))];
      if (saleIds.length > 0) parts.push([selectWindows, saleIds]);
      try {
        return readOpening(opening, await session.exchange(...parts));
      } catch (error) {
        if (isDuplicateKey(error)) return { kind: 'fenced' };
        throw error;
      }
    },
    async cancellations(orderIds) {
      const [result] = await session.exchange([selectCancellations, orderIds]);
      const rows = rowsOf<{ orderId: string; closedBy: ClosedBy }>(result);
      return new Map(rows.map(({ orderId, closedBy }) => [orderId, closedBy]));
    },
    insertReserved: (orders) =>
      kind === 'all-new'
        ? insertNew(session, orders)
        : insertAndRead(session, [insertMissingOrders, orders.map(orderValues)], orders),
    insertRejected: (orders) =>
      insertAndRead(session, [insertRejected, orders.map(rejectedValues)], orders),
    async release(releases) {
      await session.exchange([insertReleases, releases.map(releaseValues)]);
    },
    selectBesideHeads: (orderIds) => besideHeads(session, orderIds),
    async deleteCancellations(orderIds) {
      await session.exchange([deleteCancellations, orderIds]);
    },
    async countAndTake({ saleId, counts, ...take }) {
      const rows = counts.map(({ epoch, bucket, orders, units }) => {
        return [saleId, epoch, bucket, orders, units];
      });
      const results = await session.exchange([countSettled, rows], ...takeParts(saleId, take));
      return takenOf(results.slice(-2));
    },
    async lockFree(saleId) {
      const [result] = await session.exchange([lockFreeUnits, saleId]);
      const [row] = rowsOf<{ free: number; settlesFrom: number }>(result);
      if (row === undefined) throw new Error(`sale ${saleId} has gone`);
      return row;
    },
    async takeAndReject({ saleId, rejected, ...take }) {
      const parts: Part[] = takeParts(saleId, take);
      if (rejected.length > 0) {
        parts.push([rejectSoldOut, rejected.map((order) => order.orderId)]);
        const releases = rejected.map((order) => ({ ...order, units: 0 }));
        parts.push([insertReleases, releases.map(releaseValues)]);
      }
      return takenOf(await session.exchange(...parts));
    },
    async leaveWaitlist({ saleId, buyerIds, nowMs }) {
      const [left] = await session.exchange([leaveWaitlist, nowMs, saleId, buyerIds]);
      const count = matchedRows(left);
      if (count > 0) await session.exchange([reduceWaiting, count, saleId]);
    },
    async finish({ nowMs, results }) {
      const parts = results.map(({ saleId, orders }) => resultPart(nowMs, orders, saleId));
      // The server stops at a statement that fails, and so before COMMIT.
      await session.exchange(...parts, [commit]);
    },
  };
}

/**
 * Values as `VALUES ?`, measured in batches of 1,000 in µs of processor time an order, client +
 * server: 3.1 + 11.2; as a prepared statement with 11,000 parameters 3.9 + 11.2; as one JSON text
 * through JSON_TABLE 2.0 + 17.6; as text joined by hand 3.4 + 13.6.
 */
async function insertNew(session: MysqlSession, orders: readonly NewOrder[]): Promise<OrderRow[]> {
  const [result] = await session.exchange([insertOrders, orders.map(orderValues)]);
  if (matchedRows(result) !== orders.length) throw new Error('an INSERT wrote fewer rows');
  if (warningsOf(result) > 0) {
    const [warnings] = await session.exchange([showWarnings]);
    const refusal = refusalOf(rowsOf<ServerWarning>(warnings));
    if (refusal !== undefined) throw refusal;
  }
  return orders.map(reservedRow);
}

async function insertAndRead(
  session: MysqlSession,
  insert: Part,
  orders: readonly NewOrder[],
): Promise<OrderRow[]> {
  const ids = orders.map((order) => order.orderId);
  const results = await session.exchange(insert, [showWarnings], [selectOrders, ids]);
  const refusal = refusalOf(rowsOf<ServerWarning>(results[1]));
  if (refusal !== undefined) throw refusal;
  return rowsOf<OrderRow>(results[2]);
}

async function besideHeads(session: MysqlSession, orderIds: readonly string[]): Promise<string[]> {
  const [result] = await session.exchange([selectBesideHeads, orderIds]);
  return rowsOf<{ orderId: string }>(result).map(({ orderId }) => orderId);
}

function offsetPart(log: string, { partition, from, to }: OffsetStep): Part {
  if (from === undefined) return [insertFirstOffset, log, partition, to];
  return [moveOffset, to, log, partition, from];
}

/** Results are those of BEGIN, of each step, of the sales. */
function readOpening({ steps, saleIds }: Opening, results: Result[]): Opened | { kind: 'fenced' } {
  const moved = results.slice(1, 1 + steps.length).every((result) => matchedRows(result) === 1);
  if (!moved) return { kind: 'fenced' };
  const windows = saleIds.length === 0 ? [] : rowsOf<WindowRow>(results.at(-1));
  return {
    kind: 'open',
    nowMs: windows[0]?.nowMs ?? 0,
    sales: new Map(
      windows.map(({ saleId, payWindowMs, settlesFrom, hasCancellations }) => [
        saleId,
        { payWindowMs, settlesFrom, hasCancellations: hasCancellations === 1 },
      ]),
    ),
  };
}

/** The UPDATE locks the sale's row, and so what is read after it is exact. */
function takeParts(
  saleId: string,
  { units, settlesFrom }: { units: number; settlesFrom: number },
): Part[] {
  return [
    [takeUnits, units, units, saleId, units, settlesFrom],
    [selectWaiting, saleId],
  ];
}

function takenOf([taken, waiting]: Result[]): Taken | undefined {
  if (matchedRows(taken) !== 1) return undefined;
  return rowsOf<Taken>(waiting)[0];
}

/**
 * The text goes as bytes, which the driver writes as a hexadecimal literal: for 1,000 orders 2.2 ms
 * in all, where escaping, sending and reading the quotes of a text takes 4.3.
 */
function resultPart(nowMs: number, orders: string, saleId: string): Part {
  return [insertResult, nowMs, Buffer.from(orders), saleId];
}

function releaseValues(release: PendingRelease): (string | number)[] {
  const { orderId, saleId, buyerId, epoch, units } = release;
  return [orderId, saleId, buyerId, epoch, units, units > 0 ? 1 : 0];
}
