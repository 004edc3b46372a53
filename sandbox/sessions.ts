/**
 * The sandbox's sessions. A step and the events that tell of it are one transaction: killed at any
 * moment, either neither is there, or the session is as the step left it and its events are sent.
 */
import type { Clock } from '../contract/clock.ts';
import type { OpenSandboxSession } from '../origin/pay/sandbox-wire.ts';
import type { SandboxDatabase } from './database.ts';
import type { Deliveries } from './deliveries.ts';
import {
  columnsOfOpening,
  columnsOfState,
  type Session,
  type SessionRow,
  sessionOf,
} from './session-row.ts';
import { type EventWhat, type Step, takeStep } from './step.ts';

/** Longer than anybody looks at a trial; it keeps the file small. */
const KEPT_MS = 7 * 86_400_000;
/** Bounds how long one sweep, or one round of late money, holds the process. */
const ROUND_ROWS = 1_000;

export type OpeningResult =
  | { kind: 'session'; session: Session }
  /** The payment has a session for other money. */
  | { kind: 'conflict' };

export type StepOutcome =
  | { kind: 'session'; session: Session }
  | { kind: 'refused'; session: Session; reason: 'not-open' | 'not-paid' }
  | { kind: 'unknown' };

export interface Sessions {
  open(request: OpenSandboxSession): OpeningResult;
  find(sessionId: string): Session | undefined;
  step(sessionId: string, step: Step): StepOutcome;
  /** Lets the money come that is due. */
  takeDueMoney(): void;
  /** Forgets what is old. */
  sweep(): void;
}

export interface SessionsOptions {
  database: SandboxDatabase;
  deliveries: Deliveries;
  lateMs: number;
  clock: Clock;
  /** A new id that nobody can guess. */
  createId(): string;
  /** Called after a commit that left events to be sent. */
  onEvents(): void;
}

export function createSessions(options: SessionsOptions): Sessions {
  const { database, clock, createId } = options;
  const insert = database.prepare('insert-session');
  const selectOfPayment = database.prepare('select-session-of-payment');
  const selectMoneyDue = database.prepare('select-money-due');
  const deleteOld = database.prepare('delete-old-sessions');
  const { find, step } = createSteps(options);

  return {
    open: (request) =>
      database.transact((): OpeningResult => {
        const row = selectOfPayment.get(request.paymentId);
        if (row !== undefined) return reopened(sessionOf(row as unknown as SessionRow), request);
        const sessionId = `sbx_${createId()}`;
        insert.run(columnsOfOpening(sessionId, request, clock.nowMs()));
        const session = find(sessionId);
        if (session === undefined) throw new Error('a session vanished in its own transaction');
        return { kind: 'session', session };
      }),
    find,
    step,
    takeDueMoney() {
      for (const row of selectMoneyDue.all(clock.nowMs(), ROUND_ROWS)) {
        step(String(row.session_id), 'money-comes');
      }
    },
    sweep() {
      deleteOld.run(clock.nowMs() - KEPT_MS, ROUND_ROWS);
    },
  };
}

/** The same key gives the same session, as long as it is for the same money. */
function reopened(session: Session, request: OpenSandboxSession): OpeningResult {
  const isSame = session.amount === request.amount && session.currency === request.currency;
  return isSame ? { kind: 'session', session } : { kind: 'conflict' };
}

function createSteps(options: SessionsOptions): Pick<Sessions, 'find' | 'step'> {
  const { database, deliveries, lateMs, clock, createId, onEvents } = options;
  const select = database.prepare('select-session');
  const update = database.prepare('update-session');

  function find(sessionId: string): Session | undefined {
    const row = select.get(sessionId);
    return row && sessionOf(row as unknown as SessionRow);
  }

  function tell({ paymentId, sessionId }: Session, what: EventWhat, twice: boolean) {
    const nowMs = clock.nowMs();
    const timestamp = new Date(nowMs).toISOString();
    const event = { type: `payment.${what}`, timestamp, data: { paymentId, sessionId } } as const;
    const first = createId();
    // Twice: the event comes under two ids, and one of them comes again.
    for (const eventId of twice ? [first, createId(), first] : [first]) {
      deliveries.add(eventId, event, nowMs);
    }
  }

  function take(sessionId: string, step: Step): { outcome: StepOutcome; hasTold: boolean } {
    const session = find(sessionId);
    if (session === undefined) return { outcome: { kind: 'unknown' }, hasTold: false };
    const result = takeStep(session, step, { nowMs: clock.nowMs(), lateMs });
    switch (result.kind) {
      case 'refused':
        return { outcome: { ...result, session }, hasTold: false };
      case 'unchanged':
        return { outcome: { kind: 'session', session }, hasTold: false };
      case 'changed': {
        update.run(columnsOfState(sessionId, result.state));
        if (result.tell !== undefined) tell(session, result.tell, result.twice ?? false);
        const changed = { ...session, ...result.state };
        return { outcome: { kind: 'session', session: changed }, hasTold: true };
      }
    }
  }

  return {
    find,
    step(sessionId, step) {
      const { outcome, hasTold } = database.transact(() => take(sessionId, step));
      if (hasTold) onEvents();
      return outcome;
    },
  };
}
