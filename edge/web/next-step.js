// @ts-check
/** @import { OrderState, OrderView } from '../../contract/order.ts' */
/** @import { SaleState, SaleView } from '../../contract/sale.ts' */
/** @import { Facts, Refused, Screen } from './types.ts' */
/**
 * From what is known to what the page shows, as one pure decision: words, button and timer. The
 * order speaks first, then the click under way, then its refusal, then the sale. Between two
 * looks at the shop the sale's state follows the shop's clock: the button opens without a request.
 */
import { mayOrderAgain } from './attempt.js';

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

/** @type {Record<SaleState, Pick<Screen, 'message' | 'tone' | 'button' | 'canOrder'>>} */
const SALE_SCREENS = {
  scheduled: { message: 'scheduled', tone: 'calm', button: 'not-yet', canOrder: false },
  open: { message: 'open', tone: 'go', button: 'buy', canOrder: true },
  paused: { message: 'paused', tone: 'wait', button: 'is-paused', canOrder: false },
  'sold-out': { message: 'sold-out', tone: 'stop', button: 'is-sold-out', canOrder: false },
  ended: { message: 'ended', tone: 'stop', button: 'is-ended', canOrder: false },
};

/** @type {Screen} */
const LOADING = {
  message: 'loading',
  gaveUp: false,
  tone: 'calm',
  button: 'buy',
  canOrder: false,
  timer: undefined,
  step: 0,
};

/** @param {Facts} facts @returns {Screen} */
export function nextStep(facts) {
  const { sale, order, sending, refusal, nowMs } = facts;
  if (sale === undefined) {
    return refusal ? { ...LOADING, message: refusal.trouble, tone: 'stop' } : LOADING;
  }
  const state = stateAt(sale, nowMs);
  const resting = { ...LOADING, ...SALE_SCREENS[state], timer: saleTimer(sale, state, nowMs) };
  if (sending.kind !== 'idle') return sendingScreen(facts, resting);
  if (order !== undefined) return orderScreen(order, resting);
  if (refusal === undefined || state !== 'open') return resting;
  return {
    ...resting,
    message: refusal.trouble,
    gaveUp: refusal.retryAfterMs !== undefined || refusal.trouble === 'network-lost',
    tone: 'stop',
    button: 'again',
  };
}

/**
 * The state at `nowMs` of a sale that was looked at some time before.
 * @param {SaleView} sale
 * @param {number} nowMs
 * @returns {SaleState}
 */
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
export function saleAfter(sale, refused) {
  if (refused.trouble === 'unknown-sale') return undefined;
  if (refused.trouble === 'sold-out') return { ...sale, state: 'sold-out', remaining: 0 };
  if (refused.trouble === 'ended' || refused.trouble === 'paused') {
    return { ...sale, state: refused.trouble };
  }
  if (refused.trouble === 'not-open' && refused.opensAt !== undefined) {
    return { ...sale, state: 'scheduled', opensAt: refused.opensAt };
  }
  return sale;
}

/**
 * A click sent again keeps saying why, also in the moment of sending: no flicker, no chatter.
 * @param {Facts} facts
 * @param {Screen} resting
 * @returns {Screen}
 */
function sendingScreen({ sending, refusal, nowMs }, resting) {
  if (refusal === undefined) {
    return { ...resting, message: 'sending', tone: 'wait', button: 'one-moment', canOrder: false };
  }
  return {
    ...resting,
    message: refusal.trouble,
    tone: 'wait',
    button: 'waiting',
    canOrder: false,
    timer: {
      label: 'asks-again-in',
      untilMs: sending.kind === 'waiting' ? sending.untilMs : nowMs,
    },
  };
}

/**
 * @param {OrderView} order
 * @param {Screen} resting
 * @returns {Screen}
 */
function orderScreen(order, resting) {
  const { state, reason = 'poison', payBefore = '' } = order;
  const screen = ORDER_SCREENS[state];
  const payBeforeMs = Date.parse(payBefore);
  return {
    ...resting,
    ...screen,
    message: state === 'rejected' ? `rejected-${reason}` : state,
    // Only an open sale offers another try; any other says what it is.
    button: mayOrderAgain(order) && !resting.canOrder ? resting.button : screen.button,
    canOrder: mayOrderAgain(order) && resting.canOrder,
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
