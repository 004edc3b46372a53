/**
 * What a run of results means for a board: several steps of one buyer become the last of them, and
 * the curve gets one number a second. Pure. A buyer comes with `reserved` and leaves when that
 * order is closed; `paid` changes nothing, and neither does `rejected`: such an order never held a
 * unit, and its buyer may well be on the board with another.
 */
import { LEADERBOARD_LIMITS } from '../../contract/leaderboard.ts';
import type { OrderResult, ResultRow } from '../results/result.ts';
import type { Sale } from '../settle/book.ts';
import { type BoardBatch, type BoardChange, MAX_CHANGES } from './board.ts';
import { positionOf } from './position.ts';

export type BoardSale = Pick<Sale, 'saleId' | 'score' | 'opensAtMs'>;

/** One step of a board: the batches that bring it from one result to another. */
export interface BoardStep {
  /** The last one moves the board; those before it, of a row too large for one, leave it there. */
  batches: BoardBatch[];
  /** Orders in the rows that the step takes. */
  orders: number;
}

/**
 * Takes as many of `rows` as fit into one batch, at least one row. A row with too many buyers makes
 * a step by itself, of several batches: only the last moves the board, and those before it are the
 * same whoever sends them again, so nothing counts twice.
 */
export function mergeResults(sale: BoardSale, from: number, rows: readonly ResultRow[]): BoardStep {
  const positions = new Map<string, number | undefined>();
  const units = new Map<number, number>();
  let to = from;
  let orders = 0;
  for (const row of rows) {
    const steps = stepsOf(sale, row);
    const fits = positions.size + steps.changes.length <= MAX_CHANGES;
    if (!fits && to > from) break;
    for (const { buyerId, position } of steps.changes) positions.set(buyerId, position);
    const second = secondOf(sale, row.atMs);
    if (steps.units !== 0) units.set(second, (units.get(second) ?? 0) + steps.units);
    to = row.seq;
    orders += row.orders.length;
    if (!fits) break;
  }
  const changes = Array.from(positions, ([buyerId, position]) => ({ buyerId, position }));
  const curve = Array.from(units, ([second, sum]) => ({ second, units: sum }));
  return { batches: batchesOf({ saleId: sale.saleId, from, to, changes, curve }), orders };
}

function stepsOf(sale: BoardSale, row: ResultRow): { changes: BoardChange[]; units: number } {
  const positions = new Map<string, number | undefined>();
  let units = 0;
  for (const order of row.orders) {
    const direction = directionOf(order.state);
    if (direction === 0) continue;
    units += direction * order.quantity;
    positions.set(order.buyerId, direction === 1 ? positionOf(sale.score, order) : undefined);
  }
  const changes = Array.from(positions, ([buyerId, position]) => ({ buyerId, position }));
  return { changes, units };
}

/** 1: its units are sold. -1: they no longer are. */
function directionOf(state: OrderResult['state']): 1 | 0 | -1 {
  switch (state) {
    case 'reserved':
      return 1;
    case 'paid':
    case 'rejected':
      return 0;
    case 'expired':
    case 'cancelled':
    case 'refunded':
      return -1;
  }
}

/** The second of the sale, by the book's clock; the last one stands for all later ones. */
function secondOf({ opensAtMs }: BoardSale, atMs: number): number {
  const second = Math.floor((atMs - opensAtMs) / 1_000);
  return Math.min(Math.max(second, 0), LEADERBOARD_LIMITS.curveSeconds - 1);
}

function batchesOf(whole: BoardBatch): BoardBatch[] {
  const batches: BoardBatch[] = [];
  let start = 0;
  for (; whole.changes.length - start > MAX_CHANGES; start += MAX_CHANGES) {
    const changes = whole.changes.slice(start, start + MAX_CHANGES);
    batches.push({ ...whole, to: whole.from, changes, curve: [] });
  }
  batches.push({ ...whole, changes: whole.changes.slice(start) });
  return batches;
}
