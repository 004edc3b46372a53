/** What is there besides ordering: the sale, the time, the docs, and nothing else. */
import { describe, expect, test } from 'vitest';
import { saleViewSchema } from '../../contract/sale.ts';
import { createApp } from '../../edge/app.ts';
import type { Edge } from '../../edge/wiring.ts';
import { openSale, openShop, problemAnswer, SEED, told } from './shop.ts';

describe('GET /api/sales/{saleId}', () => {
  test('is the same for everybody, so caches may keep it for a second', async () => {
    const shop = openShop();
    const answer = await told(shop.fetch('/api/sales/phone', { headers: { cookie: 'a=b' } }));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe(
      'public, max-age=1, stale-while-revalidate=4, stale-if-error=60',
    );
    expect(answer.headers.has('set-cookie')).toBe(false);
    expect(saleViewSchema.parse(answer.body)).toMatchObject({ saleId: 'phone', state: 'open' });
  });

  test('tells nothing of the seed, the share or the rate', async () => {
    const shop = openShop(openSale({ ratePerSecond: 123_457 }));
    const text = await (await shop.fetch('/api/sales/phone')).text();
    expect(text).not.toContain(SEED);
    expect(text).not.toMatch(/share|123457|version/);
  });

  test('costs the origin one question a second', async () => {
    const shop = openShop();
    for (let count = 0; count < 20; count += 1) await shop.fetch('/api/sales/phone');
    expect(shop.snapshotAsks()).toBe(1);
  });

  test.each(['none', 'NOT-AN-ID', '%2e%2e'])('of %s is unknown', async (saleId) => {
    const answer = await told(openShop().fetch(`/api/sales/${saleId}`));
    expect(answer.status).toBe(404);
  });
});

describe('GET /api/clock', () => {
  test('is the time of the edge in milliseconds, never cached', async () => {
    const answer = await told(openShop().fetch('/api/clock'));
    expect(answer.body).toEqual({ now: '2026-11-11T00:00:00.000Z' });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('does not judge a token', async () => {
    const headers = { authorization: 'Bearer forged' };
    const answer = await openShop().fetch('/api/clock', { headers });
    expect(answer.status).toBe(200);
    expect(answer.headers.has('set-cookie')).toBe(false);
  });
});

describe('the docs', () => {
  const FILES = [
    '/openapi.json',
    '/docs',
    '/docs/start.js',
    '/docs/swagger-ui.css',
    '/docs/swagger-ui-bundle.js',
  ];

  function withDocs() {
    const shop = openShop();
    shop.twist.origin = ({ path }) =>
      new Response(`origin's ${path}`, { headers: { 'content-type': 'text/x-docs' } });
    return shop;
  }

  test.each(FILES)(
    '%s comes from the origin, with a pass of no buyer, once a minute',
    async (path) => {
      const shop = withDocs();
      const [first, again] = [await shop.fetch(path), await shop.fetch(path)];
      expect(await first.text()).toBe(`origin's ${path}`);
      expect(await again.text()).toBe(`origin's ${path}`);
      expect(again.headers.get('content-type')).toBe('text/x-docs');
      expect(again.headers.get('cache-control')).toBe('public, max-age=60');
      expect(shop.seen).toHaveLength(1);
      expect(shop.seen[0]?.pass).toMatchObject({ kind: 'valid', buyerId: '' });
    },
  );

  test.each([
    '/docs/..%2foperator/sales',
    '/docs/%2e%2e%2foperator',
    '/docs/.env',
    '/docs//operator',
    '/docs/',
    '/docs/a?b=/operator',
    '/docs/swagger-ui.css/',
    '/docs/swagger-ui.css.map',
    '/docs/constructor',
  ])('%s is nothing, and the origin is not asked', async (path) => {
    const shop = withDocs();
    const answer = await told(shop.fetch(path));
    expect(answer).toMatchObject({ status: 404, type: '/problems/unknown-route' });
    expect(shop.seen).toEqual([]);
  });

  test('that the origin does not have are a 404, asked for once a minute', async () => {
    const shop = withDocs();
    shop.twist.origin = () => problemAnswer(404, 'unknown-route');
    expect((await shop.fetch('/docs')).status).toBe(404);
    expect((await shop.fetch('/docs')).status).toBe(404);
    expect(shop.seen).toHaveLength(1);
  });

  test('of an origin in trouble are a 503, and it is asked once a second', async () => {
    const shop = withDocs();
    shop.twist.origin = () => new Response('stack', { status: 500 });
    for (let ms = 0; ms < 3_000; ms += 100) {
      const answer = await told(shop.fetch('/docs'));
      expect(answer).toMatchObject({ status: 503, type: '/problems/overloaded' });
      expect(JSON.stringify(answer.body)).not.toContain('stack');
      shop.clock.ms += 100;
    }
    expect(shop.seen).toHaveLength(3);
  });

  test('stay while the origin is in trouble, and are news when it is back', async () => {
    const shop = withDocs();
    await shop.fetch('/docs');
    shop.twist.origin = () => Promise.reject(new Error('connection refused'));
    shop.clock.ms += 600_000;
    expect(await (await shop.fetch('/docs')).text()).toBe("origin's /docs");
    shop.twist.origin = () => new Response('new');
    shop.clock.ms += 1_001;
    expect(await (await shop.fetch('/docs')).text()).toBe('new');
  });

  test('are asked for by one of a crowd', async () => {
    const shop = withDocs();
    shop.twist.origin = async () => {
      await scheduler.wait(50);
      return new Response('docs');
    };
    const answers = await Promise.all(Array.from({ length: 50 }, () => shop.fetch('/docs')));
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(shop.seen).toHaveLength(1);
  });

  test('need no cache: one that fails is as if it were empty', async () => {
    const shop = withDocs();
    shop.twist.cache = () => Promise.reject(new Error('cache is away'));
    expect(await (await shop.fetch('/docs')).text()).toBe("origin's /docs");
    expect(await (await shop.fetch('/docs')).text()).toBe("origin's /docs");
    expect(shop.seen).toHaveLength(1);
  });
});

describe('anything else', () => {
  test.each([
    ['GET', '/operator/sales'],
    ['POST', '/operator/sales'],
    ['GET', '/edge/sales/phone'],
    ['GET', '/metrics'],
    ['GET', '/healthz'],
    ['GET', '/api'],
    ['GET', '/api/sales/phone/orders/mine/more'],
  ])('%s %s is nothing, with whatever token', async (method, path) => {
    const shop = openShop();
    const headers = { authorization: 'Bearer operator-token' };
    const answer = await told(shop.fetch(path, { method, headers }));
    expect(answer).toMatchObject({ status: 404, type: '/problems/unknown-route' });
    expect(shop.seen).toEqual([]);
  });

  test.each([
    ['GET', '/api/sales/phone/orders', 'POST'],
    ['PUT', '/api/sales/phone/orders', 'POST'],
    ['POST', '/api/sales/phone', 'GET, HEAD'],
    ['DELETE', '/api/orders/q83vASNFZ4mrze8BI0VniQ', 'GET, HEAD'],
    ['POST', '/api/clock', 'GET, HEAD'],
    ['POST', '/api/orders', 'GET, HEAD'],
    ['GET', '/api/orders/q83vASNFZ4mrze8BI0VniQ/payment', 'POST'],
    ['DELETE', '/api/orders/q83vASNFZ4mrze8BI0VniQ/cancellation', 'POST'],
    ['GET', '/api/payments/stripe/events', 'POST'],
    ['POST', '/api/sales/phone/waitlist', 'GET, HEAD, PUT, DELETE'],
    ['PUT', '/api/sales/phone/leaderboard', 'GET, HEAD'],
    ['DELETE', '/api/sales/phone/leaderboard/mine', 'GET, HEAD'],
  ])('%s %s is told what the route takes', async (method, path, allow) => {
    const shop = openShop();
    const answer = await told(shop.fetch(path, { method }));
    expect(answer).toMatchObject({ status: 405, type: '/problems/unknown-route' });
    expect(answer.headers.get('allow')).toBe(allow);
    expect(shop.seen).toEqual([]);
  });

  test('every route of the app tells what it takes, and nothing else', async () => {
    const routes = new Map<string, string[]>();
    for (const { method, path } of createApp({} as Edge).routes) {
      const taken = method === 'GET' ? ['GET', 'HEAD'] : [method];
      routes.set(path, [...(routes.get(path) ?? []), ...taken]);
    }
    expect(routes.size).toBeGreaterThan(12);
    for (const [path, methods] of routes) {
      const example = path.replaceAll(/:\w+/g, 'x').replace('*', 'x');
      const answer = await openShop().fetch(example, { method: 'OPTIONS' });
      const allow = answer.headers.get('allow')?.split(', ') ?? [];
      expect(allow.sort(), path).toEqual(methods.sort());
    }
  });

  test('OPTIONS tells it too, and HEAD is GET without the body', async () => {
    const shop = openShop();
    const options = await shop.fetch('/api/sales/phone/orders', { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST']);
    const head = await shop.fetch('/api/sales/phone', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test('that breaks inside is a 500 that tells nothing', async () => {
    const shop = openShop();
    Object.defineProperty(shop.clock, 'ms', {
      get() {
        throw new Error('secret of the inside');
      },
    });
    const answer = await told(shop.order());
    expect(answer).toMatchObject({ status: 500, type: '/problems/internal' });
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });
});
