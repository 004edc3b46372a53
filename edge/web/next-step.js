// @ts-check
/** @import { OrderState, OrderView } from '../../contract/order.ts' */
/** @import { SaleState, SaleView } from '../../contract/sale.ts' */
/** @import { Attempt, ClickFacts, Facts, Refused, Screen } from './types.ts' */
/**
 * From what is known to what the page shows, as one pure decision: words, button and timer. The
 * button opens by the clock, without a request. later-step.js says more of what follows the click.
 */

/** @type {Record<OrderState, Pick<Screen, 'tone' | 'button' | 'step'>>} */
const ORDER_SCREENS = {
  accepting: { tone: 'wait', button: 'in-line', step: 0 },
  queued: { tone: 'go', button: 'in-line', step: 1 },
  reserved: { tone: 'good', button: 'is-reserved', step: 2 },
  paid: { tone: 'good', button: 'is-paid', step: 3 },
  refunded: { tone: 'calm', button: 'is-refunded', step: 0 },
  expired: { tone: 'stop', button: 'again', step: 0 },
  cancelled: { tone: 'stop', button: 'again', step: 0 },
  rejected: { tone: 'stop', button: 'again', step: 0 },
};

/** @type {Record<SaleState, Pick<Screen, 'message' | 'tone' | 'button' | 'action'>>} */
const SALE_SCREENS = {
  scheduled: { message: 'scheduled', tone: 'calm', button: 'not-yet', action: undefined },
  open: { message: 'open', tone: 'go', button: 'buy', action: 'order' },
  paused: { message: 'paused', tone: 'wait', button: 'is-paused', action: undefined },
  'sold-out': { message: 'sold-out', tone: 'stop', button: 'is-sold-out', action: undefined },
  ended: { message: 'ended', tone: 'stop', button: 'is-ended', action: undefined },
};

/** @type {Screen} */
const LOADING = {
  message: 'loading',
  gaveUp: false,
  tone: 'calm',
  button: 'buy',
  action: undefined,
  quiet: undefined,
  timer: undefined,
  step: 0,
  values: undefined,
};

/** @param {Facts} facts @returns {Screen} */
export function nextStep(facts) {
  const { sale, order, sending, refusal, nowMs } = facts;
  if (sale === undefined || refusal?.trouble === 'signed-out') {
    return refusal ? { ...LOADING, message: refusal.trouble, tone: 'stop' } : LOADING;
  }
  const state = stateAt(sale, nowMs);
  const resting = { ...LOADING, ...SALE_SCREENS[state], timer: saleTimer(sale, state, nowMs) };
  if (sending.kind !== 'idle') return sendingScreen(facts, resting);
  if (order !== undefined) return orderScreen(order, resting);
  const isOrders = (refusal?.what ?? 'order') === 'order';
  if (refusal === undefined || state !== 'open' || !isOrders) return resting;
  return {
    ...resting,
    message: refusal.trouble,
    gaveUp: refusal.retryAfterMs !== undefined || refusal.trouble === 'network-lost',
    tone: 'stop',
    button: 'again',
  };
}

/** @param {SaleView} sale @param {number} nowMs @returns {SaleState} */
export function stateAt(sale, nowMs) {
  if (sale.state === 'ended' || nowMs >= Date.parse(sale.closesAt)) return 'ended';
  if (sale.state === 'paused') return 'paused';
  if (nowMs < Date.parse(sale.opensAt)) return 'scheduled';
  return sale.state === 'sold-out' ? 'sold-out' : 'open';
}

/**
 * A refused click is also news of the sale, newer than what was last seen of it.
 * @param {SaleView} sale
 * @param {Refused} refused
 * @returns {SaleView | undefined}
 */
export function saleAfter(sale, { trouble, opensAt }) {
  const { waitlist, ...withoutWaitlist } = sale;
  switch (trouble) {
    case 'unknown-sale':
      return undefined;
    case 'sold-out':
      return { ...sale, state: trouble, remaining: 0 };
    case 'not-sold-out':
      return { ...sale, state: 'open', remaining: Math.max(1, sale.remaining) };
    case 'no-waitlist':
      return withoutWaitlist;
    case 'waitlist-full':
      return waitlist ? { ...sale, waitlist: { ...waitlist, full: true } } : sale;
    case 'ended':
    case 'paused':
      return { ...sale, state: trouble };
    case 'not-open':
      return opensAt === undefined ? sale : { ...sale, state: 'scheduled', opensAt };
    default:
      return sale;
  }
}

/** @param {Facts} facts @param {Screen} resting @returns {Screen} */
function sendingScreen({ sending, refusal, nowMs }, resting) {
  if (refusal === undefined) {
    return {
      ...resting,
      message: 'sending',
      tone: 'wait',
      button: 'one-moment',
      action: undefined,
    };
  }
  // Sent again, it keeps saying why.
  return {
    ...resting,
    message: refusal.trouble,
    tone: 'wait',
    button: 'waiting',
    action: undefined,
    timer: {
      label: 'asks-again-in',
      untilMs: sending.kind === 'waiting' ? sending.untilMs : nowMs,
    },
  };
}

/** @param {OrderView} order @param {Screen} resting @returns {Screen} */
function orderScreen(order, resting) {
  const { state, reason = 'poison', payBefore = '' } = order;
  const screen = ORDER_SCREENS[state];
  const payBeforeMs = Date.parse(payBefore);
  return {
    ...resting,
    ...screen,
    message: state === 'rejected' ? `rejected-${reason}` : state,
    button: mayOrderAgain(order) && resting.action === undefined ? resting.button : screen.button,
    action: mayOrderAgain(order) ? resting.action : undefined,
    timer:
      state === 'reserved' && payBeforeMs > 0
        ? { label: 'pay-within', untilMs: payBeforeMs }
        : resting.timer,
  };
}

/**
 * @param {SaleView} sale
 * @param {SaleState} state
 * @param {number} nowMs
 * @returns {Screen['timer']}
 */
function saleTimer(sale, state, nowMs) {
  const opensAtMs = Date.parse(sale.opensAt);
  if (state !== 'ended' && nowMs < opensAtMs) return { label: 'opens-in', untilMs: opensAtMs };
  return { label: state === 'ended' ? 'closed' : 'closes-in', untilMs: Date.parse(sale.closesAt) };
}

/** An answer never takes the page back to an earlier one. */
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

/** It is over without a unit. @param {OrderView | undefined} order */
export function mayOrderAgain(order) {
  return order?.state === 'rejected' || order?.state === 'expired' || order?.state === 'cancelled';
}

/** True while its buyer may begin to pay. @param {OrderView} order @param {number} nowMs */
export function isPayable(order, nowMs) {
  const { state, closedBy, payBefore } = order;
  // A shop that names no time has none that is over.
  return state === 'reserved' && closedBy === undefined && !(nowMs >= Date.parse(payBefore ?? ''));
}

/** What the next click sends. @param {ClickFacts} facts @returns {Attempt} */
export function nextAttempt({ kept, order, quantity, newKey }) {
  if (kept === undefined || mayOrderAgain(order)) return { key: newKey, quantity };
  // What has no answer must stay as it was sent.
  return kept.unanswered || kept.orderId !== undefined ? kept : { key: kept.key, quantity };
}

/** The truer of two views. @param {OrderView | undefined} known @param {OrderView} heard */
export function laterOrder(known, heard) {
  if (known === undefined) return heard;
  if (known.orderId !== heard.orderId) return mayOrderAgain(heard) ? known : heard;
  return PROGRESS[heard.state] < PROGRESS[known.state] ? known : heard;
}

/** @param {unknown} stored @returns {Attempt | undefined} */
export function parseAttempt(stored) {
  const attempt = /** @type {Partial<Attempt> | undefined} */ (stored);
  if (typeof attempt?.key !== 'string' || typeof attempt.quantity !== 'number') return undefined;
  return /** @type {Attempt} */ (attempt);
}
