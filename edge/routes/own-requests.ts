/**
 * A buyer's requests about what is theirs already: orders, paying and cancelling them, a place in
 * line. They pass no gate of the crowd and take none of the sale's tokens, since whoever bought
 * must be able to pay while others still click; each buyer's number of them is limited instead.
 *
 * Reads come by themselves, each second of every open page. While the origin is too busy, or hangs,
 * most are let go here, by what the last ones came to; what a buyer asked for by a click never is.
 */
import { orderIdSchema, saleIdSchema } from '../../contract/ids.ts';
import type { MyOrders } from '../../contract/order.ts';
import type { Refusal } from '../../contract/outcomes.ts';
import { answerOf, cookieHeaders, type ExtraHeaders, jsonAnswer } from '../answer.ts';
import { refuseBody } from '../body.ts';
import type { ForwardedRequest } from '../forward.ts';
import type { OriginLoad } from '../pressure-seen.ts';
import { rateLimitHeaders } from '../rate-limit-headers.ts';
import type { Edge } from '../wiring.ts';

/** A read takes milliseconds, and the page asks again: what hangs must not hold one a page. */
const READ_TIMEOUT_MS = 3_000;
/** In place of a sale's id, for all reads of this isolate; no id has a space in it. */
const SHED_AS = 'own reads';

interface OwnRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** Made of checked ids. */
  path: string;
  /** What a guest who is new with this request is told: they have nothing yet. */
  newcomer(headers: ExtraHeaders | undefined): Response;
}

export function readOrder(edge: Edge, request: Request, orderId: string) {
  if (!orderIdSchema.safeParse(orderId).success) return answerOf({ kind: 'unknown-order' });
  const path = `/api/orders/${orderId}`;
  return forwardOwn(edge, request, { method: 'GET', path, newcomer: refused('unknown-order') });
}

/** Starts to pay an order, or cancels it. */
export function changeOrder(
  edge: Edge,
  request: Request,
  change: { orderId: string; kind: 'payment' | 'cancellation' },
) {
  const { orderId, kind } = change;
  if (!orderIdSchema.safeParse(orderId).success) return answerOf({ kind: 'unknown-order' });
  const path = `/api/orders/${orderId}/${kind}`;
  return forwardOwn(edge, request, { method: 'POST', path, newcomer: refused('unknown-order') });
}

export function readMyOrders(edge: Edge, request: Request) {
  const none: MyOrders = { orders: [] };
  return forwardOwn(edge, request, {
    method: 'GET',
    path: '/api/orders',
    newcomer: (headers) => jsonAnswer(none, { 'cache-control': 'no-store', ...headers }),
  });
}

/** A buyer's order or rank in a sale. */
export function readMine(
  edge: Edge,
  request: Request,
  mine: { saleId: string; of: 'orders' | 'leaderboard' },
) {
  const { saleId, of } = mine;
  if (!saleIdSchema.safeParse(saleId).success) return answerOf({ kind: 'unknown-sale' });
  const path = `/api/sales/${saleId}/${of}/mine`;
  return forwardOwn(edge, request, { method: 'GET', path, newcomer: refused('unknown-order') });
}

/** Tells a buyer's place in line, or gives it up. */
export function ownPlace(edge: Edge, request: Request, method: 'GET' | 'DELETE', saleId: string) {
  if (!saleIdSchema.safeParse(saleId).success) return answerOf({ kind: 'unknown-sale' });
  const path = `/api/sales/${saleId}/waitlist`;
  return forwardOwn(edge, request, { method, path, newcomer: refused('not-waiting') });
}

async function forwardOwn(edge: Edge, request: Request, own: OwnRequest): Promise<Response> {
  const nowMs = edge.platform.clock.nowMs();
  const buyer = await edge.identify(request, nowMs);
  if (buyer.kind !== 'buyer') return answerOf(buyer);
  const { buyerId, setCookie } = buyer;
  // A guest who is new with this request has nothing here; the origin need not be asked.
  if (setCookie !== undefined) return own.newcomer(cookieHeaders(setCookie));
  const { method, path } = own;
  const requestClass = method === 'GET' ? 'read' : 'change';
  const limited = edge.buyerLimit.take({ buyerId, requestClass, nowMs });
  const headers = rateLimitHeaders([limited.state]);
  if (limited.refusal) return answerOf(limited.refusal, headers);
  const withBody = method === 'POST' ? await refuseBody(request) : undefined;
  if (withBody) return answerOf(withBody, headers);
  const forwarded = { method, path, buyerId };
  if (method !== 'GET') return edge.forward(forwarded, headers);
  return forwardRead(edge, forwarded, headers);
}

function forwardRead(
  { forward, shedding, platform: { clock, random } }: Edge,
  read: ForwardedRequest,
  headers: ExtraHeaders,
): Response | Promise<Response> {
  const shed = shedding.judge(SHED_AS, random.fraction(), clock.nowMs());
  if (shed) return answerOf(shed, headers);
  const observe = (load: OriginLoad) => shedding.note(SHED_AS, load, clock.nowMs());
  return forward({ ...read, timeoutMs: READ_TIMEOUT_MS, observe }, headers);
}

function refused(kind: (Refusal & { kind: 'unknown-order' | 'not-waiting' })['kind']) {
  return (headers: ExtraHeaders | undefined) => answerOf({ kind }, headers);
}
