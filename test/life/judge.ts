/**
 * Holds the records of a sale that came to its end against what was promised. Pure: each judge
 * names what does not hold, in words; nothing to say means that all is well.
 */
import { rejectionSchema } from '../../contract/order.ts';
import { judgeHistory, pathsOf, type Told } from '../faults/history.ts';
import type { OrderRecord, Records } from './records.ts';

/** What may become of an order, step by step; each path is one resolution. */
const PATHS: ReadonlySet<string> = new Set([
  'reserved',
  'reserved expired',
  'reserved cancelled',
  'reserved paid',
  'reserved paid refunded',
  'rejected',
]);

/** Payments whose page somebody was told of; without it, all that have one. */
type Shown = ReadonlySet<string>;

/** All of it. */
export function judgeLife(records: Records, heard: readonly Told[], shown?: Shown): string[] {
  return [
    ...judgeUnits(records),
    ...judgeResolutions(records),
    ...judgeMoney(records, shown),
    ...judgeLine(records),
    ...judgePromises(records, heard),
  ];
}

export function judgeUnits({ units, free, waiting, orders }: Records): string[] {
  const paid = unitsOf(orders, 'paid');
  const found: string[] = [];
  if (paid + free !== units) found.push(`${paid} paid and ${free} free units are not ${units}`);
  if (unitsOf(orders, 'reserved') > 0) found.push('units are still reserved');
  if (free > 0 && waiting > 0) found.push(`${waiting} wait although ${free} units are free`);
  return found;
}

/** The results tell one way for every order, which ends as its row does; no number is missing. */
export function judgeResolutions({ orders, results }: Records): string[] {
  const found = results.flatMap(({ seq }, index) =>
    seq === index + 1 ? [] : [`result ${index + 1} is numbered ${seq}`],
  );
  const paths = pathsOf(results);
  for (const { orderId, state, live } of orders) {
    const path = paths.get(orderId) ?? [];
    if (!PATHS.has(path.join(' '))) found.push(`${orderId} went ${path.join(' ')}`);
    if (path.at(-1) !== state) found.push(`${orderId} is ${state}, its results say ${path}`);
    const isLive = state === 'reserved' || state === 'paid';
    if ((live === 1) !== isLive) found.push(`${orderId} is ${state} and live is ${live}`);
  }
  const known = new Set(orders.map(({ orderId }) => orderId));
  for (const orderId of paths.keys()) {
    if (!known.has(orderId)) found.push(`${orderId} has results and is not in the book`);
  }
  return found;
}

/** Every order that is paid has money that stayed; all other money went back, and only that. */
export function judgeMoney({ orders, payments, sessions }: Records, shown?: Shown): string[] {
  const found: string[] = [];
  const states = new Map(orders.map(({ orderId, state }) => [orderId, state]));
  const kept = new Map<string, number>();
  for (const { paymentId, orderId, status, refunded, moneyDueAtMs } of sessions) {
    if (moneyDueAtMs !== null) found.push(`money for ${paymentId} has not come`);
    if (refunded === 1 && status !== 'paid') found.push(`${paymentId}: refunded without money`);
    if (status !== 'paid' || refunded === 1) continue;
    kept.set(orderId, (kept.get(orderId) ?? 0) + 1);
    const state = states.get(orderId);
    if (state !== 'paid') found.push(`${paymentId}: money for an order that is ${state}`);
  }
  for (const [orderId, state] of states) {
    const times = kept.get(orderId) ?? 0;
    if (state === 'paid' && times !== 1) found.push(`${orderId} is paid ${times} times`);
  }
  const byPayment = new Map(sessions.map((session) => [session.paymentId, session]));
  for (const { paymentId, state, sessionId } of payments) {
    const session = byPayment.get(paymentId);
    const there = session?.refunded === 1 ? 'refunded' : (session?.status ?? 'none');
    // The process died before the book had the session, or had it cancelled after the order was
    // closed without it: nobody was shown the page, nobody can pay.
    const isShown = sessionId !== null && (shown?.has(paymentId) ?? true);
    const unseen = state === 'cancelled' && !isShown;
    if (there === state || (unseen && (there === 'none' || there === 'open'))) continue;
    found.push(`${paymentId} is ${state}, at the provider ${there}`);
  }
  return found;
}

/**
 * Heads got their orders in the order of joining: the results tell it exactly, since they are
 * numbered under the lock under which heads are chosen. Nobody with an order waits.
 */
export function judgeLine({ orders, results, waiters, waiting }: Records): string[] {
  const found: string[] = [];
  const served = waiters.filter(({ state }) => state === 'served');
  const numbers = new Map(served.map(({ orderId, number }) => [orderId, number]));
  const turns = results
    .flatMap((row) => row.orders)
    .filter(({ state }) => state === 'reserved')
    .flatMap(({ orderId }) => numbers.get(orderId) ?? []);
  for (const [index, number] of turns.entries()) {
    const before = turns[index - 1] ?? 0;
    if (number < before) found.push(`${number} was served after ${before}`);
  }
  if (turns.length !== served.length) found.push('somebody was served without an order');
  const stillWaiting = waiters.filter(({ state }) => state === 'waiting');
  if (stillWaiting.length !== waiting) {
    found.push(`${stillWaiting.length} wait, the counter says ${waiting}`);
  }
  const first = stillWaiting[0]?.number ?? Number.POSITIVE_INFINITY;
  for (const { number } of served) {
    if (number > first) found.push(`${number} was served while ${first} waits`);
  }
  const holders = new Set(orders.filter(({ live }) => live === 1).map(({ buyerId }) => buyerId));
  for (const { number, buyerId } of stillWaiting) {
    if (holders.has(buyerId)) found.push(`${number} waits, and ${buyerId} has an order`);
  }
  return found;
}

/** Buyers cancel orders that are queued, and get others from the line: any rejection may be. */
export function judgePromises(records: Records, heard: readonly Told[]): string[] {
  return judgeHistory(heard, records, { rejections: rejectionSchema.options });
}

function unitsOf(orders: readonly OrderRecord[], state: string): number {
  return orders
    .filter((order) => order.state === state)
    .reduce((sum, { quantity }) => sum + quantity, 0);
}
