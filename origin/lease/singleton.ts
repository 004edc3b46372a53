/**
 * Runs a singleton role's rounds while a lease is held. The lease is renewed before half of its
 * time to act is over, also in the middle of a round; a holder whose renewal failed or came late
 * stops acting before the lease can have passed to another, by a clock that nobody can set back.
 * What it began before is not stopped: a process that is held still between its look at `mayGoOn`
 * and its act does that one act late. So the rounds themselves must be harmless when two run at
 * once: a lease over a network is a promise about clocks, not a lock.
 */
import { type Clock, type Moment, momentOf, passedSinceMs } from '../../contract/clock.ts';
import type { Logger } from '../logger.ts';
import type { LeaseEvent } from '../process-metrics.ts';
import { pause, repeatEvery } from '../timer.ts';
import type { LeaseGrant, LeaseStore } from './lease.ts';
import { createOutageLog } from './outage-log.ts';

/**
 * Acting ends this part of its life before the lease does: covers a slow answer and clocks that
 * drift.
 */
const SAFETY_PART = 0.2;

/** How often a long round looks whether the lease is to be renewed, within its time to act. */
const RENEWALS = 8;
/** A recovery of millions of orders takes minutes. */
const LONGEST_ROUND_MS = 600_000;

export interface SingletonOptions {
  name: string;
  holder: string;
  leases: LeaseStore;
  clock: Clock;
  leaseTtlMs: number;
  everyMs: number;
  logger: Logger;
  /** Told when the lease begins, is lost (once), or is given back. */
  observe?(event: LeaseEvent): void;
  /** One round; must look at `mayGoOn` before each act. */
  round(mayGoOn: () => boolean): Promise<void>;
}

export interface Singleton {
  close(): Promise<void>;
}

export function startSingleton(options: SingletonOptions): Singleton {
  const { name, holder, leases, clock, leaseTtlMs: ttlMs, everyMs, logger } = options;
  const actForMs = ttlMs * (1 - SAFETY_PART);
  const stopping = new AbortController();
  const outage = createOutageLog(logger, clock, name);
  let grant: LeaseGrant | undefined;
  /** When what brought the present grant was sent. */
  let grantedAt: Moment | undefined;
  /** Its turn came, or the line could not be asked, and the place may still be there. */
  let mayHavePlace = false;

  let told: LeaseEvent | undefined;
  function tell(event: LeaseEvent): void {
    if (told !== event) options.observe?.(event);
    told = event;
  }

  const isWithin = (limitMs: number) =>
    grantedAt !== undefined && passedSinceMs(clock, grantedAt) < limitMs;
  const mayGoOn = () => !stopping.signal.aborted && isWithin(actForMs);

  async function keepLease(): Promise<void> {
    if (grant !== undefined && isWithin(actForMs / 2)) return;
    const askedAt = momentOf(clock);
    const wasHeld = grant !== undefined;
    if (wasHeld && !isWithin(actForMs)) tell('lost');
    grant =
      grant === undefined
        ? await leases.acquire({ name, holder, ttlMs })
        : await leases.renew(grant, ttlMs);
    grantedAt = grant === undefined ? undefined : askedAt;
    if (grant !== undefined) tell('held');
    else if (wasHeld) tell('lost');
  }

  /** A store that keeps a line says when to ask again; then nobody else is asked for in vain. */
  async function awaitTurn(): Promise<void> {
    if (grant !== undefined) return;
    await leases.awaitTurn?.({ name, holder, ttlMs }, stopping.signal).catch(outage.failed);
    mayHavePlace = !stopping.signal.aborted;
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await keepLease();
        const work = () => options.round(mayGoOn);
        const pace = { everyMs: actForMs / RENEWALS, clock };
        if (mayGoOn()) await whileRenewing(keepLease, pace, work);
        outage.succeeded();
      } catch (error) {
        outage.failed(error);
      }
      await Promise.all([awaitTurn(), pause(everyMs, stopping.signal)]);
    }
  }
  const running = run();

  return {
    async close() {
      stopping.abort();
      await running;
      if (grant === undefined) return mayHavePlace ? awaitTurn() : undefined;
      tell('released');
      // Lost with the store, it would run out by itself.
      await leases.release(grant).catch((error: unknown) => logger.warn({ error }, 'lease kept'));
    },
  };
}

/** A long round keeps its lease, but one that never ends must not keep it for ever. */
async function whileRenewing(
  renew: () => Promise<void>,
  { everyMs, clock }: { everyMs: number; clock: Clock },
  work: () => Promise<void>,
): Promise<void> {
  const startedAt = momentOf(clock);
  const renewing = repeatEvery(everyMs, async () => {
    if (passedSinceMs(clock, startedAt) > LONGEST_ROUND_MS) return;
    // Without an answer the time to act runs out, and the round sees it.
    await renew().catch(() => undefined);
  });
  await work().finally(renewing.stop);
}
