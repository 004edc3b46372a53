/**
 * How busy a process is, as one figure: 0 is idle, 1 is at its limit, above is beyond it. It is
 * that of its busiest part, since a process is as fast as what holds it up. The edge hears it with
 * each answer (contract/pressure.ts) and sends less; what comes all the same is refused here, while
 * refusing still costs next to nothing. Pure.
 */
import type { Refusal } from '../../contract/outcomes.ts';

export interface Load {
  /** Orders that were let in and have no answer yet. */
  inFlight: number;
  /** By how much a timer is late: what each turn of an order waits for. */
  loopDelayMs: number;
  /** Orders reserved here that the log has not taken; their outbox entries stay until it does. */
  outboxOrders: number;
  /** Age of the oldest record that is not settled; only a process that settles knows it. */
  lagSeconds: number | undefined;
}

export const PARTS = ['inFlight', 'loopDelay', 'outbox', 'lag'] as const;
export type PressureParts = Record<(typeof PARTS)[number], number>;

/** Each order takes several turns: its buyer waits a second or two by then. */
const LOOP_DELAY_LIMIT_MS = 300;
/** About a second's worth of a fast process, and ten sends of the appender. */
const OUTBOX_LIMIT_ORDERS = 10_000;
/** A buyer's time to pay has not begun yet, and nobody likes to wait longer to hear of it. */
const LAG_LIMIT_SECONDS = 30;
/** What lasts shorter than this, such as a garbage collection, hardly counts. */
const SMOOTHED_OVER_MS = 500;
/** A process that stood still for a minute is not busy a minute later. */
const MOST_LOOP_DELAY_MS = 2 * LOOP_DELAY_LIMIT_MS;
/**
 * Of the orders that may be in flight otherwise: so many while the loop is late. A process that is
 * late with fewer has another reason, such as a busy neighbour, and refusing them would not help.
 */
const IN_FLIGHT_WHILE_LATE = 0.1;
/** Refused orders may come again after so long; by then another one has its answer. */
const COME_AGAIN_MS = 1_000;

export function pressureParts(load: Load, maxInFlight: number): PressureParts {
  return {
    inFlight: load.inFlight / maxInFlight,
    loopDelay: load.loopDelayMs / LOOP_DELAY_LIMIT_MS,
    outbox: load.outboxOrders / OUTBOX_LIMIT_ORDERS,
    lag: (load.lagSeconds ?? 0) / LAG_LIMIT_SECONDS,
  };
}

export function pressureOf(parts: PressureParts): number {
  return Math.max(...PARTS.map((part) => parts[part]));
}

/**
 * Of one more order; undefined lets it in. The outbox and the log do not refuse: they hold what was
 * accepted, and the edge alone slows down for them.
 */
export function refuseOrder(
  inFlight: number,
  { maxInFlight, loopDelay }: { maxInFlight: number; loopDelay: number },
): Refusal | undefined {
  const most = loopDelay < 1 ? maxInFlight : Math.ceil(maxInFlight * IN_FLIGHT_WHILE_LATE);
  if (inFlight < most) return undefined;
  return { kind: 'overloaded', retryAfterMs: COME_AGAIN_MS * Math.max(1, loopDelay) };
}

/** What is measured now and then as it is on the whole, lately. */
export function smoothLoad(before: Load, measured: Load, elapsedMs: number): Load {
  const weight = 1 - Math.exp(-elapsedMs / SMOOTHED_OVER_MS);
  const loopDelayMs = Math.min(MOST_LOOP_DELAY_MS, measured.loopDelayMs);
  return {
    inFlight: towards(before.inFlight, measured.inFlight, weight),
    loopDelayMs: towards(before.loopDelayMs, loopDelayMs, weight),
    outboxOrders: measured.outboxOrders,
    lagSeconds: measured.lagSeconds,
  };
}

function towards(from: number, to: number, weight: number): number {
  return from + (to - from) * weight;
}
