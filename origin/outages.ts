/**
 * One line when a backend stops serving this process and one when it serves again, whichever of its
 * connections and roles meets the outage first. Whoever else meets it asks `levelOf` and keeps to
 * `debug`. Nothing is told before `tell`, so that a start that ends has one line of its own. The
 * race accepted: an answer that was late among others that came is told as a short outage, though
 * no more often than every TELL_EVERY_MS.
 */
import type { Clock } from '../contract/clock.ts';
import { type Failure, failureOf, isRefusal, saidBy } from './backend-failures.ts';
import { TELL_EVERY_MS } from './lease/outage-log.ts';
import type { Logger } from './logger.ts';
import { markTold } from './told-errors.ts';

export interface Outage {
  failed(error: unknown): void;
  succeeded(): void;
}

export interface Outages {
  /** `setting` is the name, or the names, under which the operator knows the backend at `url`. */
  of(setting: string, url: string): Outage;
  /** Tells what fails now, and from now on. */
  tell(): void;
}

type Tell = () => void;

export function createOutages(logger: Logger, clock: Clock): Outages {
  const tellers: Tell[] = [];
  let mayTell = false;

  function createOutage(setting: string, url: string): Outage {
    let failing: { error: unknown } | undefined;
    /** What a line told, when none told yet that it is over. */
    let told: Failure | undefined;
    let toldAtMs = Number.NEGATIVE_INFINITY;

    function tell(): void {
      if (!mayTell || failing === undefined) return;
      const { error } = failing;
      const failure = failureOf(error) ?? 'away';
      // What came back with another password is told, though the outage goes on.
      const isWorse = told === 'away' && isRefusal(failure);
      if (told !== undefined && !isWorse) return;
      const nowMs = clock.nowMs();
      if (!isWorse && nowMs - toldAtMs < TELL_EVERY_MS) return;
      told = failure;
      toldAtMs = nowMs;
      logger.warn({ setting, failure }, `${setting}: ${saidBy(url, error)}`);
    }
    tellers.push(tell);

    return {
      failed(error) {
        markTold(error);
        failing = { error };
        tell();
      },
      succeeded() {
        failing = undefined;
        if (told === undefined) return;
        told = undefined;
        logger.info({ setting }, `${setting}: it serves again`);
      },
    };
  }

  return {
    of: createOutage,
    tell() {
      mayTell = true;
      for (const tell of tellers) tell();
    },
  };
}

/** The same port, whose outages are noticed; what else its calls throw says nothing of it. */
export function watched<Port extends object>(port: Port, outage: Outage): Port {
  const entries = Object.entries(port).map(([name, member]) => [
    name,
    // Closing says nothing of the backend.
    typeof member === 'function' && name !== 'close' ? watchedCall(member, outage) : member,
  ]);
  return Object.fromEntries(entries) as Port;
}

type Call = (...parameters: unknown[]) => unknown;

/** A call that answers with a call, such as a prepared script, is watched through to its end. */
function watchedCall(call: Call, outage: Outage): Call {
  return (...parameters) => {
    const answer = call(...parameters);
    if (typeof answer === 'function') return watchedCall(answer as Call, outage);
    if (answer instanceof Promise) answer.then(outage.succeeded, (error) => note(error, outage));
    return answer;
  };
}

function note(error: unknown, outage: Outage): void {
  if (failureOf(error) !== undefined) outage.failed(error);
}
