/** Who is buying: tokens good and forged, guest cookies good and forged, and nothing in between. */
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { toBase64Url } from '../../contract/base64url.ts';
import { systemRandom } from '../../contract/random.ts';
import { createGuestCookies } from '../../edge/guest-cookie.ts';
import { edgeHashing } from '../../edge/hashing.ts';
import { JWT_SECRET, openSale, openShop, PASS_KEYS, type Shop, START_MS, told } from './shop.ts';

const NOW_SECONDS = START_MS / 1000;
const GUEST = /^__Host-sluice_guest=(g-[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}); (.*)$/;

function sign(claims: Record<string, unknown>, { secret = JWT_SECRET, alg = 'HS256' } = {}) {
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
}

function encode(value: unknown): string {
  return toBase64Url(new TextEncoder().encode(JSON.stringify(value)));
}

async function orderWith(shop: Shop, authorization: string) {
  return told(shop.order({ headers: { authorization } }));
}

function buyerOf(shop: Shop): string {
  const pass = shop.orders().at(-1)?.pass;
  return pass?.kind === 'valid' ? pass.buyerId : '';
}

describe("a shop's token", () => {
  test('names the buyer, and no cookie is set', async () => {
    const shop = openShop();
    const answer = await orderWith(shop, `Bearer ${await sign({ sub: 'user-4711' })}`);
    expect(answer.status).toBe(202);
    expect(buyerOf(shop)).toBe('user-4711');
    expect(answer.headers.has('set-cookie')).toBe(false);
  });

  test('wins over a guest cookie', async () => {
    const shop = openShop();
    const cookie = await mintCookie(shop);
    const authorization = `Bearer ${await sign({ sub: 'user-4711' })}`;
    await shop.order({ headers: { authorization, cookie } });
    expect(buyerOf(shop)).toBe('user-4711');
  });

  test.each([
    ['5 s past its end', { exp: NOW_SECONDS - 4 }, 202],
    ['6 s past its end', { exp: NOW_SECONDS - 6 }, 401],
    ['not yet good', { nbf: NOW_SECONDS + 60 }, 401],
  ])('%s', async (_name, claims, status) => {
    const shop = openShop();
    const token = await sign({ sub: 'user-4711', ...claims });
    expect((await orderWith(shop, `Bearer ${token}`)).status).toBe(status);
  });

  const header = encode({ alg: 'none' });
  const payload = encode({ sub: 'user-4711' });
  const forged: [name: string, token: string | Promise<string>][] = [
    [
      'signed by somebody else',
      sign({ sub: 'user-4711' }, { secret: 'another key of 32 bytes or more' }),
    ],
    ['with alg none and no signature', `${header}.${payload}.`],
    ['with alg none and a signature', `${header}.${payload}.AAAA`],
    ['with alg None', `${encode({ alg: 'None' })}.${payload}.`],
    ['with another algorithm, and the right key', sign({ sub: 'user-4711' }, { alg: 'HS512' })],
    ['without a sub', sign({})],
    ['with a number as sub', sign({ sub: 4711 })],
    ['with an empty sub', sign({ sub: '' })],
    ['with a space in sub', sign({ sub: 'a b' })],
    ['with a line feed in sub', sign({ sub: 'a\nb' })],
    ['with a sub of 65 characters', sign({ sub: 'x'.repeat(65) })],
    ['that is no token', 'nonsense'],
    ['of 5,000 characters', 'x'.repeat(5_000)],
  ];
  test.each(forged)('%s is refused, and never taken for a guest', async (_name, token) => {
    const shop = openShop();
    const cookie = await mintCookie(shop);
    const answer = await told(
      shop.order({ headers: { authorization: `Bearer ${await token}`, cookie } }),
    );
    expect(answer).toMatchObject({ status: 401, type: '/problems/unauthenticated' });
    expect(answer.headers.has('set-cookie')).toBe(false);
    expect(shop.orders()).toEqual([]);
  });

  test('whose payload was exchanged is refused', async () => {
    const shop = openShop();
    const [head = '', , signature = ''] = (await sign({ sub: 'user-4711' })).split('.');
    const other = encode({ sub: 'user-4712' });
    expect((await orderWith(shop, `Bearer ${head}.${other}.${signature}`)).status).toBe(401);
  });

  test('of another scheme is refused', async () => {
    expect((await orderWith(openShop(), 'Basic YTpi')).status).toBe(401);
  });

  test('is refused where no secret is configured', async () => {
    const shop = openShop(openSale(), { buyerJwtSecret: undefined });
    expect((await orderWith(shop, `Bearer ${await sign({ sub: 'a' })}`)).status).toBe(401);
  });
});

describe('a guest', () => {
  test('gets a signed cookie with the time, and buys under it', async () => {
    const shop = openShop();
    const cookie = await mintCookie(shop);
    const answer = await told(shop.order({ headers: { cookie } }));
    expect(answer.status).toBe(202);
    expect(answer.headers.has('set-cookie')).toBe(false);
    expect(cookie).toContain(`=${buyerOf(shop)}.`);
  });

  test("has a cookie that scripts cannot read and other sites' forms do not send", async () => {
    const clock = await openShop().fetch('/api/clock');
    const [, , attributes] = GUEST.exec(clock.headers.get('set-cookie') ?? '') ?? [];
    expect(attributes).toBe('Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure');
  });

  test('without a cookie gets one with the order itself', async () => {
    const shop = openShop();
    const { headers } = await told(shop.order());
    expect(headers.get('set-cookie')).toMatch(GUEST);
    expect(headers.get('set-cookie')).toContain(buyerOf(shop));
  });

  test('who is not drawn keeps the id, and so the lot', async () => {
    const shop = openShop(openSale({ shareSteps: [] }));
    expect((await told(shop.order())).headers.get('set-cookie')).toMatch(GUEST);
  });

  test('is new to everybody: two never have one id', async () => {
    const shop = openShop();
    await shop.order();
    const first = buyerOf(shop);
    await shop.order();
    expect(buyerOf(shop)).not.toBe(first);
  });

  test('keeps the cookie while the pass key is changed', async () => {
    const cookie = await mintCookie(openShop(openSale(), { passKeys: PASS_KEYS.slice(1) }));
    const shop = openShop();
    expect((await shop.order({ headers: { cookie } })).headers.has('set-cookie')).toBe(false);
    expect(cookie).toContain(buyerOf(shop));
  });

  test.each([
    ['signature changed', (value: string) => `${value.slice(0, -2)}AA`],
    ['id changed', (value: string) => `g-A${value.slice(3)}`],
    ['signature gone', (value: string) => value.slice(0, value.indexOf('.'))],
    ["a shop's buyer id instead", (value: string) => `user-4711${value.slice(value.indexOf('.'))}`],
    ['nothing', () => ''],
  ])('with a forged cookie (%s) is a new guest', async (_name, forge) => {
    const shop = openShop();
    const [, value = ''] = (await mintCookie(shop)).split('=');
    const answer = await shop.order({ headers: { cookie: `__Host-sluice_guest=${forge(value)}` } });
    expect(answer.headers.get('set-cookie')).toMatch(GUEST);
    expect(forge(value).startsWith(buyerOf(shop))).toBe(false);
  });

  test('signed with a key that is no longer known is a new guest', async () => {
    const strange = [{ id: 'x', secret: new Uint8Array(32).fill(9) }];
    const cookie = await mintCookie(openShop(openSale(), { passKeys: strange }));
    const answer = await openShop().order({ headers: { cookie } });
    expect(answer.headers.get('set-cookie')).toMatch(GUEST);
  });

  test('is found among other cookies, and not by the end of a name', async () => {
    const shop = openShop();
    const cookie = await mintCookie(shop);
    await shop.order({ headers: { cookie: `a=b; x${cookie}; ${cookie}; c=d` } });
    expect(cookie).toContain(buyerOf(shop));
    const other = await shop.order({ headers: { cookie: `x${cookie}` } });
    expect(other.headers.get('set-cookie')).toMatch(GUEST);
  });

  test('stays who they are when another’s cookie is planted from a sibling host', async () => {
    const shop = openShop();
    const cookie = await mintCookie(shop);
    const attacker = (await mintCookie(shop)).replace('__Host-', '');
    const answer = await shop.order({ headers: { cookie: `${attacker}; ${cookie}` } });
    expect(answer.headers.has('set-cookie')).toBe(false);
    expect(cookie).toContain(`=${buyerOf(shop)}.`);
    // Also who has none yet does not become the attacker.
    const newcomer = await shop.order({ headers: { cookie: attacker } });
    expect(newcomer.headers.get('set-cookie')).toMatch(GUEST);
    expect(attacker).not.toContain(`=${buyerOf(shop)}.`);
  });

  test('is not made a new one by what stands before their cookie', async () => {
    const shop = openShop();
    const cookie = await mintCookie(shop);
    const junk = `__Host-sluice_guest=junk; ${cookie.slice(0, -2)}AA`;
    const answer = await shop.order({ headers: { cookie: `${junk}; ${cookie}` } });
    expect(answer.headers.has('set-cookie')).toBe(false);
    expect(cookie).toContain(`=${buyerOf(shop)}.`);
  });

  test('is refused where guests are not allowed, cookie or not', async () => {
    const cookie = await mintCookie(openShop());
    const shop = openShop(openSale(), { allowGuests: false });
    for (const headers of [{}, { cookie }]) {
      const answer = await told(shop.order({ headers }));
      expect(answer).toMatchObject({ status: 401, type: '/problems/unauthenticated' });
    }
    expect((await shop.fetch('/api/clock')).headers.has('set-cookie')).toBe(false);
    expect(shop.orders()).toEqual([]);
  });

  test('who comes by plain HTTP gets a cookie that is not Secure, or it would be lost', () => {
    const cookies = createGuestCookies(edgeHashing, PASS_KEYS);
    const { buyerId, setCookie } = cookies.mint(systemRandom, false);
    expect(setCookie).not.toContain('Secure');
    expect(setCookie).toMatch(/^sluice_guest=/);
    const header = setCookie.slice(0, setCookie.indexOf(';'));
    expect(cookies.read({ header, secure: false })).toBe(buyerId);
    expect(cookies.read({ header, secure: true })).toBeUndefined();
  });
});

/** The cookie as a browser sends it back. */
async function mintCookie(shop: Shop): Promise<string> {
  const clock = await shop.fetch('/api/clock');
  const [, value] = GUEST.exec(clock.headers.get('set-cookie') ?? '') ?? [];
  expect(value).toBeDefined();
  return `__Host-sluice_guest=${value}`;
}
