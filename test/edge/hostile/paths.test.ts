/**
 * Paths and methods that no page asks for: however they are written, none comes to another route
 * of the origin than the one that the edge meant, and all are answered by the edge alone.
 */
import { describe, expect, test } from 'vitest';
import { guest, openShop, told } from '../shop.ts';

const LONG = 'a'.repeat(100_000);

describe('a path', () => {
  test.each([
    ['%2e%2e', '/api/sales/%2e%2e/%2e%2e/operator/sales'],
    ['%2E%2E%2F', '/api/sales/%2E%2E%2F%2E%2E%2Foperator%2Fsales'],
    ['dots twice encoded', '/api/sales/%252e%252e/orders/mine'],
    ['the edge’s own questions', '/edge/sales/phone'],
    ['the same through dots', '/api/../edge/sales/phone'],
    ['the same encoded', '/%65dge/sales/phone'],
    ['backslashes', '/api\\..\\operator\\sales'],
    ['double slashes', '//api//sales//phone//orders//mine'],
    ['a slash behind', '/api/sales/phone/orders/mine/'],
    ['a slash in the id', '/api/sales/a%2fb/orders/mine'],
    ['a null byte in the id', '/api/sales/phone%00/orders/mine'],
    ['a line end in the id', '/api/sales/phone%0d%0asluice-pass:x/orders/mine'],
    ['a semicolon behind the id', '/api/sales/phone;a=b/orders/mine'],
    ['a very long id', `/api/sales/${LONG}/orders/mine`],
    ['a very long path', `/api/${'a/'.repeat(50_000)}`],
    ['an id of another case', '/api/sales/PHONE/orders/mine'],
    ['an id in another alphabet', '/api/sales/ph\u043ene/orders/mine'],
    ['an id of full width', '/api/sales/\uff50hone/orders/mine'],
    ['half an escape', '/api/sales/%zz/orders/mine'],
    ['an escape that is no UTF-8', '/api/sales/%ff%fe/orders/mine'],
    ['a prototype', '/api/sales/__proto__/orders/mine'],
    ['a prototype as order', '/api/orders/constructor'],
    ['a slash in an order', '/api/orders/..%2f..%2foperator%2fsal'],
    ['an order of 22 dots', `/api/orders/${'.'.repeat(22)}`],
  ])('with %s (%#) is nothing, and the origin is not asked', async (_name, path) => {
    const shop = openShop();
    const answer = await told(shop.fetch(path, { headers: await guest(shop) }));
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(JSON.stringify(answer.body).length, 'echoes nothing').toBeLessThan(200);
    expect(shop.seen).toEqual([]);
  });

  test.each([
    '?buyer=somebody-else',
    '?sluice-pass=x&saleId=other',
    `?${'a=b&'.repeat(20_000)}`,
    '?%00',
    '#fragment',
  ])('takes nothing from its query (%#)', async (query) => {
    const shop = openShop();
    const headers = await guest(shop);
    const answer = await shop.fetch(`/api/sales/phone/orders/mine${query}`, { headers });
    expect(answer.status).toBe(200);
    expect(shop.forwarded().map(({ path }) => path)).toEqual(['/api/sales/phone/orders/mine']);
  });

  test('of an encoded id is the id itself, once', async () => {
    const shop = openShop();
    const headers = await guest(shop);
    await shop.fetch('/api/sales/%70hone/orders/mine', { headers });
    expect(shop.forwarded().map(({ path }) => path)).toEqual(['/api/sales/phone/orders/mine']);
  });
});

describe('a method', () => {
  const routes = ['/api/sales/phone/orders', '/api/sales/phone', '/api/clock', '/api/orders'];

  test.each(['PATCH', 'PROPFIND', 'PURGE', 'MKCOL', 'LOCK', 'SEARCH', 'OPTIONS'])(
    '%s does nothing',
    async (method) => {
      const shop = openShop();
      for (const path of routes) {
        const { status } = await shop.fetch(path, { method, headers: await guest(shop) });
        expect(status, path).toBe(method === 'OPTIONS' ? 204 : 405);
      }
      expect(shop.seen).toEqual([]);
    },
  );

  test('HEAD of an order route places nothing', async () => {
    const shop = openShop();
    const headers = { ...(await guest(shop)), 'idempotency-key': 'click-0001' };
    const answer = await shop.fetch('/api/sales/phone/orders', { method: 'HEAD', headers });
    expect(answer.status).toBe(405);
    expect(shop.seen).toEqual([]);
  });

  test.each(['x-http-method-override', 'x-http-method', 'x-method-override'])(
    'is not changed by %s',
    async (name) => {
      const shop = openShop();
      const headers = { ...(await guest(shop)), [name]: 'POST', 'idempotency-key': 'click-0001' };
      await shop.fetch('/api/sales/phone/orders?_method=POST', { headers });
      expect(shop.orders()).toEqual([]);
    },
  );
});
