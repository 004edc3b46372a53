/**
 * Gives units that came back to the heads of the waitlist, each an order with a payment window of
 * its own. The unit never passes through the stock store, which only has to learn that the buyer
 * has an order. A head who ordered meanwhile (the reservation was still on its way) is passed over.
 */
import { createOrderIdMaker } from '../../contract/ids.ts';
import { nodeHashing } from '../hashing.ts';
import type { OrderResult } from '../results/result.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';
import type { LockedSale } from './change-sale.ts';
import { resultOf } from './order-result.ts';
import { type Head, shareOut } from './share-out.ts';

const {
  'select-heads': selectHeads,
  'select-holders': selectHolders,
  'insert-orders': insertOrders,
  'insert-holds': insertHolds,
  'mark-served': markServed,
  'mark-left': markLeft,
} = statementsBeside(import.meta.url, [
  'select-heads',
  'select-holders',
  'insert-orders',
  'insert-holds',
  'mark-served',
  'mark-left',
]);

/** Heads read by one statement: as many as a batch of closings, a few milliseconds' work. */
const PAGE = 500;
/** The stock store did not hand these orders out: no bucket, and no place in its count. */
const NO_BUCKET = 0;
const NO_SEQ = 0;
/** Nor did a settling write them. */
const NO_SETTLE_ID = 0;

export interface Served {
  /** Given away, in all. */
  units: number;
  /** How many rows left the line, with an order or without. */
  takenOff: number;
  /** One for each new order, in the order of the line. */
  results: OrderResult[];
}

/** The sale's row is locked. Nobody is served once the sale is over. */
export function* serveWaitlist(
  transaction: Transaction,
  sale: LockedSale,
  units: number,
): Waiting<Served> {
  const nobody = sale.waiting === 0 || transaction.nowMs >= sale.closesAtMs;
  if (nobody || units === 0) return { units: 0, takenOff: 0, results: [] };
  const { grants, left, unitsLeft } = yield* chooseHeads(transaction, sale.saleId, units);
  const results = yield* writeOrders(transaction, sale, grants);
  if (left.length > 0) yield* answer(transaction.run(markLeft, transaction.nowMs, left));
  return { units: units - unitsLeft, takenOff: grants.length + left.length, results };
}

/** Pages of the line, until the units or the heads are used up. */
function* chooseHeads(transaction: Transaction, saleId: string, units: number) {
  const chosen = { grants: [] as Head[], left: [] as number[], unitsLeft: units };
  for (let after = 0; chosen.unitsLeft > 0; ) {
    const limit = Math.min(PAGE, chosen.unitsLeft);
    const heads = yield* answer(transaction.rows<Head>(selectHeads, saleId, after, limit));
    if (heads.length === 0) break;
    const buyerIds = heads.map((head) => head.buyerId);
    const rows = yield* answer(
      transaction.rows<{ buyerId: string }>(selectHolders, saleId, buyerIds),
    );
    const holders = new Set(rows.map(({ buyerId }) => buyerId));
    const { grants, left, unitsLeft } = shareOut(heads, holders, chosen.unitsLeft);
    chosen.grants.push(...grants);
    chosen.left.push(...left);
    chosen.unitsLeft = unitsLeft;
    after = heads.at(-1)?.number ?? after;
  }
  return chosen;
}

function* writeOrders(
  transaction: Transaction,
  { saleId, epoch, payWindowMs }: LockedSale,
  grants: readonly Head[],
): Waiting<OrderResult[]> {
  if (grants.length === 0) return [];
  const { nowMs } = transaction;
  const payBeforeMs = nowMs + payWindowMs;
  const orderIdOf = createOrderIdMaker(nodeHashing, saleId);
  const orders = grants.map(({ number, buyerId, quantity }) => {
    const orderId = orderIdOf(buyerId, `waitlist:${number}`);
    return { orderId, buyerId, quantity, reservedAtMs: nowMs, payBeforeMs };
  });
  // Rows of orders are locked in the order of their ids, by everybody.
  const sorted = [...orders].sort((one, other) => (one.orderId < other.orderId ? -1 : 1));
  const orderRows = sorted.map(({ orderId, buyerId, quantity }) => [
    ...[orderId, saleId, buyerId, quantity, epoch, NO_BUCKET, NO_SEQ],
    ...[nowMs, nowMs, payBeforeMs, NO_SETTLE_ID],
  ]);
  yield* answer(transaction.insert(insertOrders, orderRows));
  const holdRows = sorted.map(({ orderId, buyerId, quantity }) => [
    ...[orderId, saleId, buyerId, quantity, epoch],
  ]);
  yield* answer(transaction.insert(insertHolds, holdRows));
  const numbers = grants.map(({ number }) => number);
  const marked = yield* answer(transaction.run(markServed, nowMs, numbers));
  if (marked !== numbers.length)
    throw new Error(`heads of sale ${saleId} left while it was locked`);
  return orders.map((order) => resultOf(order, { state: 'reserved', closedBy: undefined }));
}
