/** Whoever was drawn keeps it (I6): the signed cookie, what it is good for, and what it is not. */
import { describe, expect, test } from 'vitest';
import { drawNumber } from '../../contract/draw.ts';
import { edgeHashing } from '../../edge/hashing.ts';
import { createSignedCookie } from '../../edge/signed-cookie.ts';
import { guest, openSale, openShop, PASS_KEYS, type Shop, START_MS, told } from './shop.ts';

const WIDENED_AT_MS = START_MS + 10_000;
const seedHash = edgeHashing.keyedHash(new Uint8Array(32).fill(7));
const narrow = { shareSteps: [{ atMs: 0, share: 0.3 }] };
const wide = {
  version: 2,
  shareSteps: [...narrow.shareSteps, { atMs: WIDENED_AT_MS, share: 0.7 }],
};

/** The cookie header of a guest whose number lies in [from, to). */
async function guestBetween(shop: Shop, from: number, to: number): Promise<string> {
  for (;;) {
    const { cookie = '' } = await guest(shop);
    const number = drawNumber(seedHash, idOf(cookie));
    if (number >= from && number < to) return cookie;
  }
}

const idOf = (cookie: string) => /=(g-[^.]+)\./.exec(cookie)?.[1] ?? '';

function drawnCookieOf(response: Response): string | undefined {
  const set = response.headers.getSetCookie().find((each) => each.startsWith('sluice_drawn='));
  return set?.slice(0, set.indexOf(';'));
}

/** A shop in which one isolate knows that the share is wider, and another does not yet. */
async function openTwoMinds() {
  const shop = openShop(openSale(narrow));
  const behind = shop.otherIsolate();
  shop.clock.ms = WIDENED_AT_MS;
  await behind.fetch('/api/sales/phone');
  shop.clock.ms += 1_001;
  // It asks at a moment when nothing comes, and then again only a second later.
  shop.twist.origin = ({ path }) =>
    path.startsWith('/edge/') ? new Response('gone', { status: 502 }) : undefined;
  await behind.fetch('/api/sales/phone');
  delete shop.twist.origin;
  shop.sales.set('phone', openSale(wide));
  const place = (isolate: Pick<Shop, 'fetch'>, cookie: string, saleId = 'phone') =>
    isolate.fetch(`/api/sales/${saleId}/orders`, {
      method: 'POST',
      body: '{"quantity":1}',
      headers: { 'idempotency-key': 'click-0001', cookie },
    });
  return { shop, behind, place };
}

describe('a buyer who was drawn', () => {
  test('is not refused by an isolate that does not know the step yet', async () => {
    const { shop, behind, place } = await openTwoMinds();
    const known = await guestBetween(shop, 0.3, 0.7);
    expect((await place(behind, known)).status).toBe(429);
    const drawn = await place(shop, known);
    expect(drawn.status).toBe(202);
    const cookie = drawnCookieOf(drawn);
    expect(cookie).toBeDefined();
    expect((await place(behind, known)).status, 'without the cookie').toBe(429);
    expect((await place(behind, `${known}; ${cookie}`)).status).toBe(202);
  });

  test('gets the cookie with the first answer from past the draw, also a refusal', async () => {
    const shop = openShop(openSale(wide));
    shop.clock.ms = WIDENED_AT_MS;
    const known = await guestBetween(shop, 0, 0.7);
    const headers = { cookie: known };
    const first = await shop.order({ headers, body: 'no JSON' });
    expect(first.status).toBe(400);
    const cookie = drawnCookieOf(first);
    expect(cookie).toBeDefined();
    const second = await shop.order({ headers: { cookie: `${known}; ${cookie}` } });
    expect(second.status).toBe(202);
    expect(second.headers.getSetCookie(), 'nothing new to keep').toEqual([]);
  });

  test('who is new as a guest keeps both cookies', async () => {
    const shop = openShop(openSale({ shareSteps: [{ atMs: 0, share: 0.999_999 }] }));
    const names = (await shop.order()).headers.getSetCookie().map((set) => set.split('=')[0]);
    expect(names.sort()).toEqual(['__Host-sluice_guest', 'sluice_drawn']);
    const refused = await shop.order({ body: 'no JSON' });
    expect(refused.status).toBe(400);
    expect(refused.headers.getSetCookie()).toHaveLength(2);
  });

  test('sends it with that sale only, until its end', async () => {
    const shop = openShop(openSale({ shareSteps: [{ atMs: 0, share: 0.999_999 }] }));
    const set = (await shop.order()).headers.getSetCookie().find((each) => /_drawn=/.test(each));
    expect(set).toContain('; Path=/api/sales/phone; Max-Age=3600; HttpOnly; SameSite=Lax; Secure');
  });

  test('has none where everybody is drawn from the start', async () => {
    const shop = openShop();
    expect(drawnCookieOf(await shop.order())).toBeUndefined();
  });
});

describe('a cookie is good for nothing', () => {
  const kind = { name: 'sluice_drawn', hostOnly: false, label: 'sluice drawn cookie v1' };
  const cookies = createSignedCookie(edgeHashing, PASS_KEYS, kind);
  const strange = [{ id: 'x', secret: new Uint8Array(32) }];
  const strangers = createSignedCookie(edgeHashing, strange, kind);
  const life = { maxAgeSeconds: 60, secure: true };
  const pairOf = (set: string) => set.slice(0, set.indexOf(';'));
  const encoded = (text: string) => btoa(text).replaceAll('=', '');

  test('when it is of another buyer or sale, forged, or a guest’s by name', async () => {
    const shop = openShop(openSale(narrow));
    shop.sales.set('tablet', openSale({ ...narrow, saleId: 'tablet' }));
    const lucky = await guestBetween(shop, 0, 0.3);
    const unlucky = await guestBetween(shop, 0.3, 1);
    const buyerId = idOf(unlucky);
    const elsewhere = pairOf(cookies.write(`tablet.${encoded(buyerId)}`, life));
    const good = pairOf(cookies.write(`phone.${encoded(buyerId)}`, life));
    const bad = [
      drawnCookieOf(await shop.order({ headers: { cookie: lucky } })) ?? '',
      elsewhere,
      pairOf(strangers.write(`phone.${encoded(buyerId)}`, life)),
      `${good.slice(0, -2)}AA`,
      unlucky.replace('__Host-sluice_guest', 'sluice_drawn'),
      'sluice_drawn=',
    ];
    for (const cookie of bad) {
      const { status, type } = await told(
        shop.order({ headers: { cookie: `${unlucky}; ${cookie}` } }),
      );
      expect({ status, type }, cookie).toEqual({ status: 429, type: '/problems/not-drawn' });
    }
    const headers = { cookie: `${unlucky}; ${good}` };
    expect((await shop.order({ headers })).status, 'the real one').toBe(202);
    const planted = { cookie: `${[unlucky, ...bad, good].join('; ')}` };
    expect((await shop.order({ headers: planted })).status, 'behind planted ones').toBe(202);
    expect((await shop.order({ saleId: 'tablet', headers })).status, 'elsewhere').toBe(429);
  });

  test('against the other gates: the sale is paused, sold out or over all the same', async () => {
    for (const [change, status] of [
      [{ paused: true }, 403],
      [{ soldOut: true, remaining: 0 }, 409],
      [{ closesAtMs: START_MS }, 410],
    ] as const) {
      const shop = openShop(openSale({ ...narrow, ...change }));
      const known = (await guest(shop)).cookie ?? '';
      const drawn = pairOf(cookies.write(`phone.${encoded(idOf(known))}`, life));
      const headers = { cookie: `${known}; ${drawn}` };
      expect((await shop.order({ headers })).status).toBe(status);
    }
  });
});
