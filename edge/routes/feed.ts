/**
 * The result feed: a buyer's page connects and hears what became of its orders; the origin posts
 * what it knows. A page is let in by the same identity as every other request of a buyer. Browsers
 * send a cookie with a WebSocket from any page and ask nobody before, so where the page is from is
 * judged here (cross-site WebSocket hijacking).
 */
import {
  FEED_LIMITS,
  FEED_PROTOCOL,
  FEED_TOKEN_PREFIX,
  feedBatchSchema,
} from '../../contract/feed.ts';
import { saleIdSchema } from '../../contract/ids.ts';
import { fieldErrors } from '../../contract/invalid.ts';
import type { Outcome } from '../../contract/outcomes.ts';
import { PASS_HEADER } from '../../contract/pass.ts';
import { problem } from '../../contract/problem.ts';
import { answerOf, jsonAnswer } from '../answer.ts';
import { readBody } from '../body.ts';
import { isOfHost } from '../cors.ts';
import type { Feeds } from '../feeds.ts';
import { logError, messageOf } from '../log.ts';
import type { RequestContext } from '../platform.ts';
import { rateLimitHeaders } from '../rate-limit-headers.ts';
import type { Edge } from '../wiring.ts';

/** A shard that is full, or an object that is away; the page polls meanwhile. */
const FULL_RETRY_MS = 30_000;
const AWAY_RETRY_MS = 1_000;

interface Visit {
  request: Request;
  saleId: string;
  context: RequestContext;
}

export async function openFeed(edge: Edge, visit: Visit): Promise<Response> {
  const { request, saleId } = visit;
  if (edge.feeds === undefined) return answerOf({ kind: 'unknown-route' });
  if (!saleIdSchema.safeParse(saleId).success) return answerOf({ kind: 'unknown-sale' });
  if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') return upgradeRequired();
  if (!isOwnPage(request, edge.environment.allowedOrigins)) {
    return answerOf({ kind: 'foreign-page' });
  }
  const nowMs = edge.platform.clock.nowMs();
  const offered = protocolsOf(request);
  const buyer = await edge.identify(withToken(request, offered), nowMs);
  if (buyer.kind !== 'buyer') return answerOf(buyer);
  if (buyer.setCookie !== undefined) {
    // The cookie could not be given with the answer to a WebSocket: each try would be a new guest.
    return answerOf({ kind: 'unauthenticated', reason: 'nothing is known of this buyer yet' });
  }
  const { buyerId } = buyer;
  const limited = edge.buyerLimit.take({ buyerId, requestClass: 'read', nowMs });
  if (limited.refusal) return answerOf(limited.refusal, rateLimitHeaders([limited.state]));
  const sale = await edge.snapshots.find(saleId, visit.context);
  if (sale.kind !== 'sale') return answerOf(sale);
  if (!sale.snapshot.fed) return answerOf({ kind: 'unknown-route' });
  return connect(edge.feeds, { saleId, buyerId, offered });
}

/** Results from the origin; posted again they say the same again. */
export async function takeResults(edge: Edge, request: Request, saleId: string): Promise<Response> {
  const { feeds, passes, platform } = edge;
  if (feeds === undefined) return answerOf({ kind: 'unknown-route' });
  const pass = request.headers.get(PASS_HEADER) ?? '';
  // A stranger, who knows no key's id, is not read.
  if (!passes.mayBeValid(pass, platform.clock.nowMs())) {
    return answerOf({ kind: 'no-pass', reason: pass === '' ? 'missing' : 'malformed' });
  }
  const read = await readBody(request, FEED_LIMITS.batchBytes);
  if (read.kind === 'refused') return answerOf(read.refusal);
  const { pathname, search } = new URL(request.url);
  const claims = { method: 'POST', path: pathname + search, body: read.body, idempotencyKey: '' };
  const verdict = passes.verify(pass, claims, platform.clock.nowMs());
  if (verdict.kind === 'invalid') return answerOf({ kind: 'no-pass', reason: verdict.reason });
  if (verdict.buyerId !== '') return answerOf({ kind: 'no-pass', reason: "a buyer's" });
  const batch = parseBatch(read.body, saleId);
  if (batch.kind !== 'batch') return answerOf(batch);
  try {
    return jsonAnswer({ told: await feeds.push(saleId, batch.results) }, NO_STORE);
  } catch (error) {
    logError('feed-failed', { saleId, reason: messageOf(error) });
    return answerOf({ kind: 'overloaded', retryAfterMs: AWAY_RETRY_MS });
  }
}

const NO_STORE = { 'cache-control': 'no-store' };

/**
 * Of this very host, by any scheme, since TLS may end before it. Judged by Origin, which no browser
 * leaves out here; not all of them say `Sec-Fetch-Site` of a WebSocket.
 */
function isOwnPage(request: Request, allowedOrigins: ReadonlySet<string>): boolean {
  const origin = request.headers.get('origin');
  return origin === null || allowedOrigins.has(origin) || isOfHost(origin, request);
}

function protocolsOf(request: Request): string[] {
  const offered = request.headers.get('sec-websocket-protocol') ?? '';
  return offered.split(',').map((name) => name.trim());
}

function withToken(request: Request, offered: readonly string[]): Request {
  const found = offered.find((name) => name.startsWith(FEED_TOKEN_PREFIX));
  if (found === undefined || request.headers.has('authorization')) return request;
  const headers = new Headers(request.headers);
  headers.set('authorization', `Bearer ${found.slice(FEED_TOKEN_PREFIX.length)}`);
  return new Request(request.url, { headers });
}

async function connect(
  feeds: Feeds,
  { saleId, buyerId, offered }: { saleId: string; buyerId: string; offered: readonly string[] },
): Promise<Response> {
  const away = answerOf({ kind: 'overloaded', retryAfterMs: FULL_RETRY_MS });
  try {
    const { webSocket } = await feeds.connect(saleId, buyerId);
    if (webSocket === null) return away;
    const headers = offered.includes(FEED_PROTOCOL)
      ? { 'sec-websocket-protocol': FEED_PROTOCOL }
      : undefined;
    return new Response(null, { status: 101, webSocket, ...(headers && { headers }) });
  } catch (error) {
    logError('feed-failed', { saleId, reason: messageOf(error) });
    return away;
  }
}

function parseBatch(body: Uint8Array, saleId: string) {
  const parsed = feedBatchSchema.safeParse(jsonOf(body));
  if (!parsed.success) return invalid(fieldErrors('body', parsed.error));
  const { results } = parsed.data;
  const foreign = results.findIndex(({ order }) => order.saleId !== saleId);
  if (foreign === -1) return { kind: 'batch', results } as const;
  const field = `body.results.${foreign}.order.saleId`;
  return invalid([{ field, message: 'must be the sale of the path' }]);
}

function invalid(errors: (Outcome & { kind: 'invalid-request' })['errors']) {
  return { kind: 'invalid-request', errors } as const;
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

/** RFC 9110, section 15.5.22. */
function upgradeRequired(): Response {
  const { status, headers, body } = problem(426, 'upgrade-required', 'This is a WebSocket');
  const answer = { ...headers, ...NO_STORE, upgrade: 'websocket' };
  return new Response(JSON.stringify(body), { status, headers: answer });
}
