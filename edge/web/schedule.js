// @ts-check
/** @import { SaleView } from '../../contract/sale.ts' */
/** @import { LoadFacts, OrderPollFacts, PlacePollFacts, SalePollFacts } from './types.ts' */
/**
 * When the page asks the shop. From the last countdown seconds until the first rush is over the
 * only request is the click's own order. Jitter keeps pages opened together from asking together.
 */

/** Three silent seconds, and one for an answer on its way. */
const QUIET_BEFORE_MS = 4000;
const QUIET_AFTER_MS = 5000;
const RETURN_SPREAD_MS = 15_000;

const MINUTE_MS = 60_000;
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
/** Quartz drifts by less than a millisecond a minute. */
const CLOCK_PACE_MS = 2 * MINUTE_MS;

/** An order usually settles within 100 ms. */
const FIRST_ORDER_POLL_MS = 300;
const LONGEST_ORDER_POLL_MS = 5000;
const RESERVED_POLL_MS = 15_000;
/** Payments are usually confirmed within seconds. */
const HURRIED_POLLS = 30;
/** Nobody sits and watches for money on its way back. */
const REFUND_POLL_MS = 30_000;
const REFUND_POLLS = 20;
/** Near the front of the waitlist the next unit may be the buyer's own. */
const NEAR_PLACES = 20;
const NEAR_POLL_MS = 5000;
const FAR_POLL_MS = 15_000;

/** @param {number} ms @param {number} fraction */
const spread = (ms, fraction) => ms * (0.75 + fraction / 2);

/** No request at all. @param {SaleView | undefined} sale @param {number} nowMs */
export function isSilent(sale, nowMs) {
  const untilOpenMs = Date.parse(sale?.opensAt ?? '') - nowMs;
  return untilOpenMs > 0 && untilOpenMs <= QUIET_BEFORE_MS;
}

/** Only a click's own order may ask. @param {SaleView | undefined} sale @param {number} nowMs */
export function isQuiet(sale, nowMs) {
  const untilOpenMs = Date.parse(sale?.opensAt ?? '') - nowMs;
  return untilOpenMs > -QUIET_AFTER_MS && untilOpenMs <= QUIET_BEFORE_MS;
}

/** Until the next look at the sale; undefined: never. @param {SalePollFacts} facts */
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

/** @param {LoadFacts} facts */
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

/** Until the next look at the order; undefined: it is final. @param {OrderPollFacts} facts */
export function orderPollMs({ order, hasReturned, polls, nowMs, fraction }) {
  const { state, payment, closedBy, payBefore } = order;
  const soonMs = Math.min(LONGEST_ORDER_POLL_MS, FIRST_ORDER_POLL_MS * 1.6 ** polls);
  switch (state) {
    case 'accepting':
    case 'queued':
      return spread(soonMs, fraction);
    case 'reserved': {
      const isAwaited = payment === 'paid' || (hasReturned && payment !== 'failed');
      if ((isAwaited || closedBy !== undefined) && polls < HURRIED_POLLS) {
        return spread(soonMs, fraction);
      }
      const leftMs = Date.parse(payBefore ?? '') - nowMs;
      if (leftMs > 0 && leftMs < RESERVED_POLL_MS) return leftMs + 500 + fraction * 2000;
      return spread(RESERVED_POLL_MS, fraction);
    }
    case 'paid':
    case 'expired':
    case 'cancelled':
    case 'refunded':
    case 'rejected':
      if (payment !== 'refunding' || polls >= REFUND_POLLS) return undefined;
      return spread(REFUND_POLL_MS, fraction);
  }
}

/** @param {PlacePollFacts} facts */
export function placePollMs({ place, failures, fraction }) {
  const paceMs = place.place <= NEAR_PLACES ? NEAR_POLL_MS : FAR_POLL_MS;
  return spread(Math.min(LONGEST_PACE_MS, paceMs * 2 ** failures), fraction);
}

/** @param {number} fraction */
export const clockPollMs = (fraction) => spread(CLOCK_PACE_MS, fraction);
