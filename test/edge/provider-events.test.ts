/** Events of payment providers: byte for byte, with their signatures, and nothing else. */
import { describe, expect, test } from 'vitest';
import { toBase64Url } from '../../contract/base64url.ts';
import { EVENT_HEADERS, MAX_EVENT_BYTES } from '../../contract/payment.ts';
import { edgeHashing } from '../../edge/hashing.ts';
import { logged, openShop, problemAnswer, type Shop, told } from './shop.ts';

const SIGNED = { 'stripe-signature': 't=1,v1=00', 'content-type': 'application/json' };

interface Event {
  provider?: string;
  body?: BodyInit | null;
  headers?: Record<string, string>;
}

function send(shop: Shop, { provider = 'stripe', body = '{}', headers = SIGNED }: Event = {}) {
  return shop.fetch(`/api/payments/${provider}/events`, { method: 'POST', body, headers });
}

/** As a provider signs: HMAC over the raw bytes of its body. */
async function signatureOf(body: Uint8Array): Promise<string> {
  const secret = new TextEncoder().encode('the secret of the provider');
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', secret, algorithm, false, ['sign']);
  return toBase64Url(new Uint8Array(await crypto.subtle.sign('HMAC', key, body)));
}

const BODIES: [name: string, body: Uint8Array][] = [
  ['UTF-8 of every length', new TextEncoder().encode('{"name":"Zoë 手机 📱"}')],
  ['escapes and odd white space', new TextEncoder().encode('{ "a" :\r\n\t"\\u00e9" , "b":1.0 }\n')],
  ['a byte order mark', new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d])],
  ['bytes that are no text', Uint8Array.from({ length: 256 }, (_, index) => index)],
  ['half a character', new Uint8Array([0x22, 0xe6, 0x89, 0x22])],
  ['zeros', new Uint8Array(1_000)],
  ['nothing', new Uint8Array(0)],
];

describe('the body of an event', () => {
  test.each(BODIES)('of %s comes to the origin as it was signed', async (_name, body) => {
    const shop = openShop();
    const signature = await signatureOf(body);
    const answer = await send(shop, { body, headers: { 'webhook-signature': signature } });
    expect(answer.status).toBe(200);
    const [event] = shop.seen;
    expect(event?.bytes).toEqual(body);
    expect(await signatureOf(event?.bytes ?? body.subarray(1))).toBe(signature);
    expect(event?.headers.get('webhook-signature')).toBe(signature);
    expect(event?.pass).toMatchObject({ kind: 'valid', buyerId: '' });
  });

  test('in chunks that cut a character comes to the origin whole', async () => {
    const shop = openShop();
    const bytes = new TextEncoder().encode('{"name":"手机"}');
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes.slice(0, 10));
        controller.enqueue(bytes.slice(10));
        controller.close();
      },
    });
    expect((await send(shop, { body })).status).toBe(200);
    expect(shop.seen[0]?.bytes).toEqual(bytes);
  });

  test('may be 256 kB, and no byte more', async () => {
    const shop = openShop();
    const most = new Uint8Array(MAX_EVENT_BYTES).fill(0x20);
    expect((await send(shop, { body: most })).status).toBe(200);
    expect(shop.seen[0]?.bytes).toHaveLength(MAX_EVENT_BYTES);
    expect(edgeHashing.sha256(shop.seen[0]?.bytes ?? '')).toEqual(edgeHashing.sha256(most));

    const answer = await told(send(shop, { body: new Uint8Array(MAX_EVENT_BYTES + 1) }));
    expect(answer).toMatchObject({ status: 413, type: '/problems/body-too-large' });
    expect(answer.body.detail).toBe('at most 262144 bytes');
    expect(shop.seen).toHaveLength(1);
  });

  test('without end is read to the limit and no further', async () => {
    const shop = openShop();
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(16 * 1024));
      },
    });
    expect((await send(shop, { body: endless })).status).toBe(413);
    expect(sent).toBeLessThanOrEqual(20);
    expect(shop.seen).toEqual([]);
  });
});

describe('the headers of an event', () => {
  test('are the signature, the content type and a pass without a buyer', async () => {
    const shop = openShop();
    const signatures = Object.fromEntries(EVENT_HEADERS.map((name) => [name, `signed ${name}`]));
    const headers = {
      ...signatures,
      'content-type': 'application/json; charset=utf-8',
      'sluice-pass': 'v1.new.1.Zw.eve',
      'sluice-buyer': 'eve',
      'idempotency-key': 'click-0001',
      authorization: 'Bearer forged',
      cookie: '__Host-sluice_guest=g-1.x',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'x-forwarded-for': '203.0.113.9',
    };
    expect((await send(shop, { provider: 'sandbox', headers })).status).toBe(200);
    const [event] = shop.seen;
    const names = Array.from(event?.headers.keys() ?? []).sort();
    expect(names).toEqual([...EVENT_HEADERS, 'content-type', 'sluice-pass'].sort());
    expect(event?.headers.get('content-type')).toBe('application/json; charset=utf-8');
    for (const name of EVENT_HEADERS) expect(event?.headers.get(name)).toBe(`signed ${name}`);
    expect(event?.pass).toMatchObject({ kind: 'valid', buyerId: '' });
    expect(event?.path).toBe('/api/payments/sandbox/events');
  });

  test('without a signature are refused, and the origin is not asked', async () => {
    const shop = openShop();
    const answer = await told(send(shop, { headers: { 'content-type': 'application/json' } }));
    expect(answer).toMatchObject({ status: 400, type: '/problems/bad-signature' });
    expect(shop.seen).toEqual([]);
  });
});

describe('an event', () => {
  test.each(['paypal', 'STRIPE', 'stripe%2f..', '..%2foperator'])(
    'of %s, which is no provider, is nothing',
    async (provider) => {
      const shop = openShop();
      const answer = await told(send(shop, { provider }));
      expect(answer).toMatchObject({ status: 404, type: '/problems/unknown-route' });
      expect(shop.seen).toEqual([]);
    },
  );

  test('takes no token, no snapshot, no identity, and its query goes nowhere', async () => {
    const shop = openShop();
    const init = { method: 'POST', body: '{}', headers: SIGNED };
    const answer = await shop.fetch('/api/payments/stripe/events?buyer=eve', init);
    expect(answer.headers.has('set-cookie')).toBe(false);
    expect(answer.headers.has('ratelimit')).toBe(false);
    expect(shop.seen.map(({ path }) => path)).toEqual(['/api/payments/stripe/events']);
    expect(shop.bucketCalls()).toBe(0);
  });

  test('is not limited in number: a provider sends those of all buyers', async () => {
    const shop = openShop();
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(shop)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });

  test.each([
    [200, () => Response.json({ received: true })],
    [400, () => problemAnswer(400, 'bad-signature')],
    [413, () => problemAnswer(413, 'body-too-large')],
  ])("gets the origin's %i as it is", async (status, origin) => {
    const shop = openShop();
    shop.twist.origin = origin;
    const answer = await told(send(shop));
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual(await origin().json());
  });

  test.each([
    ['is away', () => Promise.reject(new Error('connection refused, secret host'))],
    ['is broken', () => new Response('secret stack', { status: 500 })],
    ['does not know the route yet', () => new Response('secret', { status: 301 })],
    ['refuses the pass', () => problemAnswer(403, 'no-pass')],
  ])('is a 503, so that it comes again, when the origin %s', async (_name, origin) => {
    const shop = openShop();
    shop.twist.origin = origin;
    const answer = await told(send(shop));
    expect(answer).toMatchObject({ status: 503, type: '/problems/overloaded' });
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(JSON.stringify(answer.body)).not.toContain('secret');
    expect(shop.seen, 'one attempt').toHaveLength(1);
    expect(logged.join()).toContain('origin-failed');
  });
});
