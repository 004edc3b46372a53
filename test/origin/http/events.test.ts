/**
 * Events of a payment provider at the origin, from outside: they are judged byte by byte, by the
 * pass and by the provider's signature, up to a size.
 */
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_EVENT_BYTES } from '../../../contract/payment.ts';
import { openShop, type Shop } from '../../flow/shop.ts';
import { createEdgeStandIn, type EdgeStandIn, type SentRequest } from './edge-stand-in.ts';

const PATH = '/api/payments/sandbox/events';
/** Signed as it must be, of a payment that nobody knows: received, and without effect. */
const EVENT = JSON.stringify({
  type: 'payment.paid',
  timestamp: '2026-11-11T00:00:00.000Z',
  data: { paymentId: 'pay_q83vASNFZ4mrze8BI0VniQ_1', sessionId: 'session' },
});

let shop: Shop;
let edge: EdgeStandIn;
let number = 0;

beforeAll(async () => {
  shop = await openShop('embedded');
  const { url: originUrl } = await shop.startOrigin({ LOG_LEVEL: 'silent' });
  const { PASS_KEYS: passKeys = '' } = shop.environment;
  edge = createEdgeStandIn({ originUrl, passKeys, saleId: 'phone' });
});
afterAll(() => shop.close());

function event(body: string, signedBody = body): Partial<SentRequest> {
  number += 1;
  const id = `event-${number}`;
  const at = new Date();
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(shop.environment.SANDBOX_SECRET ?? '').sign(
      id,
      at,
      signedBody,
    ),
  };
  return { path: PATH, body, headers, buyerId: '', idempotencyKey: '' };
}

const kilobytes = (count: number) => EVENT.padEnd(count * 1_024);
const BODIES: [string, string][] = [
  ['as it is sent', EVENT],
  ['with a byte order mark', `\ufeff${EVENT}`],
  ['of 200 kB', kilobytes(200)],
  ['of the most that is taken', EVENT.padEnd(MAX_EVENT_BYTES)],
  ['with letters of several bytes', EVENT.replace('session', '闪购 𝌆 é')],
  ['that is no JSON', 'paid=1'],
];

describe.each(BODIES)('an event %s', (_name, body) => {
  test.each([false, true])('is received (chunked: %s)', async (chunked) => {
    const answer = await edge.send({ ...event(body), chunked });
    expect(answer.short).toBe('200');
    expect(answer.body).toEqual({ received: true });
  });

  test('whose signature is of another body is not', async () => {
    const answer = await edge.send(event(body, `${body} `));
    expect(answer.short).toBe('400 bad-signature');
  });

  test('whose pass is of another body is not', async () => {
    const answer = await edge.send(event(body), { body: `${body} ` });
    expect(answer.short).toBe('403 no-pass');
  });
});

test.each<[string, string, string]>([
  ['without its byte order mark', EVENT, `\ufeff${EVENT}`],
  ['with a byte order mark before it', `\ufeff${EVENT}`, EVENT],
])('an event %s is another event', async (_name, sent, signed) => {
  expect((await edge.send(event(sent, signed))).short).toBe('400 bad-signature');
  expect((await edge.send(event(sent), { body: signed })).short).toBe('403 no-pass');
});

test.each([false, true])('an event that is too large is refused (chunked: %s)', async (chunked) => {
  const answer = await edge.send({ ...event(EVENT.padEnd(MAX_EVENT_BYTES + 1)), chunked });
  expect(answer.short).toBe('413 body-too-large');
  expect(answer.body.detail).toBe(`at most ${MAX_EVENT_BYTES} bytes`);
});

test('an event is no buyer’s, of this provider, and signed', async () => {
  expect((await edge.sendWith(undefined, event(EVENT))).short).toBe('403 no-pass');
  expect((await edge.send({ ...event(EVENT), buyerId: 'ann' })).short).toBe('403 no-pass');
  for (const provider of ['stripe', 'paypal', '%C3%A9']) {
    const path = `/api/payments/${provider}/events`;
    expect((await edge.send({ ...event(EVENT), path })).short).toBe('404 unknown-route');
  }
  const unsigned = await edge.send({ ...event(EVENT), headers: {} });
  expect(unsigned.short).toBe('400 bad-signature');
});
