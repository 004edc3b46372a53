/** @import { ClockParts, Exchange, LoadFacts, OrderPollFacts, PlacePollFacts } from './types.ts' */
/** @import { RetryFacts, Sample, SalePollFacts, SaleView, Trouble } from './types.ts' */
/**
 * When the page asks the shop, and the clock it goes by. From the last countdown seconds until the
 * first rush is over the only request is the click's own order. Jitter keeps pages opened together
 * from asking together. The device's own clock may be wrong and is never asked: half a round trip
 * bounds a sample's error, so the shortest wins (Cristian's algorithm).
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
  unsure: 15_000,
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
/** While results are pushed, asking only makes sure. */
const FED_FACTOR = 4;
/** Near the front of the waitlist the next unit may be the buyer's own. */
const NEAR_PLACES = 20;
const NEAR_POLL_MS = 5000;
const FAR_POLL_MS = 15_000;

/** Which refused clicks are sent again: less and less often, up to a last try. */
/** @type {Partial<Record<Trouble, { tries: number, firstWaitMs: number }>>} */
const RETRIES = {
  // Milliseconds too early by the edge's clock.
  'not-open': { tries: 3, firstWaitMs: 50 },
  'not-drawn': { tries: 20, firstWaitMs: 1000 },
  'too-fast': { tries: 6, firstWaitMs: 1000 },
  recovering: { tries: 10, firstWaitMs: 2000 },
  overloaded: { tries: 8, firstWaitMs: 1000 },
  'payment-unavailable': { tries: 4, firstWaitMs: 2000 },
  'key-reused': { tries: 1, firstWaitMs: 0 },
  unexpected: { tries: 3, firstWaitMs: 1000 },
  'network-lost': { tries: 5, firstWaitMs: 500 },
};
/** Further away is a countdown, not a wait. */
const NEARLY_OPEN_MS = 3000;
/** A longer Retry-After is kept to. */
const LONGEST_GROWTH_MS = 15_000;
const SHORTEST_SPREAD_MS = 300;

/** @param {number} ms @param {number} fraction */
const spread = (ms, fraction) => ms * (0.75 + fraction / 2);

/** No request at all. @param {SaleView | undefined} sale @param {number} nowMs */
export function isSilent(sale, nowMs) {
  const untilOpenMs = Date.parse(sale?.opensAt ?? '') - nowMs;
  return untilOpenMs > 0 && untilOpenMs <= QUIET_BEFORE_MS;
}

/**
 * Only a click's own order may ask.
 * @param {Pick<SaleView, 'opensAt'> | undefined} sale @param {number} nowMs
 */
export function isQuiet(sale, nowMs) {
  const untilOpenMs = Date.parse(sale?.opensAt ?? '') - nowMs;
  return untilOpenMs > -QUIET_AFTER_MS && untilOpenMs <= QUIET_BEFORE_MS;
}

/** Until the next look at the sale; undefined: never. @param {SalePollFacts} facts */
export function salePollMs({ sale, nowMs, hasOrder, isUnsure, failures, fraction }) {
  if (nowMs >= Date.parse(sale.closesAt)) {
    return isUnsure ? spread(PACE_MS.unsure, fraction) : undefined;
  }
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
export function orderPollMs({ order, hasReturned, polls, isFed, nowMs, fraction }) {
  const { state, payment, closedBy, payBefore, held } = order;
  const factor = isFed ? FED_FACTOR : 1;
  const soonMs = factor * Math.min(LONGEST_ORDER_POLL_MS, FIRST_ORDER_POLL_MS * 1.6 ** polls);
  const calmMs = factor * RESERVED_POLL_MS;
  switch (state) {
    case 'accepting':
    case 'queued':
    case 'entered':
      // Somebody has to look at it first.
      return spread(held ? calmMs : soonMs, fraction);
    case 'reserved': {
      const isAwaited = payment === 'paid' || (hasReturned && payment !== 'failed');
      if ((isAwaited || closedBy !== undefined) && polls < HURRIED_POLLS) {
        return spread(soonMs, fraction);
      }
      const leftMs = Date.parse(payBefore ?? '') - nowMs;
      if (leftMs > 0 && leftMs < calmMs) return leftMs + 500 + fraction * 2000;
      return spread(calmMs, fraction);
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
export function placePollMs({ place, isFed, failures, fraction }) {
  const factor = isFed ? FED_FACTOR : 1;
  const paceMs = factor * (place.place <= NEAR_PLACES ? NEAR_POLL_MS : FAR_POLL_MS);
  return spread(Math.min(LONGEST_PACE_MS, paceMs * 2 ** failures), fraction);
}

/** @param {number} fraction */
export const clockPollMs = (fraction) => spread(CLOCK_PACE_MS, fraction);

/** Undefined: no more by itself. @param {RetryFacts} refused */
export function retryWaitMs({ trouble, tries, retryAfterMs = 0, fraction }) {
  const rule = RETRIES[trouble];
  if (rule === undefined || tries > rule.tries) return undefined;
  if (trouble === 'not-open' && retryAfterMs > NEARLY_OPEN_MS) return undefined;
  const grownMs = Math.min(LONGEST_GROWTH_MS, rule.firstWaitMs * 2 ** (tries - 1));
  const waitMs = Math.max(retryAfterMs, grownMs);
  return waitMs + fraction * Math.max(SHORTEST_SPREAD_MS, waitMs / 2);
}

/** One in five usually meets no queue. */
const SAMPLES = 5;
/** The sale's `now` may come from a cache: any sample beats it. */
const FROM_SALE_ROUND_TRIP_MS = 10_000;

/** @param {Exchange} exchange @returns {Sample} */
export function sampleOf({ askedAtMs, answeredAtMs, serverNowMs }) {
  return {
    offsetMs: serverNowMs - (askedAtMs + answeredAtMs) / 2,
    roundTripMs: answeredAtMs - askedAtMs,
  };
}

/**
 * The shorter one; where the two contradict each other, the device slept and the new one is true.
 * @param {Sample | undefined} known
 * @param {Sample} measured
 */
export function betterSample(known, measured) {
  if (known === undefined) return measured;
  const apartMs = Math.abs(known.offsetMs - measured.offsetMs);
  if (apartMs > (known.roundTripMs + measured.roundTripMs) / 2) return measured;
  return measured.roundTripMs < known.roundTripMs ? measured : known;
}

/** @param {ClockParts} parts */
export function createClock({ ask, monotonicMs }) {
  /** @type {Sample | undefined} */
  let best;
  return {
    nowMs: () => monotonicMs() + (best?.offsetMs ?? 0),
    /** A first guess, until a sample arrives. @param {number} serverNowMs */
    guess(serverNowMs) {
      best ??= {
        offsetMs: serverNowMs - monotonicMs(),
        roundTripMs: FROM_SALE_ROUND_TRIP_MS,
      };
    },
    /** @param {() => boolean} mayAsk @param {number} [times] */
    async sample(mayAsk, times = SAMPLES) {
      for (let count = 0; count < times && mayAsk(); count += 1) {
        const askedAtMs = monotonicMs();
        const serverNowMs = await ask();
        if (serverNowMs === undefined) return;
        const answeredAtMs = monotonicMs();
        best = betterSample(best, sampleOf({ askedAtMs, answeredAtMs, serverNowMs }));
      }
    },
  };
}

const SPOKEN_SECONDS = [600, 60, 10];

/** Rounded up: 0 only at the moment itself. @param {number} untilMs @param {number} nowMs */
export function secondsLeft(untilMs, nowMs) {
  return Math.max(0, Math.ceil((untilMs - nowMs) / 1000));
}

/** @param {number} seconds */
export function partsOf(seconds) {
  return {
    days: Math.floor(seconds / 86_400),
    hours: Math.floor(seconds / 3600) % 24,
    minutes: Math.floor(seconds / 60) % 60,
    seconds: seconds % 60,
  };
}

/** What to say aloud, if anything. @param {number | undefined} before @param {number} seconds */
export function spokenSecond(before, seconds) {
  return SPOKEN_SECONDS.find((mark) => before !== undefined && before > mark && seconds <= mark);
}

/** When the shown seconds change next. @param {number} untilMs @param {number} nowMs */
export function nextTickMs(untilMs, nowMs) {
  const leftMs = untilMs - nowMs;
  return leftMs <= 0 ? 1000 : leftMs % 1000 || 1000;
}
