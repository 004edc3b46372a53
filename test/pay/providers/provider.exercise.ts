/**
 * What every PaymentProvider promises the origin. A stand-in that keeps no state (stripe-mock)
 * skips the promises that need one, and says so in their names.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type OpenPayment,
  type PaymentProvider,
  ProviderRefusedError,
  ProviderUnavailableError,
  type SessionRef,
} from '../../../origin/pay/provider.ts';
import { startScriptedServer } from './scripted-server.ts';

export type Told = 'paid' | 'failed' | 'cancelled' | 'refunded';

export interface SignedTale {
  what: Told | 'unknown';
  eventId: string;
  paymentId: string;
  sessionId: string;
  signedAtMs: number;
  /** Another secret than the provider's. */
  isForged?: boolean;
}

export interface ProviderTrial {
  provider: PaymentProvider;
  /** The same adapter against another address, or with keys that are not accepted. */
  elsewhere(url: string): PaymentProvider;
  withWrongKeys(): PaymentProvider;
  /** As the provider signs its events. */
  sign(tale: SignedTale): { body: string; headers: Record<string, string> };
  /** The buyer's choice on the provider's page; absent where nothing is remembered. */
  choose?(sessionId: string, action: 'pay' | 'decline'): Promise<void>;
  close(): Promise<void>;
}

let payments = 0;

export function createPayment(changes: Partial<OpenPayment> = {}): OpenPayment {
  payments += 1;
  return {
    paymentId: `pay_q83vASNFZ4mrze8BI0VniQ_${payments}`,
    orderId: 'q83vASNFZ4mrze8BI0VniQ',
    saleId: 'phone-15',
    title: 'A phone',
    quantity: 2,
    amount: 399_800,
    currency: 'CNY',
    payBeforeMs: 1_795_000_000_000,
    returnUrl: 'http://127.0.0.1:8787/s/phone-15',
    ...changes,
  };
}

export function exerciseProvider(name: string, open: () => Promise<ProviderTrial>): void {
  describe(name, () => {
    let trial: ProviderTrial;
    beforeAll(async () => {
      trial = await open();
    });
    afterAll(() => trial.close());
    const opened = async (changes: Partial<OpenPayment> = {}) => {
      const payment = createPayment(changes);
      const session = await trial.provider.open(payment);
      if (session.kind !== 'open') throw new Error(session.reason);
      const { paymentId, amount, currency } = payment;
      return {
        payment,
        session,
        ref: { paymentId, sessionId: session.sessionId, amount, currency },
      };
    };

    test('a payment opened twice has one session, and another payment another', async (context) => {
      if (trial.choose === undefined) return context.skip('the stand-in remembers nothing');
      const { payment, session } = await opened();
      expect(session.url).toMatch(/^https?:\/\/.*/);
      expect(await trial.provider.open(payment)).toEqual(session);
      const moved = { ...payment, payBeforeMs: payment.payBeforeMs - 1 };
      expect(await trial.provider.open(moved)).toEqual(session);
      expect((await opened()).session.sessionId).not.toBe(session.sessionId);
    });

    test('a cancelled session says so, however often it is cancelled', async () => {
      const { ref } = await opened();
      expect(await trial.provider.cancel(ref)).toBe('cancelled');
      expect(await trial.provider.cancel(ref)).toBe('cancelled');
    });

    test('it answers a ping, and not one with other keys', async () => {
      await trial.provider.ping();
      const refused = expect(trial.withWrongKeys().ping()).rejects;
      await refused.toMatchObject({
        code: 'provider-unavailable',
        message: expect.stringMatching(/401/),
      });
    });

    exerciseStates(() => trial, opened);
    exerciseFailures(() => trial);
    exerciseEvents(() => trial);
  });
}

type Opened = (changes?: Partial<OpenPayment>) => Promise<{
  ref: SessionRef & { amount: number; currency: string };
}>;

function exerciseStates(trial: () => ProviderTrial, opened: Opened): void {
  test('a new session is open', async (context) => {
    const { provider, choose } = trial();
    if (choose === undefined) context.skip('the stand-in remembers nothing');
    const { ref } = await opened();
    expect(await provider.find(ref)).toBe('open');
  });

  test('of a payment and a cancel that comes after it the payment wins', async (context) => {
    const { provider, choose } = trial();
    if (choose === undefined) return context.skip('the stand-in remembers nothing');
    const { ref } = await opened();
    await choose(ref.sessionId, 'pay');
    expect(await provider.cancel(ref)).toBe('paid');
    expect(await provider.find(ref)).toBe('paid');
  });

  test('a declined payment has failed, and cancelling it changes nothing', async (context) => {
    const { provider, choose } = trial();
    if (choose === undefined) return context.skip('the stand-in remembers nothing');
    const { ref } = await opened();
    await choose(ref.sessionId, 'decline');
    expect(await provider.find(ref)).toBe('failed');
    expect(await provider.cancel(ref)).toBe('failed');
  });

  test('a refund is made once, and the session stays paid', async (context) => {
    const { provider, choose } = trial();
    if (choose === undefined) return context.skip('the stand-in remembers nothing');
    const { ref } = await opened();
    await choose(ref.sessionId, 'pay');
    expect(await provider.refund(ref)).toBe('refunded');
    expect(await provider.refund(ref)).toBe('refunded');
    expect(await provider.find(ref)).toBe('paid');
  });

  test('money that never came is not given back', async (context) => {
    const { provider, choose } = trial();
    if (choose === undefined) return context.skip('the stand-in remembers nothing');
    const { ref } = await opened();
    await expect(provider.refund(ref)).rejects.toThrow(ProviderRefusedError);
  });
}

function exerciseFailures(trial: () => ProviderTrial): void {
  const ref = { paymentId: 'pay_1', sessionId: 'session_1', amount: 100, currency: 'CNY' };
  const calls = (provider: PaymentProvider) => [
    () => provider.open(createPayment()),
    () => provider.cancel(ref),
    () => provider.find(ref),
    () => provider.refund(ref),
    () => provider.ping(),
  ];

  test.each([429, 500, 503])('an answer %i is worth asking again', async (status) => {
    const server = await startScriptedServer(() => ({
      status,
      body: { error: { message: 'no' } },
    }));
    for (const call of calls(trial().elsewhere(server.url))) {
      await expect(call()).rejects.toThrow(ProviderUnavailableError);
    }
    await server.close();
  });

  test('a provider that is not there is worth asking again', async () => {
    const server = await startScriptedServer(() => ({ status: 200, body: {} }));
    await server.close();
    for (const call of calls(trial().elsewhere(server.url))) {
      await expect(call()).rejects.toThrow(ProviderUnavailableError);
    }
  });
}

function exerciseEvents(trial: () => ProviderTrial): void {
  const nowMs = Date.now();
  const tale = { paymentId: 'pay_1', sessionId: 'session_1', signedAtMs: nowMs };
  const read = (event: { body: string; headers: Record<string, string> }) =>
    trial().provider.readEvent({ ...event, nowMs });

  test.each<Told>(['paid', 'failed', 'cancelled', 'refunded'])('an event says %s', (what) => {
    const event = trial().sign({ ...tale, what, eventId: `event_${what}` });
    expect(read(event)).toMatchObject({
      kind: 'event',
      eventId: `event_${what}`,
      paymentId: 'pay_1',
      what,
    });
  });

  test('an event of a kind that nobody asked for is ignored', () => {
    const event = trial().sign({ ...tale, what: 'unknown', eventId: 'event_1' });
    expect(read(event)).toMatchObject({ kind: 'ignored' });
  });

  test('an event with another secret is not believed', () => {
    const event = trial().sign({ ...tale, what: 'paid', eventId: 'event_1', isForged: true });
    expect(read(event)).toMatchObject({ kind: 'invalid' });
  });

  test('an event whose body was altered is not believed', () => {
    const event = trial().sign({ ...tale, what: 'paid', eventId: 'event_1' });
    expect(read({ ...event, body: event.body.replace('pay_1', 'pay_2') })).toMatchObject({
      kind: 'invalid',
    });
    expect(read({ ...event, body: `${event.body} ` })).toMatchObject({ kind: 'invalid' });
  });

  test('an event without a signature is not believed', () => {
    const event = trial().sign({ ...tale, what: 'paid', eventId: 'event_1' });
    expect(read({ ...event, headers: {} })).toMatchObject({ kind: 'invalid' });
  });

  test('an event of four minutes ago counts, one of six minutes ago does not', () => {
    const at = (minutes: number) =>
      trial().sign({
        ...tale,
        what: 'paid',
        eventId: 'event_1',
        signedAtMs: nowMs - minutes * 60_000,
      });
    expect(read(at(4))).toMatchObject({ kind: 'event' });
    expect(read(at(6))).toMatchObject({ kind: 'invalid' });
  });
}
