/**
 * A shop for the page's tests: serves edge/web as the edge does (compressed, one page for every
 * sale, a strict content policy) and answers the buyer's routes from a script. It keeps every
 * request with its time, so that a test can say what was asked, when, and under which key. Its
 * clock may differ from the machine's, which is how a buyer with a wrong clock is played.
 */
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { systemClock } from '../../contract/clock.ts';
import type { OrderView } from '../../contract/order.ts';
import { type HttpAnswer, httpOf, type Outcome } from '../../contract/outcomes.ts';
import { type SaleView, saleStateAt } from '../../contract/sale.ts';

const WEB = join(import.meta.dirname, '../../edge/web');
const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** Stricter than the page may ever meet: nothing inline, nothing from elsewhere. */
const CONTENT_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'";

export const ORDER_ID = 'q83vASNFZ4mrze8BI0VniQ';

export interface SeenRequest {
  method: string;
  path: string;
  atMs: number;
  key: string | undefined;
  cookie: string | undefined;
  body: string;
}

/** `lost`: the shop acts and the connection breaks before its answer. */
export type Reply = Outcome | 'lost';

export interface Shop {
  url: string;
  sale: SaleView;
  /** The order that polling finds; undefined: none. */
  order: OrderView | undefined;
  /** What the next clicks are answered; when used up, `place` decides. */
  replies: Reply[];
  place(request: SeenRequest): Reply;
  seen: SeenRequest[];
  /** How many requests came without a cookie where who asks matters: each made a guest. */
  guests: number;
  clockDelayMs: number;
  nowMs(): number;
  requests(method: string, path: RegExp): SeenRequest[];
  stop(): Promise<void>;
}

export interface ShopOptions {
  sale?: Partial<SaleView>;
  opensInMs?: number;
  closesInMs?: number;
  /** How far the shop's clock is ahead of this machine's. */
  aheadMs?: number;
}

export async function startShop(options: ShopOptions = {}): Promise<Shop> {
  const nowMs = () => systemClock.nowMs() + (options.aheadMs ?? 0);
  const server = createServer((request, response) => void answer(shop, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const shop: Shop = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sale: saleOf(options, nowMs()),
    order: undefined,
    replies: [],
    place() {
      shop.order = orderOf({ state: 'queued' });
      return { kind: 'accepted', order: shop.order };
    },
    seen: [],
    guests: 0,
    clockDelayMs: 0,
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
    opensAt: new Date(nowMs + (options.opensInMs ?? -1000)).toISOString(),
    closesAt: new Date(nowMs + (options.closesInMs ?? 3_600_000)).toISOString(),
    now: new Date(nowMs).toISOString(),
    units: 100,
    remaining: 100,
    perBuyer: 1,
    ...options.sale,
  };
}

async function answer(shop: Shop, request: IncomingMessage, response: ServerResponse) {
  const path = request.url ?? '/';
  const atMs = shop.nowMs();
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const key = request.headers['idempotency-key'];
  const method = request.method ?? '';
  const { cookie } = request.headers;
  const seen = { method, path, atMs, body, cookie, key: typeof key === 'string' ? key : undefined };
  shop.seen.push(seen);
  if (!path.startsWith('/api/')) return serveFile(path, response);
  const reply = replyTo(shop, seen);
  if (reply === 'lost') return void response.destroy();
  const isGuestless = cookie === undefined && path !== '/api/sales/demo';
  const headers = isGuestless ? { 'set-cookie': `guest=${shop.guests++}; Path=/` } : {};
  if (path === '/api/clock') await sleep(shop.clockDelayMs);
  const type = { 'content-type': 'application/json' };
  response.writeHead(reply.status, { ...type, ...headers, ...reply.headers });
  response.end(JSON.stringify(reply.body));
}

function replyTo(
  shop: Shop,
  seen: SeenRequest,
): HttpAnswer | 'lost' | { status: number; headers: Record<string, string>; body: unknown } {
  const now = new Date(shop.nowMs()).toISOString();
  if (seen.path === '/api/clock') return { status: 200, headers: {}, body: { now } };
  if (seen.path === '/api/sales/demo') {
    return { status: 200, headers: {}, body: { ...shop.sale, now, state: stateOf(shop) } };
  }
  if (!seen.path.startsWith('/api/sales/demo/') && !seen.path.startsWith('/api/orders/')) {
    return httpOf({ kind: 'unknown-sale' });
  }
  if (seen.method === 'POST') {
    const reply = shop.replies.shift() ?? shop.place(seen);
    return reply === 'lost' ? reply : httpOf(reply);
  }
  return httpOf(
    shop.order === undefined ? { kind: 'unknown-order' } : { kind: 'order', order: shop.order },
  );
}

function stateOf({ sale, nowMs }: Shop) {
  if (sale.state !== 'scheduled') return sale.state;
  const [opensAtMs, closesAtMs] = [Date.parse(sale.opensAt), Date.parse(sale.closesAt)];
  const soldOut = sale.remaining === 0;
  return saleStateAt({ opensAtMs, closesAtMs, paused: false, soldOut }, nowMs());
}

async function serveFile(path: string, response: ServerResponse) {
  const file = join(WEB, path.startsWith('/s/') ? 'sale.html' : path);
  const type = CONTENT_TYPES[extname(file)];
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (type === undefined || !isThere) return void response.writeHead(404).end();
  response.writeHead(200, {
    'content-type': type,
    'content-encoding': 'gzip',
    ...(extname(file) === '.html' ? { 'content-security-policy': CONTENT_POLICY } : {}),
  });
  createReadStream(file).pipe(createGzip()).pipe(response);
}
