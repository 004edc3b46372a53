/**
 * A shop for the page's tests: serves edge/web as the edge does (compressed, one page for every
 * sale, the headers of `_headers`) and answers the buyer's routes from a script. It keeps every
 * request with its time, so that a test can say what was asked, when, and under which key. Its
 * clock may differ from the machine's, which is how a buyer with a wrong clock is played.
 * The sale's times count from the first question for it: a slow start of the page uses up none.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../contract/clock.ts';
import type { OrderView } from '../../contract/order.ts';
import type { SaleView } from '../../contract/sale.ts';
import { fileAt } from './page.files.ts';
import { PAY_PAGE, replyTo, type Shop } from './page.replies.ts';

export { listedOf, PAY_PAGE, placeOf, type Reply, type Shop } from './page.replies.ts';

export const ORDER_ID = 'q83vASNFZ4mrze8BI0VniQ';

export interface ShopOptions {
  sale?: Partial<SaleView>;
  /** From the first question for the sale, as `closesInMs`. */
  opensInMs?: number;
  closesInMs?: number;
  /** How far the shop's clock is ahead of this machine's. */
  aheadMs?: number;
}

export async function startShop(options: ShopOptions = {}): Promise<Shop> {
  const nowMs = () => systemClock.nowMs() + (options.aheadMs ?? 0);
  let hasBegun = false;
  const server = createServer((request, response) => {
    if (request.url === '/api/sales/demo' && !hasBegun) {
      hasBegun = true;
      Object.assign(shop.sale, timesOf(options, nowMs()));
    }
    void answer(shop, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const shop: Shop = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sale: saleOf(options, nowMs()),
    listed: undefined,
    order: undefined,
    waiting: undefined,
    draw: undefined,
    token: undefined,
    replies: [],
    place() {
      shop.order = orderOf({ state: 'queued' });
      return { kind: 'accepted', order: shop.order };
    },
    seen: [],
    guests: 0,
    clockDelayMs: 0,
    isSilent: false,
    nowMs,
    requests: (method, path) =>
      shop.seen.filter((seen) => seen.method === method && path.test(seen.path)),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return shop;
}

export function orderOf(order: Partial<OrderView> = {}): OrderView {
  return { orderId: ORDER_ID, saleId: 'demo', state: 'queued', quantity: 1, ...order };
}

export const isoIn = (shop: Shop, ms: number) => new Date(shop.nowMs() + ms).toISOString();

function saleOf(options: ShopOptions, nowMs: number): SaleView {
  return {
    saleId: 'demo',
    title: 'Kettle No. 3, enamel, 1.2 litres',
    price: 199_900,
    currency: 'CNY',
    state: 'scheduled',
    ...timesOf(options, nowMs),
    now: new Date(nowMs).toISOString(),
    units: 100,
    remaining: 100,
    perBuyer: 1,
    feed: true,
    ...options.sale,
  };
}

function timesOf({ opensInMs = -1000, closesInMs = 3_600_000 }: ShopOptions, nowMs: number) {
  return {
    opensAt: new Date(nowMs + opensInMs).toISOString(),
    closesAt: new Date(nowMs + closesInMs).toISOString(),
  };
}

async function answer(shop: Shop, request: IncomingMessage, response: ServerResponse) {
  const path = request.url ?? '/';
  const atMs = shop.nowMs();
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const key = request.headers['idempotency-key'];
  const presaleCode = request.headers['presale-code'];
  const method = request.method ?? '';
  const { cookie, authorization } = request.headers;
  const seen = {
    ...{ method, path, atMs, body, cookie, authorization },
    key: typeof key === 'string' ? key : undefined,
    presaleCode: presaleCode === undefined ? undefined : String(presaleCode),
  };
  shop.seen.push(seen);
  if (path === PAY_PAGE) return void response.writeHead(200).end('the provider’s page');
  if (!path.startsWith('/api/')) return serveFile(path, response);
  const reply = replyTo(shop, seen);
  if (reply === 'lost') return void response.destroy();
  const isPublic = /demo$|sales$|draw$|leaderboard\?/.test(path);
  const isGuestless = (cookie ?? authorization) === undefined && !isPublic;
  const headers = isGuestless ? { 'set-cookie': `guest=${shop.guests++}; Path=/` } : {};
  if (path === '/api/clock') await sleep(shop.clockDelayMs);
  const type = { 'content-type': 'application/json' };
  response.writeHead(reply.status, { ...type, ...headers, ...reply.headers });
  response.end(reply.status === 204 ? undefined : JSON.stringify(reply.body));
}

function serveFile(path: string, response: ServerResponse) {
  const file = fileAt(path);
  if (file === undefined) return void response.writeHead(404).end();
  response.writeHead(200, file.headers).end(file.body);
}
