/**
 * Watches how busy this process is (pressure.ts): counts its orders in flight, and looks twenty
 * times a second how late its own timer is and how much waits for the log. The figure that it gives
 * is up to such a look old; whether an order is let in is judged by the count of this very moment.
 */
import type { Refusal } from '../../contract/outcomes.ts';
import { writePressure } from '../../contract/pressure.ts';
import { type Repeating, repeatEvery } from '../timer.ts';
import {
  type Load,
  type PressureParts,
  pressureOf,
  pressureParts,
  refuseOrder,
  smoothLoad,
} from './pressure.ts';

const LOOK_EVERY_MS = 50;
/** The log may have to ask its broker. */
const ASK_LAG_EVERY_MS = 1_000;

export interface PressureReading {
  pressure: number;
  parts: PressureParts;
  /** Now. */
  inFlight: number;
}

export interface LoadWatch {
  /** Of one more order, at this moment; undefined lets it in. */
  refuse(): Refusal | undefined;
  /** An order is in flight from here to `leave`. */
  enter(): void;
  leave(): void;
  /** The text of the hint's header. */
  hint(): string;
  read(): PressureReading;
  /** Where the number of orders that wait for the log is had from. */
  watchOutbox(count: () => number): void;
  /** Where the log's lag is had from, in a process that settles. */
  watchLag(ask: () => Promise<{ seconds: number }>): void;
  close(): void;
}

export interface LoadWatchOptions {
  maxInFlight: number;
  /** A clock that is never set. */
  monotonicMs(): number;
}

const IDLE: Load = { inFlight: 0, loopDelayMs: 0, outboxOrders: 0, lagSeconds: undefined };

export function createLoadWatch({ maxInFlight, monotonicMs }: LoadWatchOptions): LoadWatch {
  let inFlight = 0;
  let lagSeconds: number | undefined;
  let countOutbox = () => 0;
  let askingLag: Repeating | undefined;
  let load = IDLE;
  let parts = pressureParts(load, maxInFlight);
  let hint = writePressure(pressureOf(parts));
  let lookedAtMs = monotonicMs();

  function look(): void {
    const nowMs = monotonicMs();
    const elapsedMs = nowMs - lookedAtMs;
    lookedAtMs = nowMs;
    const loopDelayMs = Math.max(0, elapsedMs - LOOK_EVERY_MS);
    const measured = { inFlight, loopDelayMs, outboxOrders: countOutbox(), lagSeconds };
    load = smoothLoad(load, measured, elapsedMs);
    parts = pressureParts(load, maxInFlight);
    hint = writePressure(pressureOf(parts));
  }

  const looking = setInterval(look, LOOK_EVERY_MS);
  looking.unref();

  return {
    refuse: () => refuseOrder(inFlight, { maxInFlight, loopDelay: parts.loopDelay }),
    enter() {
      inFlight += 1;
    },
    leave() {
      inFlight -= 1;
    },
    hint: () => hint,
    read: () => ({ pressure: pressureOf(parts), parts, inFlight }),
    watchOutbox(count) {
      countOutbox = count;
    },
    watchLag(ask) {
      askingLag = repeatEvery(ASK_LAG_EVERY_MS, async () => {
        // A log that is away tells nothing, and what waits for it tells enough.
        lagSeconds = await ask().then(
          ({ seconds }) => seconds,
          () => undefined,
        );
      });
    },
    close() {
      clearInterval(looking);
      void askingLag?.stop();
    },
  };
}
