/**
 * The adapter of Stripe against stripe-mock, which knows what Stripe accepts, through a recorder
 * that shows what was sent.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStripeProvider } from '../../../origin/pay/stripe-provider.ts';
import { createPayment, exerciseProvider } from './provider.exercise.ts';
import { type RecordingProxy, startRecordingProxy } from './recording-proxy.ts';
import { describeWithStripeMock, type StripeMock, startStripeMock } from './stripe-mock.ts';
import { STRIPE_SECRET, signTale } from './stripe-tales.ts';

const SECRET_KEY = 'sk_test_123';
const keys = { secretKey: SECRET_KEY, webhookSecret: STRIPE_SECRET };

describeWithStripeMock('Stripe', () => {
  exerciseProvider('as stripe-mock plays it', async () => {
    const mock = await startStripeMock();
    return {
      provider: createStripeProvider({ ...keys, apiUrl: mock.url }),
      elsewhere: (url) => createStripeProvider({ ...keys, apiUrl: url }),
      withWrongKeys: () => createStripeProvider({ ...keys, secretKey: 'no', apiUrl: mock.url }),
      sign: signTale,
      close: () => mock.stop(),
    };
  });

  let mock: StripeMock;
  let proxy: RecordingProxy;
  beforeAll(async () => {
    mock = await startStripeMock();
    proxy = await startRecordingProxy(mock.url);
  });
  afterAll(async () => {
    await proxy.close();
    await mock.stop();
  });
  const provider = () => createStripeProvider({ ...keys, apiUrl: proxy.url });

  test('the schema takes an opening, and a repeat is the same byte for byte', async () => {
    const payment = createPayment();
    await provider().open(payment);
    // By another process, after the deadline was moved.
    await provider().open({ ...payment, payBeforeMs: payment.payBeforeMs - 1 });
    const [first, second] = proxy.requests.splice(0);
    expect(first?.line).toBe('POST /v1/checkout/sessions');
    expect(first?.status).toBe(200);
    expect(first?.headers['idempotency-key']).toBe(payment.paymentId);
    expect(second?.headers['idempotency-key']).toBe(payment.paymentId);
    expect(second?.body).toBe(first?.body);
    expect(Object.fromEntries(new URLSearchParams(first?.body))).toEqual({
      mode: 'payment',
      client_reference_id: payment.paymentId,
      'metadata[payment_id]': payment.paymentId,
      'metadata[order_id]': payment.orderId,
      'metadata[sale_id]': payment.saleId,
      'payment_intent_data[metadata][payment_id]': payment.paymentId,
      'payment_intent_data[metadata][order_id]': payment.orderId,
      'payment_intent_data[metadata][sale_id]': payment.saleId,
      'line_items[0][quantity]': '1',
      'line_items[0][price_data][currency]': 'cny',
      'line_items[0][price_data][unit_amount]': '399800',
      'line_items[0][price_data][product_data][name]': '2 × A phone',
      success_url: payment.returnUrl,
      cancel_url: payment.returnUrl,
    });
  });

  test('the schema takes the cancelling, the asking and the ping', async () => {
    const ref = { paymentId: 'pay_1', sessionId: 'cs_test_1' };
    expect(await provider().cancel(ref)).toBe('cancelled');
    await provider().find(ref);
    await provider().ping();
    const requests = proxy.requests.splice(0);
    expect(requests.map(({ line, status }) => `${line} ${status}`)).toEqual([
      'POST /v1/checkout/sessions/cs_test_1/expire 200',
      'GET /v1/checkout/sessions/cs_test_1?expand[0]=payment_intent 200',
      'GET /v1/checkout/sessions?limit=1 200',
    ]);
  });

  test('the schema takes a refund, under a key of its own', async () => {
    proxy.answerOnce({
      object: 'checkout.session',
      payment_status: 'paid',
      payment_intent: 'pi_1',
    });
    const ref = { paymentId: 'pay_1', sessionId: 'cs_test_1', amount: 1, currency: 'CNY' };
    expect(await provider().refund(ref)).toBe('refunded');
    const [, list, create] = proxy.requests.splice(0);
    expect(list).toMatchObject({
      line: 'GET /v1/refunds?payment_intent=pi_1&limit=100',
      status: 200,
    });
    expect(create).toMatchObject({ line: 'POST /v1/refunds', status: 200 });
    expect(create?.headers['idempotency-key']).toBe('pay_1_refund');
    expect(decodeURIComponent(create?.body ?? '')).toBe(
      'payment_intent=pi_1&metadata[payment_id]=pay_1',
    );
  });

  test('what the schema does not take is refused for good', async () => {
    const opened = await provider().open(createPayment({ amount: 0.5 }));
    expect(opened).toMatchObject({ kind: 'refused' });
    proxy.requests.splice(0);
  });
});
