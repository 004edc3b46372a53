/** Joining the waitlist through all gates: each refusal before the origin hears of it. */
import { describe, expect, test } from 'vitest';
import { waitlistGate } from '../../edge/gates/waitlist-gate.ts';
import { guest, openSale, openShop, type Shop, START_MS, told } from './shop.ts';

const SOLD_OUT = { soldOut: true, remaining: 0 };

function join(shop: Shop, init: RequestInit = {}) {
  return shop.fetch('/api/sales/phone/waitlist', { method: 'PUT', ...init });
}

function openSoldOut(change: Parameters<typeof openSale>[0] = {}) {
  return openShop(openSale({ ...SOLD_OUT, ...change }));
}

describe('the gate of the waitlist', () => {
  test.each([
    [{ waiting: 0, cap: 0 }, true, 'no-waitlist'],
    [{ waiting: 0, cap: 0 }, false, 'no-waitlist'],
    [{ waiting: 5, cap: 5 }, false, 'not-sold-out'],
    [{ waiting: 0, cap: 5 }, false, 'not-sold-out'],
    [{ waiting: 4, cap: 5 }, true, undefined],
    [{ waiting: 5, cap: 5 }, true, 'waitlist-full'],
    [{ waiting: 6, cap: 5 }, true, 'waitlist-full'],
  ])('%o, sold out %s: %s', (waitlist, soldOut, kind) => {
    expect(waitlistGate({ waitlist, soldOut })?.kind).toBe(kind);
  });
});

describe('a buyer who joins', () => {
  test('reaches the origin once, with a pass that binds buyer, path and body', async () => {
    const shop = openSoldOut();
    const headers = { ...(await guest(shop)), 'sluice-pass': 'forged', 'x-forwarded-for': '::1' };
    const answer = await told(join(shop, { headers, body: '{"quantity": 2}' }));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('ratelimit-policy')).toBe('"sale";q=1000;w=1');
    expect(shop.forwarded()).toHaveLength(1);
    const [joined] = shop.forwarded();
    expect(joined).toMatchObject({ method: 'PUT', path: '/api/sales/phone/waitlist' });
    expect(joined?.body).toBe('{"quantity": 2}');
    expect(joined?.pass).toMatchObject({ kind: 'valid', timeMs: START_MS });
    const names = Array.from(joined?.headers.keys() ?? []).sort();
    expect(names).toEqual(['content-type', 'sluice-pass']);
  });

  test('needs neither a body nor a key, and may be a guest who is new', async () => {
    const shop = openSoldOut();
    const answer = await join(shop);
    expect(answer.status).toBe(200);
    expect(answer.headers.has('set-cookie')).toBe(true);
    expect(shop.forwarded()[0]?.body).toBe('');
  });
});

describe('the gates, each before the origin', () => {
  const noTokens = { waitlist: { waiting: 0, cap: 0 } };
  const full = { waitlist: { waiting: 100, cap: 100 } };
  const refusals: [
    name: string,
    change: Parameters<typeof openSale>[0],
    status: number,
    type: string,
  ][] = [
    ['before the opening', { opensAtMs: START_MS + 1, ...noTokens }, 403, 'not-open'],
    ['while paused', { paused: true, ...full }, 403, 'not-open'],
    ['at the end', { closesAtMs: START_MS, ...noTokens }, 410, 'ended'],
    ['without a waitlist', { soldOut: false, ...noTokens }, 404, 'no-waitlist'],
    ['while there are units', { soldOut: false, ...full }, 409, 'not-sold-out'],
    ['when the list is full', { shareSteps: [], ...full }, 409, 'waitlist-full'],
    ['who is not drawn', { shareSteps: [] }, 429, 'not-drawn'],
  ];
  test.each(refusals)('%s', async (_name, change, status, type) => {
    const shop = openSoldOut(change);
    const answer = await told(join(shop, { body: 'not JSON' }));
    expect(answer).toMatchObject({ status, type: `/problems/${type}` });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(shop.forwarded()).toEqual([]);
    expect(shop.bucketCalls()).toBe(0);
  });

  test.each(refusals.slice(0, 6))(
    '%s: no token is even looked at',
    async (_name, change, status) => {
      const shop = openSoldOut(change);
      const answer = await join(shop, { headers: { authorization: 'Bearer forged' } });
      expect(answer.status).toBe(status);
      expect(answer.headers.has('set-cookie')).toBe(false);
    },
  );

  test('nobody without an identity', async () => {
    const shop = openSoldOut({ shareSteps: [] });
    const answer = await join(shop, { headers: { authorization: 'Bearer forged' } });
    expect(answer.status).toBe(401);
    expect(shop.forwarded()).toEqual([]);
  });

  test('an unknown sale, and an id that no sale can have', async () => {
    const shop = openSoldOut();
    for (const saleId of ['none', 'NOT-AN-ID']) {
      const answer = await told(shop.fetch(`/api/sales/${saleId}/waitlist`, { method: 'PUT' }));
      expect(answer).toMatchObject({ status: 404, type: '/problems/unknown-sale' });
    }
    expect(shop.forwarded()).toEqual([]);
  });

  test('a buyer who asks too often, apart from ordering', async () => {
    const shop = openSoldOut();
    const headers = await guest(shop);
    for (let count = 0; count < 5; count += 1) {
      expect((await join(shop, { headers })).status).toBe(200);
    }
    const refused = await told(join(shop, { headers }));
    expect(refused).toMatchObject({ status: 429, type: '/problems/too-fast' });
    expect(refused.headers.get('ratelimit-policy')).toBe('"buyer";q=5;w=5');
    expect(shop.forwarded()).toHaveLength(5);
    expect(shop.bucketCalls()).toBeLessThanOrEqual(5);
  });

  test('a crowd that joins faster than the rate of the sale', async () => {
    const shop = openSoldOut({ ratePerSecond: 10 });
    const answers = await Promise.all(Array.from({ length: 60 }, () => join(shop)));
    const joined = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    expect(joined.length).toBeGreaterThan(0);
    expect(joined.length).toBeLessThanOrEqual(3);
    expect(joined.length + refused.length).toBe(60);
    expect(shop.forwarded()).toHaveLength(joined.length);
  });

  test.each([
    ['{quantity:1}', 'body'],
    ['[]', 'body'],
    ['{"quantity":0}', 'body.quantity'],
    ['{"quantity":3}', 'body.quantity'],
    ['{"place":1}', 'body'],
  ])('the body %s', async (body, field) => {
    const shop = openSoldOut();
    const answer = await told(join(shop, { body }));
    expect(answer).toMatchObject({ status: 400, type: '/problems/invalid-request' });
    expect(answer.body.errors).toMatchObject([{ field }]);
    expect([shop.forwarded().length, shop.bucketCalls()]).toEqual([0, 0]);
  });

  test('a body over 8 kB', async () => {
    const shop = openSoldOut();
    const answer = await told(join(shop, { body: ' '.repeat(8 * 1024 + 1) }));
    expect(answer).toMatchObject({ status: 413, type: '/problems/body-too-large' });
    expect(shop.forwarded()).toEqual([]);
  });

  test('the origin that is away', async () => {
    const shop = openSoldOut();
    shop.twist.origin = ({ method }) =>
      method === 'PUT' ? Promise.reject(new Error('refused')) : undefined;
    const answer = await told(join(shop));
    expect(answer).toMatchObject({ status: 503, type: '/problems/overloaded' });
    expect(answer.body.detail).toContain('safe to send it again');
    expect(shop.forwarded()).toHaveLength(1);
  });
});

test('a place that came free is seen within a second', async () => {
  const shop = openSoldOut({ waitlist: { waiting: 100, cap: 100 } });
  expect((await join(shop)).status).toBe(409);
  const waitlist = { waiting: 99, cap: 100 };
  shop.sales.set('phone', openSale({ ...SOLD_OUT, waitlist }));
  shop.clock.ms += 1_001;
  expect((await join(shop)).status).toBe(200);
});
