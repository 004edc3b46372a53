/** @import { Action, Facts, Message, OrderFacts, OrderState, OrderView } from './types.ts' */
/** @import { QuietAction, Refused, SaleState, SaleView, Screen, TimedSale } from './types.ts' */
/**
 * From what is known to what the page shows, as one pure decision: words, button and timer. The
 * button opens by the clock, without a request.
 */

/** @type {Record<OrderState, Pick<Screen, 'tone' | 'button' | 'step'>>} */
export const ORDER_SCREENS = {
  accepting: { tone: 'wait', button: 'in-line', step: 0 },
  queued: { tone: 'go', button: 'in-line', step: 1 },
  entered: { tone: 'wait', button: 'in-line', step: 0 },
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

/** It was heard from too long ago. @type {Pick<Screen, 'message' | 'tone'>} */
const OUT_OF_TOUCH = { message: 'out-of-touch', tone: 'wait' };

/** @type {Record<Action | QuietAction, Message>} */
const SENDING_MESSAGES = {
  order: 'sending',
  pay: 'paying',
  cancel: 'asking',
  join: 'asking',
  leave: 'asking',
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

/** @param {Facts} facts */
export const nextStep = (facts) => laterStep(facts, firstStep(facts));

/** Until the click is answered. @param {Facts} facts @returns {Screen} */
function firstStep(facts) {
  const { sale, order, sending, refusal, nowMs } = facts;
  if (sale === undefined || refusal?.trouble === 'signed-out') {
    if (refusal === undefined) return LOADING;
    const isSilent = sale === undefined && refusal.trouble === 'overloaded';
    return { ...LOADING, message: isSilent ? 'shop-silent' : refusal.trouble, tone: 'stop' };
  }
  const state = stateAt(sale, nowMs);
  /** @type {Screen} */
  const resting = { ...LOADING, ...SALE_SCREENS[state], timer: saleTimer(sale, state, nowMs) };
  if (sale.asOf !== undefined && state !== 'ended') Object.assign(resting, OUT_OF_TOUCH);
  if (sending.kind !== 'idle') return sendingScreen(facts, resting);
  if (order !== undefined) return orderScreen(order, facts, resting);
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

/** @param {TimedSale} sale @param {number} nowMs @returns {SaleState} */
export function stateAt(sale, nowMs) {
  if (sale.state === 'ended' || nowMs >= Date.parse(sale.closesAt)) return 'ended';
  if (sale.state === 'paused') return 'paused';
  if (nowMs < Date.parse(sale.opensAt)) return 'scheduled';
  return sale.state === 'sold-out' ? 'sold-out' : 'open';
}

/**
 * A refused click is also news of the sale, newer than what was last seen of it: no `asOf` then.
 * @param {SaleView} sale @param {Refused} refused @returns {SaleView | undefined}
 */
export function saleAfter(sale, { trouble, opensAt }) {
  const { asOf, ...heard } = sale;
  const { waitlist, ...withoutWaitlist } = heard;
  switch (trouble) {
    case 'unknown-sale':
      return undefined;
    case 'sold-out':
      return { ...heard, state: trouble, remaining: 0 };
    case 'not-sold-out':
      return { ...heard, state: 'open', remaining: Math.max(1, sale.remaining) };
    case 'no-waitlist':
      return withoutWaitlist;
    case 'waitlist-full':
      return waitlist ? { ...heard, waitlist: { ...waitlist, full: true } } : sale;
    case 'ended':
    case 'paused':
      return { ...heard, state: trouble };
    case 'not-open':
      return opensAt === undefined ? sale : { ...heard, state: 'scheduled', opensAt };
    default:
      return sale;
  }
}

/** @param {Facts} facts @param {Screen} resting @returns {Screen} */
function sendingScreen({ sending, refusal, nowMs }, resting) {
  if (sending.kind !== 'idle' && refusal === undefined) {
    return {
      ...resting,
      message: SENDING_MESSAGES[sending.what],
      tone: 'wait',
      button: 'one-moment',
      action: undefined,
    };
  }
  // Sent again, it keeps saying why.
  return {
    ...resting,
    message: refusal?.trouble ?? 'sending',
    tone: 'wait',
    button: 'waiting',
    action: undefined,
    timer: {
      label: 'asks-again-in',
      untilMs: sending.kind === 'waiting' ? sending.untilMs : nowMs,
    },
  };
}

/** @param {OrderView} order @param {Facts} facts @param {Screen} resting @returns {Screen} */
function orderScreen(order, facts, resting) {
  const { state, payBefore = '' } = order;
  const screen = ORDER_SCREENS[state];
  const payBeforeMs = Date.parse(payBefore);
  return {
    ...resting,
    ...screen,
    message: orderMessage(order, facts),
    button: mayOrderAgain(order) && resting.action === undefined ? resting.button : screen.button,
    action: mayOrderAgain(order) ? resting.action : undefined,
    timer:
      state === 'reserved' && payBeforeMs > 0
        ? { label: 'pay-within', untilMs: payBeforeMs }
        : resting.timer,
  };
}

/**
 * @param {SaleView} sale @param {SaleState} state @param {number} nowMs
 * @returns {Screen['timer']}
 */
function saleTimer(sale, state, nowMs) {
  const opensAtMs = Date.parse(sale.opensAt);
  if (state !== 'ended' && nowMs < opensAtMs) return { label: 'opens-in', untilMs: opensAtMs };
  return { label: state === 'ended' ? 'closed' : 'closes-in', untilMs: Date.parse(sale.closesAt) };
}

/**
 * What follows it: paying, cancelling, waiting for a unit that comes back.
 * @param {Facts} facts
 * @param {Screen} screen
 * @returns {Screen}
 */
function laterStep(facts, screen) {
  const { sale, order, sending, refusal, place, nowMs } = facts;
  if (sale === undefined || refusal?.trouble === 'signed-out') return screen;
  if (sending.kind !== 'idle') return screen;
  const state = stateAt(sale, nowMs);
  if (order !== undefined && !mayOrderAgain(order)) {
    return refused(facts, liveOrder(order, nowMs, screen));
  }
  if (place !== undefined && (state === 'sold-out' || state === 'paused')) {
    return refused(facts, onWaitlist(place, screen));
  }
  if (state !== 'sold-out' || sale.waitlist === undefined) return screen;
  if (sale.waitlist.full) return order ? screen : { ...screen, message: 'waitlist-full' };
  const message = order || sale.asOf ? screen.message : 'can-wait';
  return refused(facts, { ...screen, message, button: 'join', action: 'join' });
}

/** The words for an order. @param {OrderView} order @param {OrderFacts} facts @returns {Message} */
export function orderMessage(order, { nowMs, hasReturned = false, wasServed = false }) {
  const { state, reason = 'poison', closedBy, payment, held } = order;
  switch (state) {
    case 'accepting':
    case 'queued':
    case 'entered':
      if (closedBy !== undefined) return 'closing';
      return held ? 'held' : state;
    case 'reserved':
      if (closedBy !== undefined && closedBy !== 'deadline') return 'closing';
      if (!isPayable(order, nowMs)) return 'time-up';
      if (payment === 'failed') return 'payment-failed';
      if (payment === 'paid') return 'confirming';
      if (hasReturned && (payment === 'open' || payment === 'opening')) return 'confirming';
      return wasServed ? 'served' : state;
    case 'paid':
      return state;
    case 'refunded':
      return payment === 'refunded' ? 'money-back' : state;
    case 'rejected':
      return reason === 'cancelled' ? closedMessage('cancelled', closedBy) : `rejected-${reason}`;
    case 'expired':
    case 'cancelled':
      if (payment === 'refunding') return 'late-money';
      return payment === 'refunded' ? 'late-money-back' : closedMessage(state, closedBy);
  }
}

/** @param {'expired' | 'cancelled'} state @param {OrderView['closedBy']} closedBy */
function closedMessage(state, closedBy) {
  if (closedBy === 'payment') return 'closed-unpaid';
  if (closedBy === 'buyer') return 'cancelled-by-you';
  return closedBy === 'operator' || closedBy === 'risk' ? 'cancelled-by-shop' : state;
}

/** @param {OrderView} order @param {number} nowMs @param {Screen} screen @returns {Screen} */
function liveOrder(order, nowMs, screen) {
  const { message } = screen;
  const isWaiting = ['confirming', 'closing', 'time-up', 'held'].includes(message);
  const shown = {
    ...screen,
    tone: isWaiting || message === 'payment-failed' ? /** @type {const} */ ('wait') : screen.tone,
  };
  if (isPayable(order, nowMs)) return { ...shown, button: 'pay', action: 'pay', quiet: 'cancel' };
  const mayCancel = order.state === 'queued' && order.closedBy === undefined;
  return mayCancel ? { ...shown, quiet: 'cancel' } : shown;
}

/** @param {NonNullable<Facts['place']>} place @param {Screen} screen @returns {Screen} */
function onWaitlist({ place, waiting, quantity, unpaidUnits, estimatedWaitMs }, screen) {
  const hope = estimatedWaitMs === undefined ? 'wait-units' : 'wait-time';
  return {
    ...screen,
    message: unpaidUnits === 0 ? 'wait-none' : hope,
    tone: 'wait',
    button: 'is-waiting',
    action: undefined,
    quiet: 'leave',
    values: { place, waiting, quantity, units: unpaidUnits, waitMs: estimatedWaitMs ?? 0 },
    // Of an order that is over, only its words are shown.
    step: 0,
  };
}

/**
 * A refusal is said as long as the button that was refused is still there.
 * @param {Facts} facts @param {Screen} screen @returns {Screen}
 */
function refused({ refusal }, screen) {
  const what = refusal?.what;
  if (what === undefined || (what !== screen.action && what !== screen.quiet)) return screen;
  return { ...screen, message: refusal?.trouble ?? screen.message, tone: 'stop' };
}

/** An answer never takes the page back to an earlier one. @type {Record<OrderState, number>} */
const PROGRESS = {
  accepting: 0,
  queued: 1,
  entered: 1,
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

/** The truer of two views. @param {OrderView | undefined} known @param {OrderView} heard */
export function laterOrder(known, heard) {
  if (known === undefined) return heard;
  if (known.orderId !== heard.orderId) return mayOrderAgain(heard) ? known : heard;
  return PROGRESS[heard.state] < PROGRESS[known.state] ? known : heard;
}
