/**
 * An edge under test: the real app with a clock that is set by hand, an origin that checks every
 * pass and counts what it is asked, and token buckets without a network. Each test makes its own,
 * so no isolate state leaks from one to the next.
 */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { beforeEach, vi } from 'vitest';
import { toBase64Url } from '../../contract/base64url.ts';
import { createPassKeeper, PASS_HEADER, type PassKey } from '../../contract/pass.ts';
import { problem } from '../../contract/problem.ts';
import { systemRandom } from '../../contract/random.ts';
import type { SaleSnapshot } from '../../contract/sale.ts';
import { createApp } from '../../edge/app.ts';
import type { Environment } from '../../edge/environment.ts';
import { edgeHashing } from '../../edge/hashing.ts';
import type { NumberObjects } from '../../edge/numbers.ts';
import type { LeaseAsk } from '../../edge/objects/shard.ts';
import type { Platform } from '../../edge/platform.ts';
import type { AskBucket } from '../../edge/refill.ts';
import { createEdge } from '../../edge/wiring.ts';
import { createFractions } from '../fractions.ts';
import { createRateObjects } from './rate-objects.ts';

export const START_MS = Date.parse('2026-11-11T00:00:00.000Z');
export const JWT_SECRET = 'the shop signs its tokens with this key';
export const PASS_KEYS: PassKey[] = [
  { id: 'new', secret: new Uint8Array(32).fill(1) },
  { id: 'old', secret: new Uint8Array(32).fill(2) },
];
export const SEED = toBase64Url(new Uint8Array(32).fill(7));

/** What the edge wrote to its log in the present test. */
export const logged: string[] = [];

/** The platform's own; see below. */
export const realTimeout = AbortSignal.timeout.bind(AbortSignal);

beforeEach(() => {
  logged.length = 0;
  // The clock of a shop is set by hand: nothing is given up because the machine stood still.
  vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => new AbortController().signal);
  vi.spyOn(console, 'error').mockImplementation((line) => logged.push(String(line)));
});

/** A sale that is open at START_MS and draws everybody. */
export function openSale(change: Partial<SaleSnapshot> = {}): SaleSnapshot {
  return {
    saleId: 'phone',
    version: 1,
    title: 'A phone',
    price: 199_900,
    currency: 'CNY',
    units: 100,
    remaining: 100,
    perBuyer: 2,
    opensAtMs: START_MS - 60_000,
    closesAtMs: START_MS + 3_600_000,
    paused: false,
    soldOut: false,
    waitlist: { waiting: 0, cap: 100 },
    seed: SEED,
    shareSteps: [{ atMs: 0, share: 1 }],
    ratePerSecond: 1_000,
    fed: true,
    access: { mode: 'everybody', version: 0 },
    ...change,
  };
}

/** What came to the origin, with what its pass proves. */
export interface SeenRequest {
  method: string;
  path: string;
  headers: Headers;
  body: string;
  bytes: Uint8Array;
  pass: ReturnType<ReturnType<typeof createPassKeeper>['verify']>;
}

/** Answers instead of the origin; undefined leaves the request to the standard origin. */
type OriginTwist = (request: SeenRequest) => Response | Promise<Response> | undefined;

export interface Shop {
  clock: { ms: number };
  /** What the origin knows; a test may change it at any time. */
  sales: Map<string, SaleSnapshot>;
  /** All that reached the origin, snapshots too. */
  seen: SeenRequest[];
  /** What was forwarded for somebody, and is not the edge's own question. */
  forwarded(): SeenRequest[];
  orders(): SeenRequest[];
  snapshotAsks(): number;
  /** Bucket calls so far. */
  bucketCalls(): number;
  twist: {
    origin?: OriginTwist;
    bucket?: AskBucket;
    cache?: Platform['openCache'];
    pause?: Platform['pause'];
  };
  /** Sends a request and waits for what it left behind in waitUntil. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** A cold one that shares the origin, the buckets and, unless elsewhere, the colo's cache. */
  otherIsolate(where?: 'here' | 'elsewhere'): Pick<Shop, 'fetch'>;
  /** A good order, changed by `init`. */
  order(init?: OrderInit): Promise<Response>;
}

export interface OrderInit {
  saleId?: string;
  body?: BodyInit | null;
  headers?: Record<string, string>;
}

/** Each shop has the same chance: no test of shares is unlucky once in some thousand runs. */
const CHANCE_SEED = 1;

function environmentOf(change: Partial<Environment>): Environment {
  return {
    originUrl: 'http://origin.test',
    passKeys: PASS_KEYS,
    buyerJwtSecret: new TextEncoder().encode(JWT_SECRET),
    buyerJwtSecretOld: undefined,
    buyerJwksUrl: undefined,
    buyerJwtIssuer: undefined,
    buyerJwtAudience: undefined,
    turnstile: undefined,
    trustedAddressHeader: 'cf-connecting-ip',
    addressLimit: 200,
    allowGuests: true,
    allowedOrigins: new Set(),
    rateShards: 4,
    feedShards: 8,
    ...change,
  };
}

/** With `numberObjects` its edge counts. */
export function openShop(
  sale = openSale(),
  change: Partial<Environment> = {},
  numberObjects?: NumberObjects,
): Shop {
  const clock = { ms: START_MS };
  const seen: SeenRequest[] = [];
  const sales = new Map([[sale.saleId, sale]]);
  const twist: Shop['twist'] = {};
  const buckets = createBuckets(clock);
  const platform: Platform = {
    clock: { nowMs: () => clock.ms },
    random: { ...systemRandom, fraction: createFractions(CHANCE_SEED) },
    pause: (durationMs) => twist.pause?.(durationMs) ?? scheduler.wait(durationMs),
    openCache: createColoCache(clock, twist),
    send: async (url, init) => {
      const request = await readSeen(new Request(url, init), clock.ms);
      seen.push(request);
      const answer = Promise.resolve(twist.origin?.(request));
      return (await Promise.race([answer, aborted(init.signal)])) ?? answerAsOrigin(request, sales);
    },
  };
  const environment = environmentOf(change);
  const askBucket: AskBucket = (name, ask, region) =>
    twist.bucket?.(name, ask, region) ?? buckets.ask(name, ask);
  const startIsolate = (isolate = platform) => {
    const counting = numberObjects && { numberObjects };
    const app = createApp(createEdge({ environment, platform: isolate, askBucket, ...counting }));
    return async (path: string, init: RequestInit = {}) => {
      const context = createExecutionContext();
      const response = await app.fetch(new Request(`https://shop.test${path}`, init), {}, context);
      await waitOnExecutionContext(context);
      return response;
    };
  };
  const fetchEdge = startIsolate();

  return {
    clock,
    sales,
    seen,
    twist,
    forwarded: () => seen.filter(({ path }) => !path.startsWith('/edge/')),
    orders: () => seen.filter(({ method, path }) => method === 'POST' && path.endsWith('/orders')),
    snapshotAsks: () => seen.filter(({ path }) => path.startsWith('/edge/')).length,
    bucketCalls: () => buckets.calls(),
    fetch: fetchEdge,
    otherIsolate(where = 'here') {
      const openCache = where === 'here' ? platform.openCache : createColoCache(clock, twist);
      return { fetch: startIsolate({ ...platform, openCache }) };
    },
    order: ({ saleId = 'phone', body = '{"quantity":1}', headers = {} } = {}) =>
      fetchEdge(`/api/sales/${saleId}/orders`, {
        method: 'POST',
        body,
        headers: { 'idempotency-key': 'click-0001', ...headers },
      }),
  };
}

/** The cookie of a guest who is known already. */
export async function guest(shop: Shop): Promise<Record<string, string>> {
  const cookie = (await shop.fetch('/api/clock')).headers.get('set-cookie') ?? '';
  return { cookie: cookie.slice(0, cookie.indexOf(';')) };
}

/** What the edge's caller sees of an answer: status, problem type, headers, body. */
export async function told(response: Response | Promise<Response>) {
  const answer = await response;
  const body: Record<string, unknown> = await answer.json();
  return { status: answer.status, type: body.type, headers: answer.headers, body };
}

function createBuckets(clock: { ms: number }) {
  const objects = createRateObjects({
    clock: { nowMs: () => clock.ms },
    pause: (durationMs) => scheduler.wait(durationMs),
  });
  let calls = 0;
  return {
    calls: () => calls,
    ask(name: string, ask: LeaseAsk) {
      calls += 1;
      return objects.shard(name).lease(ask);
    },
  };
}

/** A cache that forgets by the test's clock. */
function createColoCache(clock: { ms: number }, twist: Shop['twist']): Platform['openCache'] {
  const kept = new Map<string, { response: Response; untilMs: number }>();
  const cache = {
    async match(key: string) {
      const entry = kept.get(key);
      return entry !== undefined && clock.ms < entry.untilMs ? entry.response.clone() : undefined;
    },
    async put(key: string, response: Response) {
      const [, seconds] = /max-age=(\d+)/.exec(response.headers.get('cache-control') ?? '') ?? [];
      kept.set(key, { response, untilMs: clock.ms + Number(seconds) * 1000 });
    },
  };
  return async (name) => (await twist.cache?.(name)) ?? (cache as unknown as Cache);
}

/** As fetch does it. */
function aborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason));
  });
}

async function readSeen(request: Request, nowMs: number): Promise<SeenRequest> {
  const { pathname, search } = new URL(request.url);
  const path = pathname + search;
  const { method, headers } = request;
  const bytes = new Uint8Array(await request.arrayBuffer());
  const body = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(bytes);
  const idempotencyKey = headers.get('idempotency-key') ?? '';
  const claims = { method, path, body: bytes, idempotencyKey };
  const keeper = createPassKeeper(edgeHashing, PASS_KEYS);
  const pass = keeper.verify(headers.get(PASS_HEADER) ?? undefined, claims, nowMs);
  return { method, path, headers, body, bytes, pass };
}

function answerAsOrigin(request: SeenRequest, sales: Map<string, SaleSnapshot>): Response {
  if (request.pass.kind !== 'valid') return problemAnswer(403, 'no-pass');
  const [, saleId] = /^\/edge\/sales\/([^/]+)$/.exec(request.path) ?? [];
  if (saleId !== undefined) {
    const sale = sales.get(saleId);
    return sale === undefined ? problemAnswer(404, 'unknown-sale') : Response.json(sale);
  }
  if (request.method === 'POST' && request.path.endsWith('/orders')) {
    const order = { orderId: 'AAAAAAAAAAAAAAAAAAAAAA', state: 'queued' };
    return Response.json(order, { status: 202, headers: { location: '/api/orders/AAAA' } });
  }
  const { method, path } = request;
  return Response.json({ method, path, buyerId: request.pass.buyerId });
}

export function problemAnswer(status: number, name: string): Response {
  const { headers, body } = problem(status, name, name);
  return new Response(JSON.stringify(body), { status, headers });
}
