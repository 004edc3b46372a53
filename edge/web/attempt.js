// @ts-check
/** @import { OrderState, OrderView } from '../../contract/order.ts' */
/** @import { Attempt, ClickFacts } from './types.ts' */
/**
 * One wish to buy and its Idempotency-Key. Whatever happens to an answer (lost, refused, the page
 * reloaded, the button pressed again) the same key goes out again, so the shop sees one order; a
 * new key is made only once that order is over without a unit. Two tabs that are pressed in one
 * instant may make two keys: the shop's rule of one live order a buyer answers both with one.
 */

/** How far along each state is; an answer never takes the page back to an earlier one. */
/** @type {Record<OrderState, number>} */
const PROGRESS = {
  accepting: 0,
  queued: 1,
  reserved: 2,
  paid: 3,
  expired: 4,
  cancelled: 4,
  rejected: 4,
  refunded: 4,
};

/**
 * True when the order is over without a unit, so that the buyer may try again.
 * @param {OrderView | undefined} order
 */
export function mayOrderAgain(order) {
  return order?.state === 'rejected' || order?.state === 'expired' || order?.state === 'cancelled';
}

/**
 * What the next click sends.
 * @param {ClickFacts} facts
 * @returns {Attempt}
 */
export function nextAttempt({ kept, order, quantity, newKey }) {
  if (kept === undefined || mayOrderAgain(order)) return { key: newKey, quantity };
  // A refusal wrote nothing down, so the quantity may change; what has no answer must stay as sent.
  return kept.unanswered || kept.orderId !== undefined ? kept : { key: kept.key, quantity };
}

/**
 * The truer of two views of orders: another tab or a slow answer may tell what is already past.
 * @param {OrderView | undefined} known
 * @param {OrderView} heard
 */
export function laterOrder(known, heard) {
  if (known === undefined) return heard;
  if (known.orderId !== heard.orderId) return mayOrderAgain(heard) ? known : heard;
  return PROGRESS[heard.state] < PROGRESS[known.state] ? known : heard;
}

/**
 * What storage gave back, or undefined when nobody here wrote it.
 * @param {unknown} stored
 * @returns {Attempt | undefined}
 */
export function parseAttempt(stored) {
  const attempt = /** @type {Partial<Attempt> | undefined} */ (stored);
  if (typeof attempt?.key !== 'string' || typeof attempt.quantity !== 'number') return undefined;
  return /** @type {Attempt} */ (attempt);
}
