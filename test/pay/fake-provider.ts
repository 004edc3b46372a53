/**
 * A payment provider in memory that does what a test says: takes money, is away, loses answers,
 * answers late. It counts the refunds of each payment and never asks anybody.
 */
import {
  type PaymentProvider,
  ProviderRefusedError,
  ProviderUnavailableError,
  type SessionStatus,
} from '../../origin/pay/provider.ts';
import type { RawEvent } from '../../origin/pay/take-event.ts';

export type ProviderCall = 'open' | 'cancel' | 'find' | 'refund';

export interface FakeSession {
  sessionId: string;
  amount: number;
  status: SessionStatus;
  /** Whether the buyer's money came in, ever. */
  charged: boolean;
  /** How often it was given back. */
  refunds: number;
}

interface Faults {
  /** Calls that get no answer, and do nothing. */
  away: number;
  /** Calls that are carried out and whose answer is lost. */
  loseAnswers: number;
  /** `open` says no. */
  refuses: boolean;
  /** `refund` is not done at once. */
  slowRefund: boolean;
  /** Runs before a call is carried out. */
  before: ((call: ProviderCall, paymentId: string) => Promise<void> | void) | undefined;
  /** Runs after it was, before it is answered. */
  after: ((call: ProviderCall, paymentId: string) => Promise<void> | void) | undefined;
}

const SIGNATURE = 'signed by the fake';
const NO_FAULTS: Faults = {
  ...{ away: 0, loseAnswers: 0, refuses: false, slowRefund: false },
  ...{ before: undefined, after: undefined },
};

export type FakeProvider = ReturnType<typeof createFakeProvider>;

export function createFakeProvider() {
  const sessions = new Map<string, FakeSession>();
  const faults: Faults = { ...NO_FAULTS };
  const calls: string[] = [];

  function session(paymentId: string): FakeSession {
    const found = sessions.get(paymentId);
    if (found === undefined) throw new Error(`the provider has no session of ${paymentId}`);
    return found;
  }

  async function call<Value>(
    name: ProviderCall,
    paymentId: string,
    carryOut: () => Value,
  ): Promise<Value> {
    calls.push(`${name} ${paymentId}`);
    await faults.before?.(name, paymentId);
    if (faults.away > 0) {
      faults.away -= 1;
      throw new ProviderUnavailableError('the provider is away');
    }
    const value = carryOut();
    await faults.after?.(name, paymentId);
    if (faults.loseAnswers > 0) {
      faults.loseAnswers -= 1;
      throw new ProviderUnavailableError('the answer was lost');
    }
    return value;
  }

  const provider = providerOver({ sessions, session, faults, call });

  return {
    provider,
    faults,
    calls,
    session,
    /** No faults any more. */
    heal: () => Object.assign(faults, NO_FAULTS),
    /** The buyer pays on the provider's page; false when it takes no money any more. */
    pay(paymentId: string): boolean {
      const found = session(paymentId);
      if (found.status !== 'open' && found.status !== 'processing') return false;
      Object.assign(found, { status: 'paid', charged: true });
      return true;
    },
    /** Money that comes whatever the provider had said before, as a bank transfer may. */
    payAnyway(paymentId: string): void {
      Object.assign(session(paymentId), { status: 'paid', charged: true });
    },
    event(
      paymentId: string,
      what: 'paid' | 'failed' | 'cancelled' | 'refunded',
      eventId = `event-${crypto.randomUUID()}`,
    ): RawEvent {
      const reading = { kind: 'event', eventId, paymentId, what };
      return { body: JSON.stringify(reading), headers: { 'webhook-signature': SIGNATURE } };
    },
  };
}

interface Insides {
  sessions: Map<string, FakeSession>;
  session(paymentId: string): FakeSession;
  faults: Faults;
  call<Value>(name: ProviderCall, paymentId: string, carryOut: () => Value): Promise<Value>;
}

function providerOver({ sessions, session, faults, call }: Insides): PaymentProvider {
  return {
    name: 'sandbox',
    open: ({ paymentId, amount }) =>
      call('open', paymentId, () => {
        if (faults.refuses) return { kind: 'refused', reason: 'too small an amount' };
        const { sessionId } = sessions.get(paymentId) ?? { sessionId: `session of ${paymentId}` };
        if (!sessions.has(paymentId)) {
          const fresh = { sessionId, amount, status: 'open', charged: false, refunds: 0 } as const;
          sessions.set(paymentId, { ...fresh });
        }
        return { kind: 'open', sessionId, url: `https://pay.test/${paymentId}` };
      }),
    cancel: ({ paymentId, sessionId }) =>
      call('cancel', paymentId, () => {
        const found = session(paymentId);
        if (found.sessionId !== sessionId) throw new Error(`not its session: ${sessionId}`);
        if (found.status === 'open') found.status = 'cancelled';
        return found.status;
      }),
    find: ({ paymentId }) => call('find', paymentId, () => session(paymentId).status),
    refund: ({ paymentId, amount }) =>
      call('refund', paymentId, () => {
        const found = session(paymentId);
        if (!found.charged) throw new ProviderRefusedError('nothing was paid');
        if (found.amount !== amount) throw new Error(`${amount} is not what was paid`);
        if (faults.slowRefund) return 'pending';
        found.refunds = 1;
        return 'refunded';
      }),
    readEvent({ body, headers }) {
      if (headers['webhook-signature'] !== SIGNATURE) return { kind: 'invalid', reason: 'forged' };
      return JSON.parse(body);
    },
    ping: async () => {},
  };
}
