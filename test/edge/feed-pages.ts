/**
 * Sales, buyers' pages and posts for tests of the result feed, in the Worker as it is deployed:
 * real sockets, real objects. Every sale is a new one, so each test has objects of its own.
 */
import { runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { expect, vi } from 'vitest';
import { systemClock } from '../../contract/clock.ts';
import { FEED_PROTOCOL, type FeedOrder, resultsPath } from '../../contract/feed.ts';
import { createPassKeeper, PASS_HEADER, type PassKey } from '../../contract/pass.ts';
import { problem } from '../../contract/problem.ts';
import { systemRandom } from '../../contract/random.ts';
import type { SaleSnapshot } from '../../contract/sale.ts';
import { createGuestCookies } from '../../edge/guest-cookie.ts';
import { edgeHashing } from '../../edge/hashing.ts';
import type { Bindings } from '../../edge/index.ts';
import type { ResultFeed } from '../../edge/objects/result-feed.ts';
import { openSale, PASS_KEYS } from './shop.ts';

const RESULT_FEED = (env as unknown as Bindings).RESULT_FEED as DurableObjectNamespace<ResultFeed>;
export const worker = (exports as unknown as { default: Fetcher }).default;
const guests = createGuestCookies(edgeHashing, PASS_KEYS);
export const ORDER_ID = 'q83vASNFZ4mrze8BI0VniQ';
export const OTHER_ID = 'q83vASNFZ4mrze8BI0VniA';

let sales = 0;
/** A sale of its own, and so objects of its own, with an origin that knows it. */
export function newSale(change: Partial<SaleSnapshot> = {}): string {
  sales += 1;
  const saleId = `fed-${sales}`;
  const closesAtMs = systemClock.nowMs() + 60_000;
  const sale = openSale({ saleId, opensAtMs: 0, closesAtMs, ...change });
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const { pathname } = new URL(String(input));
    if (pathname === `/edge/sales/${saleId}`) return Response.json(sale);
    const { status, headers, body } = problem(404, 'unknown-sale', 'There is no such sale');
    return Response.json(body, { status, headers });
  });
  return saleId;
}

export function newGuest() {
  const { buyerId, setCookie } = guests.mint(systemRandom, true);
  return { buyerId, cookie: setCookie.split(';')[0] ?? '' };
}

export function knock(saleId: string, headers: Record<string, string>): Promise<Response> {
  return worker.fetch(`https://shop.test/api/sales/${saleId}/feed`, {
    headers: {
      upgrade: 'websocket',
      origin: 'https://shop.test',
      'sec-websocket-protocol': FEED_PROTOCOL,
      ...headers,
    },
  });
}

export interface Page {
  socket: WebSocket;
  heard: string[];
  closed: Promise<{ code: number; reason: string }>;
}

export async function openPage(saleId: string, cookie: string): Promise<Page> {
  const { status, webSocket: socket } = await knock(saleId, { cookie });
  expect(status).toBe(101);
  if (socket === null) throw new Error('no socket');
  const heard: string[] = [];
  socket.addEventListener('message', ({ data }) => void heard.push(String(data)));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason }));
  });
  socket.accept();
  return { socket, heard, closed };
}

export function reserved(saleId: string, orderId = ORDER_ID): FeedOrder {
  const payBefore = '2026-11-11T00:05:00.000Z';
  return { orderId, saleId, state: 'reserved', quantity: 1, payBefore };
}

interface Post {
  keys?: PassKey[];
  buyerId?: string;
  path?: string;
  signed?: string;
  atMs?: number;
}

export function post(saleId: string, value: unknown, change: Post = {}): Promise<Response> {
  const { keys = PASS_KEYS, buyerId = '', path = resultsPath(saleId) } = change;
  const { atMs: timeMs = systemClock.nowMs() } = change;
  const body = JSON.stringify(value);
  const claims = { timeMs, method: 'POST', path, buyerId, idempotencyKey: '' };
  const pass = createPassKeeper(edgeHashing, keys).sign({ ...claims, body: change.signed ?? body });
  const headers = { [PASS_HEADER]: pass };
  return worker.fetch(`https://shop.test${resultsPath(saleId)}`, { method: 'POST', headers, body });
}

export async function tell(
  saleId: string,
  buyerId: string,
  order = reserved(saleId),
): Promise<number> {
  const response = await post(saleId, { results: [{ buyerId, order }] });
  expect(response.status).toBe(200);
  return (await response.json<{ told: number }>()).told;
}

/** The object that has the sale's socket; a sale of these tests has one. */
export async function objectOf(saleId: string) {
  for (let shard = 0; shard < 8; shard += 1) {
    const stub = RESULT_FEED.getByName(`${saleId}:${shard}`);
    const count = await runInDurableObject(stub, (_, state) => state.getWebSockets().length);
    if (count > 0) return stub;
  }
  throw new Error('no object has a socket');
}

export async function untilHeard({ heard }: Page, count: number): Promise<string[]> {
  await vi.waitFor(() => expect(heard.length).toBeGreaterThanOrEqual(count), {
    interval: 2,
    timeout: 15_000,
  });
  return heard;
}
