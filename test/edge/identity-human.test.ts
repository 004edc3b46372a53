/** Guests who have to show to be people: once, for themselves, and never so that a read fails. */
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import type { Environment } from '../../edge/environment.ts';
import { JWT_SECRET, openSale, openShop, type SeenRequest, told } from './shop.ts';

const TURNSTILE = {
  secret: 'what the vendor and the shop share',
  siteKey: '1x00AA',
  verifyUrl: 'https://vendor.test/siteverify',
};
const HOURS_MS = 3_600_000;

type Vendor = (form: URLSearchParams) => Response | Promise<Response>;

/** The vendor takes each answer that begins with "good" once, as Cloudflare does. */
function createVendor(): Vendor {
  const used = new Set<string>();
  return (form) => {
    const answer = form.get('response') ?? '';
    const success = answer.startsWith('good') && !used.has(answer);
    used.add(answer);
    return Response.json(success ? { success } : { success, 'error-codes': ['invalid-input'] });
  };
}

function openHumanShop(change: Partial<Environment> = {}) {
  const shop = openShop(openSale({ closesAtMs: Date.UTC(2027, 0) }), {
    turnstile: TURNSTILE,
    ...change,
  });
  const asked: URLSearchParams[] = [];
  const vendor = { answer: createVendor() };
  shop.twist.origin = ({ path, body }: SeenRequest) => {
    if (path !== '/siteverify') return undefined;
    const form = new URLSearchParams(body);
    asked.push(form);
    return vendor.answer(form);
  };
  return { shop, asked, vendor, browser: createBrowser(shop) };
}

/** Keeps cookies as a browser does. */
function createBrowser(shop: ReturnType<typeof openShop>) {
  const jar = new Map<string, string>();
  async function fetch(path: string, init: RequestInit = {}) {
    const cookie = Array.from(jar, ([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(cookie === '' ? {} : { cookie }), ...(init.headers ?? {}) };
    const answer = await shop.fetch(path, { ...init, headers: headers as HeadersInit });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      jar.set(name, value);
    }
    return answer;
  }
  return {
    jar,
    fetch,
    order: () =>
      fetch('/api/sales/phone/orders', {
        method: 'POST',
        body: '{"quantity":1}',
        headers: { 'idempotency-key': 'click-0001' },
      }),
    answer: (token: unknown) =>
      fetch('/api/human', { method: 'POST', body: JSON.stringify({ token }) }),
  };
}

const NOT_HUMAN = { status: 403, type: '/problems/not-human' };

describe('a guest', () => {
  test('who has shown nothing may look, and not order', async () => {
    const { shop, browser } = openHumanShop();
    expect((await browser.fetch('/api/clock')).status).toBe(200);
    expect((await browser.fetch('/api/orders')).status).toBe(200);
    expect((await browser.fetch('/api/sales/phone')).status).toBe(200);
    expect(await told(browser.order())).toMatchObject(NOT_HUMAN);
    const waitlist = { method: 'PUT', body: '{"quantity":1}' };
    shop.sales.set('phone', { ...openSale(), soldOut: true, version: 2 });
    shop.clock.ms += 2_000;
    const joined = await told(browser.fetch('/api/sales/phone/waitlist', waitlist));
    expect(joined).toMatchObject(NOT_HUMAN);
    expect(shop.orders()).toEqual([]);
  });

  test('shows it once, and then orders as the same guest', async () => {
    const { shop, asked, browser } = openHumanShop();
    const challenge = await browser.fetch('/api/human');
    expect(await challenge.json()).toEqual({ siteKey: '1x00AA' });
    const guestBefore = browser.jar.get('__Host-sluice_guest');
    expect(guestBefore).toBeDefined();
    expect((await browser.answer('good-1')).status).toBe(204);
    expect(browser.jar.get('__Host-sluice_guest')).toBe(guestBefore);
    expect((await browser.fetch('/api/human')).status).toBe(204);
    expect((await browser.order()).status).toBe(202);
    expect((await browser.order()).status).toBe(202);
    expect(asked.map((form) => Object.fromEntries(form))).toEqual([
      { secret: TURNSTILE.secret, response: 'good-1' },
    ]);
    expect(shop.orders()).toHaveLength(2);
  });

  test('who is new with the answer gets both cookies', async () => {
    const { browser } = openHumanShop();
    const answer = await browser.answer('good-1');
    const cookies = answer.headers.getSetCookie();
    const names = cookies.map((cookie) => cookie.split('=')[0]);
    expect(names).toEqual(['__Host-sluice_guest', '__Host-sluice_human']);
    for (const cookie of cookies) expect(cookie).toMatch(/HttpOnly; SameSite=Lax; Secure$/);
    expect((await browser.order()).status).toBe(202);
  });

  test('cannot lend it to another guest', async () => {
    const { shop, browser } = openHumanShop();
    await browser.answer('good-1');
    const other = createBrowser(shop);
    await other.fetch('/api/clock');
    other.jar.set('__Host-sluice_human', browser.jar.get('__Host-sluice_human') ?? '');
    expect(await told(other.order())).toMatchObject(NOT_HUMAN);
  });

  test('keeps the mark when another one is planted before it', async () => {
    const { shop, browser } = openHumanShop();
    await browser.answer('good-1');
    const other = createBrowser(shop);
    await other.answer('good-2');
    const name = '__Host-sluice_human';
    const own = browser.jar.get(name) ?? '';
    for (const planted of [other.jar.get(name) ?? '', 'junk', `${own.slice(0, -2)}AA`]) {
      browser.jar.set(name, `${planted}; ${name}=${own}`);
      expect((await browser.order()).status).toBe(202);
    }
  });

  test('has no mark by the name that another host of the domain can set', async () => {
    const { browser } = openHumanShop();
    await browser.answer('good-1');
    browser.jar.set('sluice_human', browser.jar.get('__Host-sluice_human') ?? '');
    browser.jar.delete('__Host-sluice_human');
    expect(await told(browser.order())).toMatchObject(NOT_HUMAN);
  });

  test('shows it again after twelve hours', async () => {
    const { shop, browser } = openHumanShop();
    await browser.answer('good-1');
    shop.clock.ms += 12 * HOURS_MS - 1;
    expect((await browser.order()).status).toBe(202);
    shop.clock.ms += 1;
    expect(await told(browser.order())).toMatchObject(NOT_HUMAN);
    expect((await browser.fetch('/api/human')).status).toBe(200);
  });

  test('whose mark was changed has none', async () => {
    const { browser } = openHumanShop();
    await browser.answer('good-1');
    const mark = browser.jar.get('__Host-sluice_human') ?? '';
    browser.jar.set('__Host-sluice_human', mark.replace(/^\d/, '9'));
    expect(await told(browser.order())).toMatchObject(NOT_HUMAN);
  });
});

describe('an answer', () => {
  test('is good once, at this isolate and at another', async () => {
    const { shop, asked, browser, vendor } = openHumanShop();
    vendor.answer = () => Response.json({ success: true });
    const both = await Promise.all([
      browser.answer('good-1'),
      createBrowser(shop).answer('good-1'),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([204, 403]);
    expect(asked).toHaveLength(1);
    vendor.answer = createVendor();
    vendor.answer(new URLSearchParams({ response: 'good-2' }));
    const elsewhere = await told(browser.answer('good-2'));
    expect(elsewhere).toMatchObject(NOT_HUMAN);
  });

  test('that the vendor does not like is refused', async () => {
    const { browser } = openHumanShop();
    expect(await told(browser.answer('bad'))).toMatchObject(NOT_HUMAN);
    expect(await told(browser.order())).toMatchObject(NOT_HUMAN);
  });

  test.each<[string, Vendor]>([
    ['is away', () => Promise.reject(new Error('no route'))],
    ['answers no JSON', () => new Response('<html>')],
    ['answers something else', () => Response.json({ ok: true })],
    ['does not know the shop', () => refusedBy('invalid-input-secret')],
    ['has trouble itself', () => refusedBy('internal-error')],
  ])('while the vendor %s costs a 503, and may be sent again', async (_name, broken) => {
    const { browser, vendor } = openHumanShop();
    vendor.answer = broken;
    const failed = await told(browser.answer('good-1'));
    expect(failed).toMatchObject({ status: 503, type: '/problems/overloaded' });
    expect(failed.headers.get('retry-after')).toBe('3');
    vendor.answer = createVendor();
    expect((await browser.answer('good-1')).status).toBe(204);
  });

  test.each([
    ['nothing', '', 400],
    ['no token', '{}', 400],
    ['another type', '{"token":1}', 400],
    ['too much', JSON.stringify({ token: 'x'.repeat(3_000) }), 413],
  ])('that is %s is not even sent to the vendor', async (_name, body, status) => {
    const { asked, browser } = openHumanShop();
    expect((await browser.fetch('/api/human', { method: 'POST', body })).status).toBe(status);
    expect(asked).toEqual([]);
  });

  test('is limited for an address', async () => {
    const { asked, browser } = openHumanShop();
    await browser.fetch('/api/clock');
    const headers = { 'cf-connecting-ip': '203.0.113.7' };
    let refused = 0;
    for (let count = 0; count < 305; count += 1) {
      const body = JSON.stringify({ token: `bad-${count}` });
      const answer = await browser.fetch('/api/human', { method: 'POST', body, headers });
      if (answer.status === 429) refused += 1;
    }
    expect(refused).toBe(5);
    expect(asked[0]?.get('remoteip')).toBe('203.0.113.7');
  });
});

describe('nobody is asked', () => {
  test('who comes with a token of the shop', async () => {
    const { shop, asked } = openHumanShop();
    const token = await new SignJWT({ sub: 'user-4711' })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(JWT_SECRET));
    const headers = { authorization: `Bearer ${token}` };
    expect((await shop.fetch('/api/human', { headers })).status).toBe(204);
    expect((await shop.order({ headers })).status).toBe(202);
    expect(asked).toEqual([]);
  });

  test('where it is not configured', async () => {
    const shop = openShop();
    expect((await shop.fetch('/api/human')).status).toBe(204);
    const sent = shop.fetch('/api/human', { method: 'POST', body: '{"token":"good"}' });
    expect((await sent).status).toBe(404);
    expect((await shop.fetch('/human')).status).toBe(404);
    expect((await shop.order()).status).toBe(202);
  });
});

test('the frame lets the vendor in there, and nobody else frame it', async () => {
  const { shop } = openHumanShop();
  const frame = await shop.fetch('/human');
  const policy = frame.headers.get('content-security-policy') ?? '';
  expect(frame.headers.get('content-type')).toMatch(/^text\/html/);
  expect(policy).toContain("script-src 'self' https://challenges.cloudflare.com");
  expect(policy).toContain("frame-ancestors 'self'");
  expect(policy).not.toContain('unsafe-inline');
  expect(frame.headers.get('x-frame-options')).toBe('SAMEORIGIN');
  expect(await frame.text()).toContain('data-sitekey="1x00AA"');
});

function refusedBy(code: string): Response {
  return Response.json({ success: false, 'error-codes': [code] });
}
