/** A buyer's requests about what is theirs: whose they are, how many, and what the origin hears. */
import { describe, expect, test, vi } from 'vitest';
import {
  guest,
  openSale,
  openShop,
  problemAnswer,
  realTimeout,
  type Shop,
  START_MS,
  told,
} from './shop.ts';

const ORDER_ID = 'q83vASNFZ4mrze8BI0VniQ';

const CHANGES = [
  ['POST', `/api/orders/${ORDER_ID}/payment`],
  ['POST', `/api/orders/${ORDER_ID}/cancellation`],
  ['DELETE', '/api/sales/phone/waitlist'],
] as const;
const READS = [
  ['GET', '/api/orders'],
  ['GET', `/api/orders/${ORDER_ID}`],
  ['GET', '/api/sales/phone/orders/mine'],
  ['GET', '/api/sales/phone/leaderboard/mine'],
  ['GET', '/api/sales/phone/waitlist'],
] as const;

describe('every one of them', () => {
  const all = [...CHANGES, ...READS];

  test.each(all)('%s %s goes on once, with a pass of its buyer', async (method, path) => {
    const shop = openShop();
    const cookie = await guest(shop);
    const headers = { ...cookie, 'sluice-buyer': 'eve', 'idempotency-key': 'k'.repeat(9) };
    const answer = await told(shop.fetch(`${path}?buyer=eve`, { method, headers }));
    expect(answer.body).toMatchObject({ method, path });
    expect(cookie.cookie).toContain(`=${answer.body.buyerId}.`);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(shop.seen).toHaveLength(1);
    expect(Array.from(shop.seen[0]?.headers.keys() ?? [])).toEqual(['sluice-pass']);
    expect(shop.seen[0]?.bytes).toHaveLength(0);
  });

  test.each(all)('%s %s takes no token of the sale', async (method, path) => {
    const shop = openShop();
    await shop.fetch(path, { method, headers: await guest(shop) });
    expect([shop.bucketCalls(), shop.snapshotAsks()]).toEqual([0, 0]);
  });

  test.each(all)('%s %s goes on while the sale is paused, or over', async (method, path) => {
    for (const change of [{ paused: true }, { closesAtMs: START_MS }, { shareSteps: [] }]) {
      const shop = openShop(openSale(change));
      const answer = await shop.fetch(path, { method, headers: await guest(shop) });
      expect(answer.status).toBe(200);
    }
  });

  test.each(all)(
    '%s %s by nobody, where guests are not allowed, is a 401',
    async (method, path) => {
      const shop = openShop(openSale(), { allowGuests: false });
      expect((await shop.fetch(path, { method })).status).toBe(401);
      expect(shop.seen).toEqual([]);
    },
  );

  test.each(all)('%s %s with a forged token is a 401', async (method, path) => {
    const shop = openShop();
    const headers = { authorization: 'Bearer forged' };
    expect((await shop.fetch(path, { method, headers })).status).toBe(401);
    expect(shop.seen).toEqual([]);
  });

  test.each(all)('%s %s of a new guest costs the origin nothing', async (method, path) => {
    const shop = openShop();
    const answer = await told(shop.fetch(path, { method }));
    expect(answer.headers.has('set-cookie')).toBe(true);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(shop.seen).toEqual([]);
    const kinds: Record<string, unknown> = { '/api/orders': undefined };
    if (path.endsWith('/waitlist')) kinds[path] = '/problems/not-waiting';
    const type = path in kinds ? kinds[path] : '/problems/unknown-order';
    expect(answer.type).toBe(type);
    if (path === '/api/orders') expect(answer.body).toEqual({ orders: [] });
  });

  test.each(all)('%s %s is a 503 when the origin is away', async (method, path) => {
    const shop = openShop();
    shop.twist.origin = () => Promise.reject(new Error('connection refused, secret host'));
    const answer = await told(shop.fetch(path, { method, headers: await guest(shop) }));
    expect(answer).toMatchObject({ status: 503, type: '/problems/overloaded' });
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(JSON.stringify(answer.body)).not.toContain('secret');
    const detail = method === 'GET' ? undefined : expect.stringContaining('safe to send it again');
    expect(answer.body.detail).toEqual(detail);
    expect(shop.seen, 'one attempt').toHaveLength(1);
  });

  test.each(all)("%s %s gives the origin's refusal to the buyer as it is", async (method, path) => {
    const shop = openShop();
    shop.twist.origin = () => problemAnswer(409, 'not-payable');
    const answer = await told(shop.fetch(path, { method, headers: await guest(shop) }));
    expect(answer).toMatchObject({ status: 409, type: '/problems/not-payable' });
  });

  test.each([
    ['POST', '/api/orders/short/payment', 'unknown-order'],
    ['POST', '/api/orders/..%2f..%2foperator/cancellation', 'unknown-order'],
    ['DELETE', '/api/sales/NOT-AN-ID/waitlist', 'unknown-sale'],
    ['GET', '/api/sales/%2e%2e/waitlist', 'unknown-route'],
    ['GET', '/api/sales/A/leaderboard/mine', 'unknown-sale'],
  ])('%s %s is nothing, and the origin is not asked', async (method, path, type) => {
    const shop = openShop();
    const answer = await told(shop.fetch(path, { method, headers: await guest(shop) }));
    expect(answer).toMatchObject({ status: 404, type: `/problems/${type}` });
    expect(shop.seen).toEqual([]);
  });
});

describe('paying and cancelling', () => {
  test.each(['payment', 'cancellation'])('%s takes no body', async (kind) => {
    const shop = openShop();
    const headers = await guest(shop);
    const path = `/api/orders/${ORDER_ID}/${kind}`;
    for (const body of ['{}', '{"amount":0}', 'x'.repeat(100_000)]) {
      const answer = await told(shop.fetch(path, { method: 'POST', headers, body }));
      expect(answer).toMatchObject({ status: 400, type: '/problems/invalid-request' });
      expect(answer.body.errors).toEqual([{ field: 'body', message: 'must be empty' }]);
    }
    expect(shop.seen).toEqual([]);
    expect((await shop.fetch(path, { method: 'POST', headers, body: '' })).status).toBe(200);
  });

  test('that the provider is away for is told by the origin, with its Retry-After', async () => {
    const shop = openShop();
    shop.twist.origin = () => {
      const refusal = problemAnswer(503, 'payment-unavailable');
      refusal.headers.set('retry-after', '7');
      return refusal;
    };
    const init = { method: 'POST', headers: await guest(shop) };
    const answer = await told(shop.fetch(`/api/orders/${ORDER_ID}/payment`, init));
    expect(answer).toMatchObject({ status: 503, type: '/problems/payment-unavailable' });
    expect(answer.headers.get('retry-after')).toBe('7');
  });
});

describe('the limit of a buyer', () => {
  const payment = `/api/orders/${ORDER_ID}/payment`;

  test('lets 5 changes through at once, then 1 a second, and says so', async () => {
    const shop = openShop();
    const init = { method: 'POST', headers: await guest(shop) };
    for (let left = 4; left >= 0; left -= 1) {
      const answer = await shop.fetch(payment, init);
      expect(answer.headers.get('ratelimit-policy')).toBe('"buyer";q=5;w=5');
      expect(answer.headers.get('ratelimit')).toMatch(new RegExp(`^"buyer";r=${left};t=[01]$`));
    }
    const refused = await told(shop.fetch(payment, init));
    expect(refused).toMatchObject({ status: 429, type: '/problems/too-fast' });
    expect(refused.body.retryAfterMs).toBe(1_000);
    expect(shop.forwarded()).toHaveLength(5);
    shop.clock.ms += 1_000;
    expect((await shop.fetch(payment, init)).status).toBe(200);
    expect((await shop.fetch(payment, init)).status).toBe(429);
  });

  test('of changes is apart from those of ordering and reading', async () => {
    const shop = openShop();
    const headers = await guest(shop);
    for (let count = 0; count < 11; count += 1) await shop.order({ headers });
    for (let count = 0; count < 11; count += 1) await shop.fetch('/api/orders', { headers });
    expect((await shop.order({ headers })).status).toBe(429);
    expect((await shop.fetch('/api/orders', { headers })).status).toBe(429);
    expect((await shop.fetch(payment, { method: 'POST', headers })).status).toBe(200);
  });
});

test('an answer without a body, such as that of giving up a place, comes through', async () => {
  const shop = openShop();
  shop.twist.origin = () => new Response(null, { status: 204 });
  const init = { method: 'DELETE', headers: await guest(shop) };
  const answer = await shop.fetch('/api/sales/phone/waitlist', init);
  expect([answer.status, await answer.text()]).toEqual([204, '']);
  expect(answer.headers.get('cache-control')).toBe('no-store');
});

type Heard = Awaited<ReturnType<typeof told>> & { wentOn: boolean };

/** Of as many buyers, so that nobody's own limit is met. */
async function askMany(shop: Shop, [method, path]: readonly [string, string], count: number) {
  const answers: Heard[] = [];
  for (let left = count; left > 0; left -= 1) {
    const before = shop.forwarded().length;
    const answer = await told(shop.fetch(path, { method, headers: await guest(shop) }));
    answers.push({ ...answer, wentOn: shop.forwarded().length > before });
  }
  return answers;
}

describe('an origin that hangs', () => {
  const POLL = ['GET', '/api/orders'] as const;
  const refuse = () => Promise.reject(new Error('no answer in time'));

  test.each([
    ...READS.map(([method, path]) => [method, path, 3_000] as const),
    ...CHANGES.map(([method, path]) => [method, path, 10_000] as const),
  ])('has for %s %s %i ms', async (method, path, limitMs) => {
    const shop = openShop();
    const headers = await guest(shop);
    const limits = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => realTimeout(10));
    shop.twist.origin = () => Promise.withResolvers<Response>().promise;
    const { status } = await shop.fetch(path, { method, headers });
    const asked = [...limits.mock.calls];
    limits.mockRestore();
    expect([status, asked]).toEqual([503, [[limitMs]]]);
  });

  test('is soon spared most reads, which are told when to come again', async () => {
    const shop = openShop();
    shop.twist.origin = refuse;
    await askMany(shop, POLL, 20);
    const before = shop.forwarded().length;
    const answers = await askMany(shop, POLL, 100);
    const sent = shop.forwarded().length - before;
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(40);
    const delays = new Set<number>();
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 503, type: '/problems/overloaded' });
      const retryAfterMs = Number(answer.body.retryAfterMs);
      expect(Number(answer.headers.get('retry-after'))).toBe(Math.ceil(retryAfterMs / 1_000));
      expect(answer.headers.has('ratelimit')).toBe(true);
      if (answer.wentOn) expect(retryAfterMs).toBe(2_000);
      else delays.add(retryAfterMs);
    }
    // Spread, so that those who were spared do not come again at one moment.
    expect(delays.size).toBeGreaterThan(10);
    // Ten seconds later nothing is held against it.
    shop.twist.origin = () => undefined;
    shop.clock.ms += 10_000;
    expect((await askMany(shop, POLL, 40)).every(({ status }) => status === 200)).toBe(true);
  });

  test.each(CHANGES)('is asked each time to %s %s', async (method, path) => {
    const shop = openShop();
    shop.twist.origin = refuse;
    await askMany(shop, POLL, 20);
    const before = shop.forwarded().length;
    await askMany(shop, [method, path], 40);
    expect(shop.forwarded().length - before).toBe(40);
    // And whoever orders asks for something else.
    shop.twist.origin = ({ path: asked }) => (asked === '/api/orders' ? refuse() : undefined);
    expect((await shop.order()).status).toBe(202);
  });

  test.each(CHANGES)('in %s %s costs no read', async (method, path) => {
    const shop = openShop();
    shop.twist.origin = (request) => (request.method === 'GET' ? undefined : refuse());
    await askMany(shop, [method, path], 40);
    expect((await askMany(shop, POLL, 40)).every(({ status }) => status === 200)).toBe(true);
  });

  test('in one half of the reads is sent them all: some loss is no overload', async () => {
    const shop = openShop();
    let asked = 0;
    shop.twist.origin = () => (asked++ % 2 === 0 ? undefined : refuse());
    await askMany(shop, POLL, 60);
    expect(shop.forwarded()).toHaveLength(60);
  });

  test.each([
    [200, ''],
    [404, 'unknown-order'],
    [429, 'too-fast'],
    [503, 'recovering'],
    [500, 'internal'],
  ])('is not one that answers %i %s', async (status, type) => {
    const shop = openShop();
    shop.twist.origin = () => problemAnswer(status, type);
    await askMany(shop, POLL, 40);
    expect(shop.forwarded()).toHaveLength(40);
  });
});
