// @ts-check
/** @import { OrderView } from '../../contract/order.ts' */
/** @import { Facts, Message, OrderFacts, Screen } from './types.ts' */
/**
 * What the page shows after the click: paying and its answer, cancelling, waiting for a unit that
 * comes back. It takes next-step.js's screen and says more where there is more to say: that one
 * stays true while this one is not loaded.
 */
import { isPayable, mayOrderAgain, stateAt } from './next-step.js';

/** @param {Facts} facts @param {Screen} screen @returns {Screen} */
export function laterStep(facts, screen) {
  const { sale, order, sending, refusal, place, nowMs } = facts;
  if (sale === undefined || refusal?.trouble === 'signed-out') return screen;
  if (sending.kind !== 'idle') return laterSending(facts, screen);
  const state = stateAt(sale, nowMs);
  if (order !== undefined && !mayOrderAgain(order)) return refused(facts, liveOrder(facts, screen));
  if (place !== undefined && (state === 'sold-out' || state === 'paused')) {
    return refused(facts, onWaitlist(place, screen));
  }
  const closed = order ? { ...screen, message: orderMessage(order, facts) } : screen;
  if (state !== 'sold-out' || sale.waitlist === undefined) return closed;
  if (sale.waitlist.full) return order ? closed : { ...screen, message: 'waitlist-full' };
  const message = order ? closed.message : 'can-wait';
  return refused(facts, { ...closed, message, button: 'join', action: 'join' });
}

/** The words for an order. @param {OrderView} order @param {OrderFacts} facts @returns {Message} */
export function orderMessage(order, { nowMs, hasReturned = false, wasServed = false }) {
  const { state, reason = 'poison', closedBy, payment } = order;
  switch (state) {
    case 'accepting':
    case 'queued':
      return closedBy === undefined ? state : 'closing';
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

/**
 * @param {'expired' | 'cancelled'} state
 * @param {OrderView['closedBy']} closedBy
 * @returns {Message}
 */
function closedMessage(state, closedBy) {
  if (closedBy === 'payment') return 'closed-unpaid';
  if (closedBy === 'buyer') return 'cancelled-by-you';
  return closedBy === 'operator' || closedBy === 'risk' ? 'cancelled-by-shop' : state;
}

/** @param {Facts} facts @param {Screen} screen @returns {Screen} */
function liveOrder(facts, screen) {
  const { order, nowMs } = facts;
  if (order === undefined) return screen;
  const message = orderMessage(order, facts);
  const isWaiting = message === 'confirming' || message === 'closing' || message === 'time-up';
  const shown = {
    ...screen,
    message,
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
 * @param {Facts} facts
 * @param {Screen} screen
 * @returns {Screen}
 */
function refused({ refusal }, screen) {
  const what = refusal?.what;
  if (what === undefined || (what !== screen.action && what !== screen.quiet)) return screen;
  return { ...screen, message: refusal?.trouble ?? screen.message, tone: 'stop' };
}

/** @param {Facts} facts @param {Screen} screen @returns {Screen} */
function laterSending({ sending, refusal }, screen) {
  const what = sending.kind === 'idle' ? 'order' : sending.what;
  if (what === 'order' || refusal !== undefined) return screen;
  return { ...screen, message: what === 'pay' ? 'paying' : 'asking' };
}
