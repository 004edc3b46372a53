/**
 * What a whole crowd sends at the same moment: orders, and joining the waitlist. Both pass all
 * gates, from the cheapest to the dearest, so that a refusal costs next to nothing: what the
 * isolate knows of the sale, then who is buying, then the draw, then a token; only then does the
 * origin hear of it.
 *
 * Waiting takes the draw as ordering does: else losing it would be the way to a place in line. And
 * it takes the tokens of the same rate, which are free then: a sale that is sold out has no orders.
 */
import { saleIdSchema } from '../../contract/ids.ts';
import type { Refusal } from '../../contract/outcomes.ts';
import type { SaleSnapshot } from '../../contract/sale.ts';
import { answerOf, cookieHeaders } from '../answer.ts';
import { type ReadBody, readJoin, readOrder } from '../body.ts';
import type { RequestClass } from '../gates/buyer-limit.ts';
import { drawGate } from '../gates/draw-gate.ts';
import { soldOutGate } from '../gates/sold-out-gate.ts';
import { timeGate } from '../gates/time-gate.ts';
import { waitlistGate } from '../gates/waitlist-gate.ts';
import type { RequestContext } from '../platform.ts';
import { rateLimitHeaders } from '../rate-limit-headers.ts';
import type { Edge } from '../wiring.ts';

interface CrowdRequest {
  method: 'POST' | 'PUT';
  /** Below the sale's path. */
  resource: 'orders' | 'waitlist';
  /** What the sale's state has to say, after its opening hours. */
  stateGate(sale: SaleSnapshot): Refusal | undefined;
  requestClass: RequestClass;
  read(request: Request, perBuyer: number): Promise<ReadBody>;
}

const ORDER: CrowdRequest = {
  method: 'POST',
  resource: 'orders',
  stateGate: soldOutGate,
  requestClass: 'order',
  read: readOrder,
};

const JOIN: CrowdRequest = {
  method: 'PUT',
  resource: 'waitlist',
  stateGate: waitlistGate,
  requestClass: 'change',
  read: readJoin,
};

interface Arrival {
  request: Request;
  saleId: string;
  context: RequestContext;
}

/** One order of one buyer, from the click to the origin's answer. */
export function placeOrder(edge: Edge, arrival: Arrival): Promise<Response> {
  return throughGates(edge, ORDER, arrival);
}

export function joinWaitlist(edge: Edge, arrival: Arrival): Promise<Response> {
  return throughGates(edge, JOIN, arrival);
}

async function throughGates(
  edge: Edge,
  { method, resource, stateGate, requestClass, read }: CrowdRequest,
  { request, saleId, context }: Arrival,
): Promise<Response> {
  const { clock } = edge.platform;
  if (!saleIdSchema.safeParse(saleId).success) return answerOf({ kind: 'unknown-sale' });
  const sale = await edge.snapshots.find(saleId, context);
  if (sale.kind !== 'sale') return answerOf(sale);
  const { snapshot, seedHash } = sale;
  const closed = timeGate(snapshot, clock.nowMs()) ?? stateGate(snapshot);
  if (closed) return answerOf(closed);

  const buyer = await edge.identify(request, clock.nowMs());
  if (buyer.kind !== 'buyer') return answerOf(buyer);
  const { buyerId } = buyer;
  const cookie = cookieHeaders(buyer.setCookie);

  const nowMs = clock.nowMs();
  const notDrawn = drawGate({ shareSteps: snapshot.shareSteps, seedHash }, buyerId, nowMs);
  if (notDrawn) return answerOf(notDrawn, cookie);
  const limited = edge.buyerLimit.take({ buyerId, requestClass, nowMs });
  if (limited.refusal) {
    return answerOf(limited.refusal, { ...cookie, ...rateLimitHeaders([limited.state]) });
  }

  // Only now: of a refused request the body is never read.
  const wanted = await read(request, snapshot.perBuyer);
  if (wanted.kind === 'refused') return answerOf(wanted.refusal, cookie);
  const rated = await edge.leases.admit(snapshot, context);
  const extra = { ...cookie, ...rated.headers };
  if (rated.refusal) return answerOf(rated.refusal, extra);

  const { body, idempotencyKey } = wanted;
  const path = `/api/sales/${saleId}/${resource}`;
  const clientHeaders = request.headers;
  return edge.forward({ method, path, buyerId, body, idempotencyKey, clientHeaders }, extra);
}
