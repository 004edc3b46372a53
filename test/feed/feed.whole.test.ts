/**
 * The result feed on the real thing: origin and edge as processes, a buyer's WebSocket between
 * them. What a buyer does is pushed to that buyer before a page would ask; the waitlist's head
 * hears of a unit that came back; and with the edge away no order waits.
 */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { FEED_PROTOCOL, FEED_TOKEN_PREFIX, type FeedOrder } from '../../contract/feed.ts';
import { type OrderView, orderViewSchema } from '../../contract/order.ts';
import { pause } from '../../origin/timer.ts';
import {
  expectHeadline,
  findChromium,
  LONG_PATIENCE_MS,
  launchChromium,
} from '../browser/page.chromium.ts';
import { openSale } from '../flow/sale.ts';
import { openShop, type Shop } from '../flow/shop.ts';

const PATIENCE_MS = 30_000;

interface Buyer {
  send(method: string, path: string, body?: unknown): Promise<OrderView>;
  heard: FeedOrder[];
  /** Connects; resolves when it is open. */
  connect(): Promise<WebSocket>;
}

describe('the result feed between processes', { timeout: LONG_PATIENCE_MS }, () => {
  let shop: Shop;
  let edgeUrl: string;

  beforeAll(async () => {
    shop = await openShop('embedded');
    const ownUrl = `http://127.0.0.1:${shop.environment.PORT}`;
    await shop.startOrigin({ EDGE_URL: ownUrl });
    edgeUrl = await shop.startEdge();
  });
  afterAll(() => shop?.close());

  async function newBuyer(saleId: string): Promise<Buyer> {
    const token = await new SignJWT({ sub: `buyer-${randomUUID()}` })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(shop.environment.BUYER_JWT_SECRET));
    const heard: FeedOrder[] = [];
    return {
      heard,
      async send(method, path, body) {
        const response = await fetch(`${edgeUrl}${path}`, {
          method,
          headers: { authorization: `Bearer ${token}`, 'idempotency-key': 'click-0001' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const answer = await response.json();
        expect([response.status, answer]).toEqual([expect.toSatisfy((code) => code < 300), answer]);
        return answer as OrderView;
      },
      async connect() {
        const url = `${edgeUrl.replace('http', 'ws')}/api/sales/${saleId}/feed`;
        const socket = new WebSocket(url, [FEED_PROTOCOL, FEED_TOKEN_PREFIX + token]);
        socket.addEventListener('message', ({ data }) => heard.push(JSON.parse(String(data))));
        const opened = Promise.withResolvers<void>();
        socket.addEventListener('open', () => opened.resolve());
        socket.addEventListener('close', ({ code }) => opened.reject(new Error(`closed: ${code}`)));
        await opened.promise;
        return socket;
      },
    };
  }

  /** The edge hears within a second that a sale is sold out; until then there is no line. */
  async function joins(buyer: Buyer, saleId: string): Promise<void> {
    const path = `/api/sales/${saleId}/waitlist`;
    for (let tries = 1; ; tries += 1) {
      if (await buyer.send('PUT', path, {}).then(Boolean, () => tries > 120)) return;
      await pause(250);
    }
  }

  async function untilState(buyer: Buyer, orderId: string, state: OrderView['state']) {
    for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += 10) {
      const found = buyer.heard.find((order) => order.orderId === orderId && order.state === state);
      if (found !== undefined) return found;
      await pause(10);
    }
    throw new Error(`heard only ${JSON.stringify(buyer.heard)}`);
  }

  test('what became of an order is pushed to its buyer, as asking would tell', async () => {
    await openSale(shop, { saleId: 'phone', units: 2 });
    const [ann, bob] = [await newBuyer('phone'), await newBuyer('phone')];
    const socket = await ann.connect();
    await bob.connect();
    expect(socket.protocol).toBe(FEED_PROTOCOL);
    const { orderId } = await ann.send('POST', '/api/sales/phone/orders', {});
    const pushed = await untilState(ann, orderId, 'reserved');
    const asked = orderViewSchema.parse(await ann.send('GET', `/api/orders/${orderId}`));
    expect(pushed).toEqual(asked);
    await ann.send('POST', `/api/orders/${orderId}/cancellation`);
    expect(await untilState(ann, orderId, 'cancelled')).toMatchObject({ closedBy: 'buyer' });
    // Bob's own comes, after all of Ann's, and nothing else.
    const own = await bob.send('POST', '/api/sales/phone/orders', {});
    await untilState(bob, own.orderId, 'reserved');
    expect(bob.heard.map((order) => order.orderId)).toEqual([own.orderId]);
  });

  test("the waitlist's head hears of the unit that came back", async () => {
    await openSale(shop, { saleId: 'one', units: 1, waitlistCap: 10 });
    const [ann, bob] = [await newBuyer('one'), await newBuyer('one')];
    const { orderId } = await ann.send('POST', '/api/sales/one/orders', {});
    await bob.connect();
    await joins(bob, 'one');
    await ann.send('POST', `/api/orders/${orderId}/cancellation`);
    for (let waitedMs = 0; bob.heard.length === 0 && waitedMs < PATIENCE_MS; waitedMs += 10) {
      await pause(10);
    }
    expect(bob.heard).toEqual([expect.objectContaining({ state: 'reserved', saleId: 'one' })]);
    const served = await bob.send('GET', '/api/sales/one/orders/mine');
    expect(served.orderId).toBe(bob.heard[0]?.orderId);
  });

  test.skipIf(findChromium() === undefined && process.env.CI === undefined)(
    'an open page shows it long before it would ask',
    async () => {
      await openSale(shop, { saleId: 'shown', units: 1 });
      const browser = await launchChromium();
      try {
        const page = await browser.newPage({ locale: 'en-GB' });
        const sockets: string[] = [];
        page.on('websocket', (socket) => sockets.push(socket.url()));
        await page.goto(`${edgeUrl}/s/shown`);
        await page.waitForSelector('[data-sale="known"]');
        const devTools = await page.context().newCDPSession(page);
        await devTools.send('Network.enable');
        const connected = new Promise((resolve) =>
          devTools.once('Network.webSocketHandshakeResponseReceived', resolve),
        );
        await page.click('#order');
        await expectHeadline(page, 'Reserved for you');
        await connected;
        const orderId = /Order (\S{22})/.exec((await page.textContent('#order-id')) ?? '')?.[1];
        const asked: string[] = [];
        page.on('request', (request) => asked.push(request.url()));
        await shop.operator.post(`/operator/orders/${orderId}/cancellation`, z.unknown(), {});
        await expectHeadline(page, 'The shop cancelled this order');
        expect(asked.filter((url) => url.includes('/api/orders/'))).toEqual([]);
        expect(sockets).toEqual([expect.not.stringContaining('g-')]);
      } finally {
        await browser.close();
      }
    },
  );
});
