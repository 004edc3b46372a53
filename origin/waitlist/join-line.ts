/**
 * Joins a batch of buyers to a sale's line in one transaction. The sale's row is locked before
 * anything is read: settling, serving and leaving write it too, so an order that is not seen here
 * will see the buyer in the line and take them out of it (nobody both holds an order and waits),
 * and a unit that is not seen coming here will find the line. Lost answers and repeats are
 * harmless: whoever waits keeps the place.
 */
import { type LockedSale, lockKnownSale } from '../close/change-sale.ts';
import { failpoint } from '../failpoints.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';
import {
  decideJoins,
  type JoinDecision,
  type JoinRequest,
  type JoinVerdict,
  type LineRow,
} from './decide-joins.ts';

const {
  'find-units-coming': findUnitsComing,
  'select-holders': selectHolders,
  'select-line-rows': selectLineRows,
  'change-quantity': changeQuantity,
  'delete-line-rows': deleteLineRows,
  'insert-line-rows': insertLineRows,
  'add-to-waiting': addToWaiting,
} = statementsBeside(import.meta.url, [
  'find-units-coming',
  'select-holders',
  'select-line-rows',
  'change-quantity',
  'delete-line-rows',
  'insert-line-rows',
  'add-to-waiting',
]);

/** A verdict a request, in the order asked. */
export function* joinLine(
  transaction: Transaction,
  saleId: string,
  requests: readonly JoinRequest[],
): Waiting<JoinVerdict[]> {
  const { nowMs } = transaction;
  const buyerIds = [...new Set(requests.map((request) => request.buyerId))];
  const locked = yield* lockKnownSale(transaction, saleId);
  const seenAtMs = Math.min(...requests.map(({ soldOutAtMs }) => soldOutAtMs));
  const [coming] = yield* answer(
    transaction.rows<{ isThere: number }>(findUnitsComing, saleId, saleId, seenAtMs),
  );
  const holders = yield* answer(
    transaction.rows<{ buyerId: string }>(selectHolders, saleId, buyerIds),
  );
  const rows = yield* answer(transaction.rows<LineRow>(selectLineRows, saleId, buyerIds));
  const decision = decideJoins({
    requests,
    line: {
      ...locked,
      hasUnitsComing: coming?.isThere === 1 || isOutdated(locked, requests),
      hasEnded: nowMs >= locked.closesAtMs,
    },
    holders: new Set(holders.map((holder) => holder.buyerId)),
    rows: new Map(rows.map((row) => [row.buyerId, row])),
    nowMs,
  });
  yield* write(transaction, saleId, decision);
  failpoint('waitlist.before-commit');
  return requests.map(({ buyerId }) => {
    const verdict = decision.verdicts.get(buyerId);
    if (verdict === undefined) throw new Error(`nothing was decided of buyer ${buyerId}`);
    return verdict;
  });
}

/** A stock that was made anew since it was seen empty may have units. */
function isOutdated({ epoch, loaded }: LockedSale, requests: readonly JoinRequest[]): boolean {
  return loaded === 0 || requests.some((request) => request.epoch !== epoch);
}

function* write(
  transaction: Transaction,
  saleId: string,
  { added, replaced, changed }: JoinDecision,
): Waiting<void> {
  const { nowMs } = transaction;
  for (const [quantity, numbers] of changed) {
    yield* answer(transaction.run(changeQuantity, quantity, nowMs, numbers));
  }
  if (added.length === 0) return;
  if (replaced.length > 0) yield* answer(transaction.run(deleteLineRows, replaced));
  const rows = added.map(({ buyerId, quantity }) => [saleId, buyerId, quantity, nowMs, nowMs]);
  yield* answer(transaction.insert(insertLineRows, rows));
  yield* answer(transaction.run(addToWaiting, added.length, saleId));
}
