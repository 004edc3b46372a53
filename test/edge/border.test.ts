/** What every answer says to browsers, and what pages of other sites may do. */
import { describe, expect, test } from 'vitest';
import { parseEnvironment } from '../../edge/environment.ts';
import { challengeHeaders, DATA_HEADERS, missingHeaders } from '../../edge/security-headers.ts';
import { guest, openShop, problemAnswer, type Shop, told } from './shop.ts';

const LISTED = 'https://www.example.com';
const FOREIGN = 'https://evil.example';

const openToListed = () => openShop(undefined, { allowedOrigins: new Set([LISTED]) });

describe('every answer', () => {
  const ANSWERS: [string, (shop: Shop) => Promise<Response>][] = [
    ['a refusal', (shop) => shop.order({ saleId: 'none' })],
    ['a refusal with a cookie', (shop) => shop.order({ body: '{"quantity":9}' })],
    ['an order', (shop) => shop.order()],
    ['the sale', (shop) => shop.fetch('/api/sales/phone')],
    ['the time', (shop) => shop.fetch('/api/clock')],
    ['another method', (shop) => shop.fetch('/api/clock', { method: 'POST' })],
    ['what a route takes', (shop) => shop.fetch('/api/clock', { method: 'OPTIONS' })],
    ['nothing here', (shop) => shop.fetch('/api/nothing')],
    ['the docs, from the cache', (shop) => shop.fetch('/docs').then(() => shop.fetch('/docs'))],
  ];
  test.each(ANSWERS)('%s says what it is and who may frame it', async (_name, ask) => {
    const { headers } = await ask(openShop());
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'.*; frame-ancestors 'none'$/,
    );
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe|http/);
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('permissions-policy')).toMatch(/camera=\(\)/);
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
  });

  test('demands TLS only where there is TLS', () => {
    const plain = missingHeaders(new Request('http://shop.test/'), new Response());
    expect(plain.map(([name]) => name)).toEqual(Object.keys(DATA_HEADERS));
  });

  test('lets a challenge run the script of its own host only, framed by the shop only', () => {
    const headers = challengeHeaders('https://captcha.example');
    const policy = headers['content-security-policy'] ?? '';
    expect(policy.match(/https?:[^ ;]+/g)).toEqual(Array(3).fill('https://captcha.example'));
    expect(policy).toContain("frame-ancestors 'self'");
    expect(headers['x-frame-options']).toBe('SAMEORIGIN');
  });
});

describe('a page of another origin', () => {
  const ask = { 'access-control-request-method': 'POST' };
  const corsOf = ({ headers }: Response) =>
    [...headers].filter(([name]) => name.startsWith('access-control-'));

  test('that is listed is told so beforehand, and the origin is not asked', async () => {
    const shop = openToListed();
    const answer = await shop.fetch('/api/sales/phone/orders', {
      method: 'OPTIONS',
      headers: { origin: LISTED, ...ask },
    });
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(corsOf(answer))).toEqual({
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers':
        'authorization, content-type, idempotency-key, presale-code, traceparent',
      'access-control-allow-methods': 'POST',
      'access-control-allow-origin': LISTED,
      'access-control-expose-headers': 'location, ratelimit, ratelimit-policy, retry-after',
      'access-control-max-age': '3600',
    });
    expect(answer.headers.get('vary')).toBe('Origin');
    expect(shop.seen).toEqual([]);
  });

  test('that is listed may order with the guest’s cookie and read the answer', async () => {
    const shop = openToListed();
    const headers = { origin: LISTED, 'sec-fetch-site': 'same-site', ...(await guest(shop)) };
    const answer = await shop.order({ headers });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('access-control-allow-origin')).toBe(LISTED);
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
    expect(answer.headers.get('access-control-expose-headers')).toContain('location');
  });

  test.each([FOREIGN, 'https://www.example.com:444', 'http://www.example.com', 'null', '*'])(
    'that is not listed (%s) is told nothing',
    async (origin) => {
      const shop = openToListed();
      const path = '/api/sales/phone/orders';
      const preflight = await shop.fetch(path, { method: 'OPTIONS', headers: { origin, ...ask } });
      const view = await shop.fetch('/api/sales/phone', { headers: { origin } });
      expect([...corsOf(preflight), ...corsOf(view)]).toEqual([]);
      expect(view.headers.get('vary')).toBe('Origin');
    },
  );

  test('is listed by ALLOWED_ORIGINS, whole origins only', () => {
    const given = { ORIGIN_URL: 'https://o.example', PASS_KEYS: `a:${btoa('x'.repeat(32))}` };
    const listedBy = (text?: string) =>
      parseEnvironment({ ...given, ...(text === undefined ? {} : { ALLOWED_ORIGINS: text }) });
    expect(listedBy().allowedOrigins.size).toBe(0);
    expect([...listedBy(` ${LISTED}, http://127.0.0.1:8080 `).allowedOrigins]).toEqual([
      LISTED,
      'http://127.0.0.1:8080',
    ]);
    for (const bad of ['*', 'null', 'www.example.com', `${LISTED}/`, `${LISTED}:443`, 'ftp://a']) {
      expect(() => listedBy(bad), bad).toThrow('ALLOWED_ORIGINS');
    }
  });

  test('changes nothing where nobody is listed: no CORS header, nothing that varies', async () => {
    const answer = await openShop().fetch('/api/sales/phone', { headers: { origin: LISTED } });
    expect(corsOf(answer)).toEqual([]);
    expect(answer.headers.has('vary')).toBe(false);
  });
});

describe('a click that another site’s page sends with the guest’s cookie', () => {
  const ORDER_ID = 'q83vASNFZ4mrze8BI0VniQ';
  const CHANGES = [
    ['POST', '/api/sales/phone/orders'],
    ['PUT', '/api/sales/phone/waitlist'],
    ['DELETE', '/api/sales/phone/waitlist'],
    ['POST', `/api/orders/${ORDER_ID}/payment`],
    ['POST', `/api/orders/${ORDER_ID}/cancellation`],
  ] as const;
  test.each(CHANGES)(
    '%s %s is refused before anybody looks at the cookie',
    async (method, path) => {
      const shop = openToListed();
      const cookie = await guest(shop);
      for (const from of [
        { 'sec-fetch-site': 'cross-site', origin: FOREIGN },
        { 'sec-fetch-site': 'same-site', origin: 'https://blog.shop.test' },
        { 'sec-fetch-site': 'cross-site' },
        { origin: FOREIGN },
        { origin: 'null' },
        { origin: 'https://shop.test.evil.example' },
      ]) {
        const answer = await told(shop.fetch(path, { method, headers: { ...cookie, ...from } }));
        expect(answer, JSON.stringify(from)).toMatchObject({
          status: 403,
          type: '/problems/foreign-page',
        });
      }
      expect(shop.seen).toEqual([]);
    },
  );

  test.each<[string, Record<string, string>]>([
    ['the shop’s own page', { 'sec-fetch-site': 'same-origin', origin: 'https://shop.test' }],
    ['its own page in an older browser', { origin: 'https://shop.test' }],
    ['its own page, with TLS ended before the edge', { origin: 'http://shop.test' }],
    ['a program', {}],
  ])('is no such click from %s', async (_name, from) => {
    const shop = openShop();
    const answer = await shop.order({ headers: { ...(await guest(shop)), ...from } });
    expect(answer.status).toBe(202);
  });

  test('is no reason to keep its buyer from looking', async () => {
    const shop = openShop();
    shop.twist.origin = ({ path }) =>
      path.startsWith('/edge/') ? undefined : problemAnswer(404, 'unknown-order');
    const headers = { ...(await guest(shop)), 'sec-fetch-site': 'cross-site', origin: FOREIGN };
    expect((await shop.fetch(`/api/orders/${ORDER_ID}`, { headers })).status).toBe(404);
  });
});
