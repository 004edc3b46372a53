/** What the buyer gets of the origin's answers, and when the origin gives none. */
import { describe, expect, test, vi } from 'vitest';
import { DATA_HEADERS } from '../../edge/security-headers.ts';
import {
  guest,
  logged,
  openSale,
  openShop,
  problemAnswer,
  realTimeout,
  type Shop,
  told,
} from './shop.ts';

const ORDER_ID = 'q83vASNFZ4mrze8BI0VniQ';

function orderAnswers(shop: Shop, answer: () => Response | Promise<Response>) {
  shop.twist.origin = ({ path }) => (path.startsWith('/edge/') ? undefined : answer());
}

describe("the origin's answer to an order", () => {
  test.each([
    [200, 'the live order'],
    [202, 'a new one'],
  ])('%i goes to the buyer as it is: %s', async (status) => {
    const shop = openShop();
    orderAnswers(shop, () => Response.json({ orderId: ORDER_ID }, { status }));
    expect(await told(shop.order())).toMatchObject({ status, body: { orderId: ORDER_ID } });
  });

  test.each([
    [409, 'sold-out'],
    [422, 'key-reused'],
    [503, 'recovering'],
    [500, 'internal'],
  ])('%i %s, a problem, goes to the buyer as it is', async (status, name) => {
    const shop = openShop();
    orderAnswers(shop, () => problemAnswer(status, name));
    expect(await told(shop.order())).toMatchObject({ status, type: `/problems/${name}` });
  });

  test('has only the headers that a browser needs', async () => {
    const shop = openShop();
    const headers = {
      'retry-after': '3',
      location: '/api/orders/x',
      'set-cookie': 'a=b',
      server: 'secret/1.0',
      'x-internal': 'yes',
    };
    orderAnswers(shop, () => Response.json({}, { status: 202, headers }));
    const answer = await shop.order({ headers: await guest(shop) });
    const ofEveryAnswer = [...Object.keys(DATA_HEADERS), 'strict-transport-security'];
    const names = Array.from(answer.headers.keys()).filter((name) => !ofEveryAnswer.includes(name));
    expect(names.sort()).toEqual([
      'cache-control',
      'content-type',
      'location',
      'ratelimit',
      'ratelimit-policy',
      'retry-after',
    ]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  const broken: [name: string, answer: () => Response | Promise<Response>][] = [
    ['refuses the connection', () => Promise.reject(new Error('connection refused'))],
    ['fails with a stack trace', () => new Response('at secret.ts:7', { status: 500 })],
    ['is a proxy without an origin', () => new Response('<html>', { status: 502 })],
    ['redirects elsewhere', () => new Response(null, { status: 302, headers: { location: '/x' } })],
    ['does not take the pass', () => problemAnswer(403, 'no-pass')],
  ];
  test.each(broken)('that %s is a 503 that says a retry is safe', async (_name, answer) => {
    const shop = openShop();
    orderAnswers(shop, answer);
    const { status, type, body, headers } = await told(shop.order());
    expect({ status, type }).toEqual({ status: 503, type: '/problems/overloaded' });
    expect(headers.get('retry-after')).toBe('2');
    expect(body.detail).toContain('same Idempotency-Key');
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(shop.orders(), 'one attempt').toHaveLength(1);
    expect(logged.join()).toContain('origin-failed');
  });

  test('that never comes is given up after 10 s, and the snapshot after 2 s', async () => {
    const shop = openShop();
    const limits = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => realTimeout(30));
    orderAnswers(shop, () => Promise.withResolvers<Response>().promise);
    expect((await shop.order()).status).toBe(503);
    expect(limits.mock.calls).toEqual([[2_000], [10_000]]);
    shop.twist.origin = () => Promise.withResolvers<Response>().promise;
    expect((await shop.order({ saleId: 'other' })).status).toBe(503);
    limits.mockRestore();
  });
});

describe('reading', () => {
  test.each(['/api/sales/phone/orders/mine', `/api/orders/${ORDER_ID}`])(
    '%s goes on with a pass of its buyer, and without the query',
    async (path) => {
      const shop = openShop();
      const headers = await guest(shop);
      const answer = await told(shop.fetch(`${path}?buyer=somebody-else`, { headers }));
      expect(answer.body.path).toBe(path);
      expect(headers.cookie).toContain(`=${answer.body.buyerId}.`);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(shop.seen).toHaveLength(1);
      expect(shop.bucketCalls()).toBe(0);
    },
  );

  test('by a guest who is new costs the origin nothing, and mints the cookie', async () => {
    const shop = openShop();
    const answer = await told(shop.fetch('/api/sales/phone/orders/mine'));
    expect(answer).toMatchObject({ status: 404, type: '/problems/unknown-order' });
    expect(answer.headers.has('set-cookie')).toBe(true);
    expect(shop.seen).toEqual([]);
  });

  test('by nobody, where guests are not allowed, is a 401', async () => {
    const shop = openShop(openSale(), { allowGuests: false });
    expect((await shop.fetch(`/api/orders/${ORDER_ID}`)).status).toBe(401);
    expect(shop.seen).toEqual([]);
  });

  test.each(['/api/orders/short', '/api/orders/..%2f..%2foperator', '/api/sales/A/orders/mine'])(
    '%s is nothing, and the origin is not asked',
    async (path) => {
      const shop = openShop();
      expect((await shop.fetch(path, { headers: await guest(shop) })).status).toBe(404);
      expect(shop.seen).toEqual([]);
    },
  );

  test("of another buyer's order is the origin's 404", async () => {
    const shop = openShop();
    orderAnswers(shop, () => problemAnswer(404, 'unknown-order'));
    const answer = await told(
      shop.fetch(`/api/orders/${ORDER_ID}`, { headers: await guest(shop) }),
    );
    expect(answer).toMatchObject({ status: 404, type: '/problems/unknown-order' });
    expect(answer.body.detail).toBeUndefined();
  });
});

describe('the limit for a buyer', () => {
  test('lets a burst of 10 through, then 5 a second, and says so', async () => {
    const shop = openShop();
    const headers = await guest(shop);
    for (let left = 9; left >= 0; left -= 1) {
      const answer = await shop.fetch('/api/sales/phone/orders/mine', { headers });
      expect(answer.headers.get('ratelimit-policy')).toBe('"buyer";q=10;w=2');
      expect(answer.headers.get('ratelimit')).toMatch(new RegExp(`^"buyer";r=${left};t=[01]$`));
    }
    const refused = await told(shop.fetch('/api/sales/phone/orders/mine', { headers }));
    expect(refused).toMatchObject({ status: 429, type: '/problems/too-fast' });
    expect(refused.headers.get('ratelimit')).toBe('"buyer";r=0;t=1');
    expect(refused.body.retryAfterMs).toBe(200);
    shop.clock.ms += 200;
    expect((await shop.fetch('/api/sales/phone/orders/mine', { headers })).status).toBe(200);
    expect((await shop.fetch('/api/sales/phone/orders/mine', { headers })).status).toBe(429);
  });

  test('is counted apart for orders and for reading, and for each buyer', async () => {
    const shop = openShop();
    const headers = await guest(shop);
    for (let count = 0; count < 10; count += 1) await shop.order({ headers });
    const refused = await told(shop.order({ headers }));
    expect(refused).toMatchObject({ status: 429, type: '/problems/too-fast' });
    expect(refused.headers.get('ratelimit-policy')).toBe('"buyer";q=10;w=2');
    expect(shop.orders()).toHaveLength(10);
    expect((await shop.fetch('/api/sales/phone/orders/mine', { headers })).status).toBe(200);
    expect((await shop.order({ headers: await guest(shop) })).status).toBe(202);
  });
});
