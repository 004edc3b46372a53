/**
 * What the adapter makes of Stripe's words, where stripe-mock has none: sessions that are open no
 * more, refunds that take their time, requests that Stripe refuses.
 */
import { afterEach, describe, expect, test } from 'vitest';
import type { PaymentProvider } from '../../../origin/pay/provider.ts';
import { createStripeProvider } from '../../../origin/pay/stripe-provider.ts';
import { createPayment } from './provider.exercise.ts';
import { type Answer, type ScriptedServer, startScriptedServer } from './scripted-server.ts';

const REF = { paymentId: 'pay_1', sessionId: 'cs_1', amount: 100, currency: 'CNY' };
const EXPIRE = 'POST /v1/checkout/sessions/cs_1/expire';
const FIND = 'GET /v1/checkout/sessions/cs_1?expand[0]=payment_intent';
const PLAIN_FIND = 'GET /v1/checkout/sessions/cs_1';
const LIST = 'GET /v1/refunds?payment_intent=pi_1&limit=100';
const REFUND = 'POST /v1/refunds';

const ok = (body: object): Answer => ({ status: 200, body: { object: 'any', ...body } });
const refused = (message: string, code?: string): Answer => ({
  status: 400,
  body: { error: { type: 'invalid_request_error', message, code } },
});

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function stripeThatSays(
  answers: Record<string, Answer>,
): Promise<{ provider: PaymentProvider; lines(): string[] }> {
  const server = await startScriptedServer(
    ({ line }) => answers[line] ?? { status: 501, body: { error: { message: line } } },
  );
  servers.push(server);
  const keys = { secretKey: 'sk_test_123', webhookSecret: 'whsec_1' };
  return {
    provider: createStripeProvider({ ...keys, apiUrl: server.url }),
    lines: () => server.requests.map(({ line }) => line),
  };
}

describe('how a session stands', () => {
  const intent = (status: string) => ({ id: 'pi_1', status });
  test.each([
    ['open', { status: 'open', payment_status: 'unpaid', payment_intent: null }],
    ['open', { status: 'open', payment_status: 'no_payment_required', payment_intent: null }],
    ['paid', { status: 'complete', payment_status: 'paid', payment_intent: intent('succeeded') }],
    ['paid', { status: 'complete', payment_status: 'no_payment_required', payment_intent: null }],
    [
      'processing',
      { status: 'complete', payment_status: 'unpaid', payment_intent: intent('processing') },
    ],
    [
      'failed',
      {
        status: 'complete',
        payment_status: 'unpaid',
        payment_intent: intent('requires_payment_method'),
      },
    ],
    [
      'failed',
      { status: 'complete', payment_status: 'unpaid', payment_intent: intent('canceled') },
    ],
    ['cancelled', { status: 'expired', payment_status: 'unpaid', payment_intent: null }],
  ])('%s: %j', async (known, session) => {
    const { provider } = await stripeThatSays({ [FIND]: ok({ id: 'cs_1', ...session }) });
    expect(await provider.find(REF)).toBe(known);
  });

  test('a session that Stripe does not know is a matter for a person', async () => {
    const missing = { status: 404, body: { error: { message: 'No such checkout.session' } } };
    const { provider } = await stripeThatSays({ [FIND]: missing });
    await expect(provider.find(REF)).rejects.toMatchObject({ code: 'provider-refused' });
  });
});

describe('cancelling a session that is open no more', () => {
  const refusal = refused('Only Checkout Sessions with a status in ["open"] can be expired.');
  test.each([
    ['paid', { status: 'complete', payment_status: 'paid' }],
    ['cancelled', { status: 'expired', payment_status: 'unpaid' }],
    ['processing', { status: 'complete', payment_status: 'unpaid', payment_intent: null }],
  ])('says that it is %s', async (known, session) => {
    const { provider, lines } = await stripeThatSays({ [EXPIRE]: refusal, [FIND]: ok(session) });
    expect(await provider.cancel(REF)).toBe(known);
    expect(lines()).toEqual([EXPIRE, FIND]);
  });

  test.each([
    [500, { error: { message: 'no' } }],
    // What stands before Stripe need not speak as Stripe does; the SDK takes it for an answer.
    [502, { object: 'gateway', message: 'no upstream' }],
    [200, { welcome: 'to the wireless network' }],
  ])('says nothing while Stripe is away: %i %j', async (status, body) => {
    const { provider, lines } = await stripeThatSays({ [EXPIRE]: { status, body } });
    await expect(provider.cancel(REF)).rejects.toMatchObject({ code: 'provider-unavailable' });
    expect(lines()).toEqual([EXPIRE]);
  });
});

describe('a refund', () => {
  const session = ok({ id: 'cs_1', payment_status: 'paid', payment_intent: 'pi_1' });
  const none = ok({ object: 'list', data: [] });
  const ours = (status: string) => ({ id: 're_1', status, metadata: { payment_id: 'pay_1' } });
  const made = (status: string) => ok({ object: 'list', data: [ours(status)] });

  test('that takes its time is asked for again without being made again', async () => {
    const answers = { [PLAIN_FIND]: session, [LIST]: none, [REFUND]: ok(ours('pending')) };
    const { provider, lines } = await stripeThatSays(answers);
    expect(await provider.refund(REF)).toBe('pending');
    answers[LIST] = made('pending');
    expect(await provider.refund(REF)).toBe('pending');
    answers[LIST] = made('succeeded');
    expect(await provider.refund(REF)).toBe('refunded');
    expect(lines().filter((line) => line === REFUND)).toHaveLength(1);
  });

  test('that somebody made by hand counts', async () => {
    const already = refused('Charge ch_1 has already been refunded.', 'charge_already_refunded');
    const { provider } = await stripeThatSays({
      [PLAIN_FIND]: session,
      [LIST]: none,
      [REFUND]: already,
    });
    expect(await provider.refund(REF)).toBe('refunded');
  });

  test.each(['failed', 'canceled'])('that is %s is a matter for a person', async (status) => {
    const { provider } = await stripeThatSays({ [PLAIN_FIND]: session, [LIST]: made(status) });
    await expect(provider.refund(REF)).rejects.toMatchObject({ code: 'provider-refused' });
  });

  test('of money that never came is refused', async () => {
    const unpaid = ok({ id: 'cs_1', payment_status: 'unpaid', payment_intent: null });
    const { provider } = await stripeThatSays({ [PLAIN_FIND]: unpaid });
    await expect(provider.refund(REF)).rejects.toMatchObject({ code: 'provider-refused' });
  });

  test('of nothing needs no money', async () => {
    const free = ok({ id: 'cs_1', payment_status: 'no_payment_required', payment_intent: null });
    const { provider } = await stripeThatSays({ [PLAIN_FIND]: free });
    expect(await provider.refund(REF)).toBe('refunded');
  });
});

describe('opening', () => {
  const CREATE = 'POST /v1/checkout/sessions';

  test('what Stripe refuses is refused with its reason', async () => {
    const tooLittle = refused('The total amount due must add up to at least 50 cents');
    const { provider } = await stripeThatSays({ [CREATE]: tooLittle });
    expect(await provider.open(createPayment())).toEqual({
      kind: 'refused',
      reason: 'The total amount due must add up to at least 50 cents',
    });
  });

  test.each([
    [401, 'invalid_request_error', undefined],
    [403, 'invalid_request_error', undefined],
    [409, 'idempotency_error', 'idempotency_key_in_use'],
    [400, 'invalid_request_error', 'rate_limit'],
  ])('an answer %i (%s, %s) is worth asking again', async (status, type, code) => {
    const error = { type, code, message: 'no' };
    const { provider } = await stripeThatSays({ [CREATE]: { status, body: { error } } });
    await expect(provider.open(createPayment())).rejects.toMatchObject({
      code: 'provider-unavailable',
    });
  });

  test('a part of an ariary is refused without asking', async () => {
    const { provider, lines } = await stripeThatSays({});
    const opened = await provider.open(createPayment({ amount: 150, currency: 'MGA' }));
    expect(opened).toMatchObject({ kind: 'refused' });
    expect(lines()).toEqual([]);
  });
});
