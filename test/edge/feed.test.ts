/**
 * The result feed in the Worker as it is deployed: real sockets, real objects, hibernation. Who is
 * let in, who is told what, and what becomes of a client that does not read or does not keep still.
 */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { SignJWT } from 'jose';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../contract/clock.ts';
import { FEED_LIMITS, FEED_PROTOCOL, resultsPath } from '../../contract/feed.ts';
import { MAX_PUSHES, MAX_UNREAD, SILENT_AFTER_MS } from '../../edge/objects/feed-sockets.ts';
import { MAX_SOCKETS, MAX_SOCKETS_A_BUYER } from '../../edge/objects/result-feed.ts';
import {
  knock,
  newGuest,
  newSale,
  ORDER_ID,
  OTHER_ID,
  objectOf,
  openPage,
  type Page,
  post,
  reserved,
  tell,
  untilHeard,
  worker,
} from './feed-pages.ts';
import { JWT_SECRET, PASS_KEYS, told } from './shop.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a page that is open', () => {
  test('is told what became of its order, as the question for it would', async () => {
    const saleId = newSale();
    const { buyerId, cookie } = newGuest();
    const page = await openPage(saleId, cookie);
    expect(await tell(saleId, buyerId)).toBe(1);
    const [heard = ''] = await untilHeard(page, 1);
    expect(JSON.parse(heard)).toEqual(reserved(saleId));
  });

  test("never hears of another buyer's order", async () => {
    const saleId = newSale();
    const [ours, theirs] = [newGuest(), newGuest()];
    const mine = await openPage(saleId, ours.cookie);
    const page = await openPage(saleId, theirs.cookie);
    await tell(saleId, theirs.buyerId, reserved(saleId, OTHER_ID));
    await tell(saleId, `${ours.buyerId}x`);
    await untilHeard(page, 1);
    await tell(saleId, ours.buyerId);
    expect((await untilHeard(mine, 1)).map((text) => JSON.parse(text).orderId)).toEqual([ORDER_ID]);
    expect(page.heard).toHaveLength(1);
  });

  test('hears nothing of another sale', async () => {
    const saleId = newSale();
    const { buyerId, cookie } = newGuest();
    const page = await openPage(saleId, cookie);
    expect(await tell('fed-elsewhere', buyerId)).toBe(0);
    await tell(saleId, buyerId);
    expect(await untilHeard(page, 1)).toHaveLength(1);
  });

  test('is found again after its object was out of memory', async () => {
    const saleId = newSale();
    const { buyerId, cookie } = newGuest();
    const page = await openPage(saleId, cookie);
    const object = await objectOf(saleId);
    await evictDurableObject(object);
    expect(await tell(saleId, buyerId)).toBe(1);
    await evictDurableObject(object);
    page.socket.send('ping');
    await untilHeard(page, 2);
    expect(page.heard[1]).toBe('pong');
  });

  test('connects again after it was cut off, and hears on', async () => {
    const saleId = newSale();
    const { buyerId, cookie } = newGuest();
    const first = await openPage(saleId, cookie);
    await evictDurableObject(await objectOf(saleId), { webSockets: 'close' });
    await first.closed;
    expect(await tell(saleId, buyerId)).toBe(0);
    const second = await openPage(saleId, cookie);
    expect(await tell(saleId, buyerId)).toBe(1);
    await untilHeard(second, 1);
  });

  test("opens with a shop's token among the protocols, which is not said back", async () => {
    const saleId = newSale();
    const secret = new TextEncoder().encode(JWT_SECRET);
    const jwt = await new SignJWT({ sub: 'user-1' })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1m')
      .sign(secret);
    const protocols = (token: string) => ({
      'sec-websocket-protocol': `${FEED_PROTOCOL}, sluice.bearer.${token}`,
    });
    const { status, headers, webSocket } = await knock(saleId, protocols(jwt));
    expect([status, headers.get('sec-websocket-protocol')]).toEqual([101, FEED_PROTOCOL]);
    const heard: string[] = [];
    webSocket?.addEventListener('message', ({ data }) => void heard.push(String(data)));
    webSocket?.accept();
    expect(await tell(saleId, 'user-1')).toBe(1);
    expect((await knock(saleId, protocols(`${jwt.slice(0, -4)}AAAA`))).status).toBe(401);
    // A bad token is never taken for the guest whose cookie came along.
    const both = { ...protocols('bad'), cookie: newGuest().cookie };
    expect((await knock(saleId, both)).status).toBe(401);
  });
});

describe('who is not let in', () => {
  test('a page of another site, whatever cookie its visitor has', async () => {
    const saleId = newSale();
    const { cookie } = newGuest();
    for (const origin of ['https://evil.test', 'https://shop.test.evil.test', 'null', 'x']) {
      expect(await told(knock(saleId, { cookie, origin }))).toMatchObject({ status: 403 });
    }
    expect((await knock(saleId, { cookie, origin: 'http://shop.test' })).status).toBe(101);
  });

  test('nobody who is not known yet, and who only asks', async () => {
    const saleId = newSale();
    expect((await knock(saleId, {})).status).toBe(401);
    expect((await knock(saleId, { cookie: '__Host-sluice_guest=g-forged' })).status).toBe(401);
    const { cookie } = newGuest();
    const plain = await knock(saleId, { cookie, upgrade: 'h2c' });
    expect([plain.status, plain.headers.get('upgrade')]).toEqual([426, 'websocket']);
  });

  test('nobody to a sale that does not exist', async () => {
    newSale();
    const { cookie } = newGuest();
    expect((await knock('fed-no-such', { cookie })).status).toBe(404);
    expect((await knock('NO', { cookie })).status).toBe(404);
  });

  test('one buyer with ever more pages: the newest stay', async () => {
    const saleId = newSale();
    const { buyerId, cookie } = newGuest();
    const pages: Page[] = [];
    for (let count = 0; count <= MAX_SOCKETS_A_BUYER; count += 1) {
      pages.push(await openPage(saleId, cookie));
    }
    expect(await pages[0]?.closed).toMatchObject({ code: 4001 });
    expect(await tell(saleId, buyerId)).toBe(MAX_SOCKETS_A_BUYER);
  });
});

describe('a client that does not do as it should', () => {
  test('is closed when it sends anything', async () => {
    const saleId = newSale();
    const { buyerId, cookie } = newGuest();
    const page = await openPage(saleId, cookie);
    page.socket.send('hello');
    expect(await page.closed).toMatchObject({ code: 1008 });
    expect(await tell(saleId, buyerId)).toBe(0);
  });

  test('is dropped when it does not answer to pushes', async () => {
    const saleId = newSale();
    const { buyerId, cookie } = newGuest();
    const page = await openPage(saleId, cookie);
    for (let count = 0; count < MAX_UNREAD; count += 1) {
      expect(await tell(saleId, buyerId)).toBe(1);
    }
    expect(await tell(saleId, buyerId)).toBe(0);
    expect(await page.closed).toEqual({ code: 4000, reason: 'too slow' });
  });

  test('is not dropped while it answers, until it has had its share', async () => {
    const saleId = newSale();
    const { buyerId, cookie } = newGuest();
    const page = await openPage(saleId, cookie);
    for (let count = 1; count <= MAX_PUSHES; count += 1) {
      expect(await tell(saleId, buyerId)).toBe(1);
      await untilHeard(page, count * 2 - 1);
      await scheduler.wait(2);
      page.socket.send('ping');
      await untilHeard(page, count * 2);
    }
    expect(await tell(saleId, buyerId)).toBe(0);
    expect(await page.closed).toMatchObject({ code: 4000 });
  });

  test('is let go when nobody is there any more', async () => {
    const saleId = newSale();
    const { cookie } = newGuest();
    const page = await openPage(saleId, cookie);
    const object = await objectOf(saleId);
    expect(await runDurableObjectAlarm(object)).toBe(true);
    // Somebody may still be there.
    expect(await runInDurableObject(object, (_, { storage }) => storage.getAlarm())).not.toBe(null);
    await runInDurableObject(object, (_, state) => {
      const [socket] = state.getWebSockets();
      const openedAtMs = systemClock.nowMs() - SILENT_AFTER_MS;
      socket?.serializeAttachment({ ...socket.deserializeAttachment(), openedAtMs });
    });
    expect(await runDurableObjectAlarm(object)).toBe(true);
    expect(await page.closed).toMatchObject({ code: 4000 });
    expect(await runInDurableObject(object, (_, { storage }) => storage.getAlarm())).toBe(null);
  });

  test('does not make room for more pages than there may be', async () => {
    const saleId = newSale();
    const { cookie } = newGuest();
    const page = await openPage(saleId, cookie);
    const object = await objectOf(saleId);
    await runInDurableObject(object, (_, state) => {
      const [socket] = state.getWebSockets();
      socket?.serializeAttachment({ ...socket.deserializeAttachment(), openedAtMs: 0 });
    });
    expect(await runDurableObjectAlarm(object)).toBe(true);
    await page.closed;
    await runInDurableObject(object, (_, state) => {
      const all = Array(MAX_SOCKETS).fill(page.socket);
      vi.spyOn(state, 'getWebSockets').mockImplementation((tag) => (tag === undefined ? all : []));
    });
    expect((await knock(saleId, { cookie })).status).toBe(503);
  });
});

test('where the origin pushes nothing no page connects, nor is told to', async () => {
  const { cookie } = newGuest();
  expect((await knock(newSale({ fed: false }), { cookie })).status).toBe(404);
  const viewOf = async (saleId: string) =>
    (await worker.fetch(`https://shop.test/api/sales/${saleId}`)).json();
  expect(await viewOf(newSale({ fed: false }))).not.toHaveProperty('feed');
  expect(await viewOf(newSale())).toHaveProperty('feed', true);
});

describe('what is posted', () => {
  test('is taken from nobody but the origin', async () => {
    const saleId = newSale();
    const { buyerId, cookie } = newGuest();
    const page = await openPage(saleId, cookie);
    const batch = { results: [{ buyerId, order: reserved(saleId) }] };
    const strange = [{ id: 'new', secret: new Uint8Array(32).fill(9) }];
    const bare = { method: 'POST', body: JSON.stringify(batch) };
    const refused = [
      await worker.fetch(`https://shop.test${resultsPath(saleId)}`, bare),
      await post(saleId, batch, { keys: strange }),
      await post(saleId, batch, { signed: '{"results":[]}' }),
      await post(saleId, batch, { buyerId }),
      await post(saleId, batch, { path: resultsPath('another') }),
      await post(saleId, batch, { path: '/api/payments/sandbox/events' }),
      await post(saleId, batch, { atMs: systemClock.nowMs() - 31_000 }),
    ];
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 403));
    expect((await post(saleId, batch, { keys: PASS_KEYS.slice(1) })).status).toBe(200);
    expect(await untilHeard(page, 1)).toHaveLength(1);
  });

  test('is judged before anybody is told', async () => {
    const saleId = newSale();
    const { buyerId } = newGuest();
    const result = { buyerId, order: reserved(saleId) };
    const many = Array.from({ length: FEED_LIMITS.results + 1 }, () => result);
    const wrong: unknown[] = [
      {},
      { results: [] },
      { results: many },
      { results: [{ buyerId, order: reserved('another') }] },
      { results: [{ buyerId: 'a b', order: reserved(saleId) }] },
    ];
    for (const value of wrong) expect((await post(saleId, value)).status).toBe(400);
    const huge = { results: [], filling: 'x'.repeat(FEED_LIMITS.batchBytes) };
    expect((await post(saleId, huge)).status).toBe(413);
  });

  test('tells many buyers of many shards with one post', async () => {
    const saleId = newSale();
    const buyers = Array.from({ length: 40 }, newGuest);
    const pages = await Promise.all(buyers.map(({ cookie }) => openPage(saleId, cookie)));
    const results = buyers.map(({ buyerId }) => ({ buyerId, order: reserved(saleId) }));
    const response = await post(saleId, { results });
    expect(await response.json()).toEqual({ told: 40 });
    await Promise.all(pages.map((page) => untilHeard(page, 1)));
  });
});
