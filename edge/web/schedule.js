// @ts-check
/** @import { SaleView } from '../../contract/sale.ts' */
/** @import { LoadFacts, OrderPollFacts, SalePollFacts } from './types.ts' */
/**
 * When the page asks the shop, all of it decided here. Around the opening it asks nothing: from the
 * last countdown seconds on until the crowd's first rush is over, the only request is the click's
 * own order. Every wait is spread by jitter, so that pages opened together do not ask together.
 */

/** Three silent seconds, and one for an answer on its way and the clock's error. */
const QUIET_BEFORE_MS = 4000;
/** After the opening the first look at the stock comes this late, spread over this long. */
const QUIET_AFTER_MS = 5000;
const RETURN_SPREAD_MS = 15_000;

const MINUTE_MS = 60_000;
/** The edge caches a sale for one second; nobody reads the stock more often than this. */
const PACE_MS = {
  far: MINUTE_MS,
  hour: 30_000,
  near: 15_000,
  open: 8000,
  paused: 5000,
  owned: 45_000,
};
const LONGEST_PACE_MS = 2 * MINUTE_MS;
const FIRST_LOAD_RETRY_MS = 1000;
/** Quartz drifts by less than a millisecond a minute: two minutes keep the clock within a few. */
const CLOCK_PACE_MS = 2 * MINUTE_MS;

/** An order usually settles within 100 ms; a shop with a backlog is asked less and less often. */
const FIRST_ORDER_POLL_MS = 300;
const LONGEST_ORDER_POLL_MS = 5000;
const RESERVED_POLL_MS = 15_000;

/** @param {number} ms @param {number} fraction */
const spread = (ms, fraction) => ms * (0.75 + fraction / 2);

/**
 * True in the last seconds of the countdown: no request at all.
 * @param {SaleView | undefined} sale
 * @param {number} nowMs
 */
export function isSilent(sale, nowMs) {
  const untilOpenMs = Date.parse(sale?.opensAt ?? '') - nowMs;
  return untilOpenMs > 0 && untilOpenMs <= QUIET_BEFORE_MS;
}

/**
 * True also in the first rush, while only a click's own order may ask.
 * @param {SaleView | undefined} sale
 * @param {number} nowMs
 */
export function isQuiet(sale, nowMs) {
  const untilOpenMs = Date.parse(sale?.opensAt ?? '') - nowMs;
  return untilOpenMs > -QUIET_AFTER_MS && untilOpenMs <= QUIET_BEFORE_MS;
}

/**
 * How long to wait before the next look at the sale; undefined: it has ended, never again.
 * @param {SalePollFacts} facts
 */
export function salePollMs({ sale, nowMs, hasOrder, failures, fraction }) {
  if (nowMs >= Date.parse(sale.closesAt)) return undefined;
  const opensAtMs = Date.parse(sale.opensAt);
  const paceMs = Math.min(LONGEST_PACE_MS, salePaceMs(sale, nowMs, hasOrder) * 2 ** failures);
  const waitMs = spread(paceMs, fraction);
  const beforeOpening = nowMs < opensAtMs + QUIET_AFTER_MS;
  if (beforeOpening && nowMs + waitMs >= opensAtMs - QUIET_BEFORE_MS) {
    return opensAtMs - nowMs + QUIET_AFTER_MS + fraction * RETURN_SPREAD_MS;
  }
  return waitMs;
}

/**
 * How long to wait before a page that could not load its sale tries again.
 * @param {LoadFacts} facts
 */
export function loadRetryMs({ failures, retryAfterMs = 0, fraction }) {
  const grownMs = Math.min(MINUTE_MS, FIRST_LOAD_RETRY_MS * 2 ** failures);
  return spread(Math.max(grownMs, retryAfterMs / 0.75), fraction);
}

/** @param {SaleView} sale @param {number} nowMs @param {boolean} hasOrder */
function salePaceMs(sale, nowMs, hasOrder) {
  if (hasOrder) return PACE_MS.owned;
  if (sale.state === 'paused') return PACE_MS.paused;
  const untilOpenMs = Date.parse(sale.opensAt) - nowMs;
  if (untilOpenMs <= 0) return PACE_MS.open;
  if (untilOpenMs <= 5 * MINUTE_MS) return PACE_MS.near;
  return untilOpenMs <= 60 * MINUTE_MS ? PACE_MS.hour : PACE_MS.far;
}

/**
 * How long to wait before the next look at the order; undefined: what it says is final.
 * @param {OrderPollFacts} facts
 */
export function orderPollMs({ order, polls, nowMs, fraction }) {
  switch (order.state) {
    case 'accepting':
    case 'queued':
      return spread(Math.min(LONGEST_ORDER_POLL_MS, FIRST_ORDER_POLL_MS * 1.6 ** polls), fraction);
    case 'reserved': {
      const leftMs = Date.parse(order.payBefore ?? '') - nowMs;
      if (leftMs > 0 && leftMs < RESERVED_POLL_MS) return leftMs + 500 + fraction * 2000;
      return spread(RESERVED_POLL_MS, fraction);
    }
    case 'paid':
    case 'expired':
    case 'cancelled':
    case 'refunded':
    case 'rejected':
      return undefined;
  }
}

/** How long to wait before the clock is sampled again. @param {number} fraction */
export const clockPollMs = (fraction) => spread(CLOCK_PACE_MS, fraction);
