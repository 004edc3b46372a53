/**
 * What a whole crowd sends at the same moment: orders, and joining the waitlist. Both pass all
 * gates, from the cheapest to the dearest, so that a refusal costs next to nothing: what the
 * isolate knows of the sale, then the address, then who is buying and whether they may, then the
 * draw, then whether the origin is too busy, then a token; only then does the origin hear of it.
 *
 * Waiting takes the draw as ordering does: else losing it would be the way to a place in line. And
 * it takes the tokens of the same rate, which are free then: a sale that is sold out has no orders.
 */
import { PRESALE_CODE_HEADER } from '../../contract/access.ts';
import { saleIdSchema } from '../../contract/ids.ts';
import type { Refusal } from '../../contract/outcomes.ts';
import { isRehearsal, type SaleSnapshot } from '../../contract/sale.ts';
import { answerOf, cookieHeaders, type ExtraHeaders } from '../answer.ts';
import { type ReadBody, readJoin, readOrder } from '../body.ts';
import { accessGate } from '../gates/access-gate.ts';
import type { RequestClass } from '../gates/buyer-limit.ts';
import { soldOutGate } from '../gates/sold-out-gate.ts';
import { timeGate } from '../gates/time-gate.ts';
import { waitlistGate } from '../gates/waitlist-gate.ts';
import type { Buyer } from '../identity.ts';
import type { RequestContext } from '../platform.ts';
import type { OriginLoad } from '../pressure-seen.ts';
import { rateLimitHeaders } from '../rate-limit-headers.ts';
import type { RequestTrace } from '../trace.ts';
import type { Edge } from '../wiring.ts';

interface CrowdRequest {
  method: 'POST' | 'PUT';
  /** Below the sale's path. */
  resource: 'orders' | 'waitlist';
  /** What the sale's state has to say, after its opening hours. */
  stateGate(sale: SaleSnapshot): Refusal | undefined;
  requestClass: RequestClass;
  /** What its outcomes count as. */
  counted: 'outcomes' | 'joins';
  read(request: Request, perBuyer: number): Promise<ReadBody>;
}

const ORDER: CrowdRequest = {
  method: 'POST',
  resource: 'orders',
  stateGate: soldOutGate,
  requestClass: 'order',
  counted: 'outcomes',
  read: readOrder,
};

const JOIN: CrowdRequest = {
  method: 'PUT',
  resource: 'waitlist',
  stateGate: waitlistGate,
  requestClass: 'change',
  counted: 'joins',
  read: readJoin,
};

interface Arrival {
  request: Request;
  saleId: string;
  context: RequestContext;
}

/** One order of one buyer, from the click to the origin's answer. */
export function placeOrder(edge: Edge, arrival: Arrival): Promise<Response> {
  return traced(edge, ORDER, arrival);
}

export function joinWaitlist(edge: Edge, arrival: Arrival): Promise<Response> {
  return traced(edge, JOIN, arrival);
}

function traced(edge: Edge, wanted: CrowdRequest, arrival: Arrival): Promise<Response> {
  const { traces } = edge;
  if (traces === undefined) return throughGates(edge, wanted, arrival, undefined);
  const { saleId, context } = arrival;
  const route = `/api/sales/{saleId}/${wanted.resource}`;
  const request = { method: wanted.method, route, saleId, context };
  return traces.serve(request, (trace) => throughGates(edge, wanted, arrival, trace));
}

async function throughGates(
  edge: Edge,
  { method, resource, stateGate, requestClass, counted, read }: CrowdRequest,
  arrival: Arrival,
  trace: RequestTrace | undefined,
): Promise<Response> {
  const { request, saleId, context } = arrival;
  const { clock } = edge.platform;
  const tell = (outcome: string) => {
    trace?.tell(outcome);
    edge.counts?.answered(arrival, counted, outcome);
  };
  const refuse = (refusal: Refusal, headers?: ExtraHeaders, outcome: string = refusal.kind) => {
    tell(outcome);
    return answerOf(refusal, headers);
  };
  if (!saleIdSchema.safeParse(saleId).success) return answerOf({ kind: 'unknown-sale' });
  const sale = await edge.snapshots.find(saleId, context);
  if (sale.kind !== 'sale') return answerOf(sale);
  const { snapshot } = sale;
  const closed = timeGate(snapshot, clock.nowMs()) ?? stateGate(snapshot);
  if (closed) return refuse(closed);

  // A whole rehearsal comes from one address, and with a ticket (edge/rehearsals.ts).
  const address = isRehearsal(saleId) ? undefined : edge.addressOf(request);
  const ofAddress = edge.addressLimit.take({ address, kind: 'click', nowMs: clock.nowMs() });
  if (ofAddress.refusal) {
    return refuse(ofAddress.refusal, rateLimitHeaders([ofAddress.state]), 'address-limited');
  }
  const buyer = await edge.identify(request, clock.nowMs());
  if (buyer.kind !== 'buyer') return refuse(buyer);
  const { buyerId } = buyer;
  const newcomer = cookieHeaders(buyer.setCookie);

  const barred = await whyBarred(edge, { request, buyer, snapshot, context });
  if (barred) return refuse(barred, newcomer);

  const nowMs = clock.nowMs();
  const draw = edge.judgeDraw(request, sale, { buyerId, nowMs });
  if (draw.kind !== 'drawn') return refuse(draw, newcomer);
  const cookie = { ...newcomer, ...draw.headers };
  const limited = edge.buyerLimit.take({ buyerId, requestClass, nowMs });
  if (limited.refusal) {
    const headers = { ...cookie, ...rateLimitHeaders([limited.state]) };
    return refuse(limited.refusal, headers, 'buyer-limited');
  }

  // Only now: of a refused request the body is never read.
  const wanted = await read(request, snapshot.perBuyer);
  if (wanted.kind === 'refused') return refuse(wanted.refusal, cookie);
  const shed = edge.shedding.judge(saleId, edge.platform.random.fraction(), clock.nowMs());
  if (shed) return refuse(shed, cookie);
  const rated = await edge.leases.admit(snapshot, context, request.cf);
  const extra = { ...cookie, ...rated.headers };
  if (rated.refusal) return refuse(rated.refusal, extra);
  edge.counts?.admitted(saleId);

  const { body, idempotencyKey } = wanted;
  const path = `/api/sales/${saleId}/${resource}`;
  const observe = (load: OriginLoad) => noteLoad(edge, saleId, load);
  const forwarded = { method, path, buyerId, body, idempotencyKey, trace, observe, tell };
  return edge.forward(forwarded, extra);
}

interface Known {
  request: Request;
  buyer: Buyer;
  snapshot: SaleSnapshot;
  context: RequestContext;
}

/** A guest has to be a person where that is asked for, and the operator may have invited others. */
async function whyBarred(
  edge: Edge,
  { request, buyer, snapshot, context }: Known,
): Promise<Refusal | undefined> {
  const notHuman = edge.humans?.refusal(request, buyer, edge.platform.clock.nowMs());
  if (notHuman) return notHuman;
  const access = await edge.findAccess(snapshot, context);
  if (access === undefined || 'kind' in access) return access;
  const presaleCode = request.headers.get(PRESALE_CODE_HEADER);
  return accessGate(access, { buyerId: buyer.buyerId, presaleCode });
}

/** What one answer says is for this isolate's next requests, and for the sale's rate everywhere. */
function noteLoad({ platform, shedding, pressureSeen }: Edge, saleId: string, load: OriginLoad) {
  shedding.note(saleId, load, platform.clock.nowMs());
  pressureSeen.note(saleId, load);
}
