/**
 * Whether a request is let go before it costs the origin anything, by the rule of Google's SRE book
 * (chapter 21, client-side throttling): as soon as fewer than half of the requests were taken, an
 * isolate sends only about twice as many as are. It needs nobody's word: it holds also where the
 * sale's rate (objects/adjust-rate.ts), which answers sooner, is not heard of in time. Pure.
 */
import type { Refusal } from '../../contract/outcomes.ts';

/** What became of a sale's requests in the last seconds. */
export interface Outcomes {
  /** Those that the origin answered or should have, and those that were shed. */
  requests: number;
  /** Those that it was not too busy for, whatever it said to them. */
  accepts: number;
}

/** How many times more than is taken is sent: with 2, half of it tells when the origin is back. */
const SENT_FOR_EACH_ACCEPTED = 2;
/**
 * Some are always sent. Without them an isolate with a crowd before it would hear from an origin
 * that is back once in ten seconds, and be up to a minute and a half late; how many reach the
 * origin is the rate gate's to say.
 */
const SHED_AT_MOST = 0.9;
/** So few in ten seconds drown no origin: a lone buyer's retry is never shed. */
const SHED_FROM_REQUESTS = 10;
/** The earliest that a buyer may come again, and by how much the last one is later. */
const COME_AGAIN_MS = 1_000;
const SPREAD_MS = 10_000;

/** The rule as the book has it. */
export function shedProbability({ requests, accepts }: Outcomes): number {
  return Math.max(0, (requests - SENT_FOR_EACH_ACCEPTED * accepts) / (requests + 1));
}

/**
 * `fraction` is drawn for this request, in [0, 1). It also says when to come again: the worse it
 * is, the further apart, so that those who were let go together do not come back together.
 */
export function shedGate(outcomes: Outcomes, fraction: number): Refusal | undefined {
  if (outcomes.requests < SHED_FROM_REQUESTS) return undefined;
  if (fraction >= Math.min(SHED_AT_MOST, shedProbability(outcomes))) return undefined;
  return { kind: 'overloaded', retryAfterMs: COME_AGAIN_MS + fraction * SPREAD_MS };
}
