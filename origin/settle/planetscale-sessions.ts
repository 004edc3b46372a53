/**
 * The sessions that are open with PlanetScale. A session is a value that goes back and forth with
 * each POST; it carries the settings that were made in it and the transaction that is open. It is
 * lent to one at a time, kept for the next while it is fresh, and thrown away when an answer did
 * not come: who knows what it carries then.
 */
import type { Clock } from '../../contract/clock.ts';

/** Who waits for a session at most; reads of a crowd end here, not in memory. */
const MAX_WAITING = 1_000;
/** Servers end what nobody uses; with it would go the settings, without a word. */
const IDLE_SESSION_MS = 5_000;

export class TooManyWaitingError extends Error {
  readonly code = 'book-busy';
}

export interface Sessions<Session> {
  /** Waits for a place. */
  lend(): Promise<Session>;
  /** Each that was lent is given back, whole or to be thrown away. */
  giveBack(session: Session, state: 'whole' | 'broken'): void;
}

export interface SessionsOptions<Session> {
  open(): Session;
  clock: Clock;
  /** How many are lent at once. */
  most: number;
}

export function createSessions<Session>(options: SessionsOptions<Session>): Sessions<Session> {
  const { open, clock, most } = options;
  const kept: { session: Session; sinceMs: number }[] = [];
  const waiting: (() => void)[] = [];
  let lent = 0;

  function take(): Session {
    for (;;) {
      const last = kept.pop();
      if (last === undefined) return open();
      if (clock.nowMs() - last.sinceMs < IDLE_SESSION_MS) return last.session;
    }
  }

  return {
    async lend() {
      if (lent < most) {
        lent += 1;
      } else {
        if (waiting.length >= MAX_WAITING) {
          throw new TooManyWaitingError(`${MAX_WAITING} already wait for the book`);
        }
        // Whoever gives a session back passes the place on.
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      return take();
    },
    giveBack(session, state) {
      if (state === 'whole') kept.push({ session, sinceMs: clock.nowMs() });
      const next = waiting.shift();
      if (next === undefined) lent -= 1;
      else next();
    },
  };
}
