// @ts-check
/** @import { ClockParts, Exchange, Sample } from './types.ts' */
/**
 * The shop's clock and counting down by it. Half a round trip bounds a sample's error, so the
 * shortest wins (Cristian's algorithm). The device's own clock may be wrong and is never asked.
 */

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
