/**
 * The edge's flow. An order passes the gates from the cheapest to the dearest, so that a refusal
 * costs next to nothing: what the isolate knows of the sale, then who is buying, then the draw,
 * then a token; only then does the origin hear of it.
 */
import { type Context, Hono } from 'hono';
import { orderIdSchema, saleIdSchema } from '../contract/ids.ts';
import { saleViewOf } from '../contract/sale.ts';
import { answerOf, type ExtraHeaders, jsonAnswer, methodNotAllowed } from './answer.ts';
import { readOrder } from './body.ts';
import { drawGate } from './gates/draw-gate.ts';
import { soldOutGate } from './gates/sold-out-gate.ts';
import { timeGate } from './gates/time-gate.ts';
import { logError, messageOf } from './log.ts';
import type { RequestContext } from './platform.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';
import type { Edge } from './wiring.ts';

/** One order of one buyer, from the click to the origin's answer. */
async function placeOrder(edge: Edge, request: Request, saleId: string, context: RequestContext) {
  const { clock } = edge.platform;
  if (!saleIdSchema.safeParse(saleId).success) return answerOf({ kind: 'unknown-sale' });
  const sale = await edge.snapshots.find(saleId, context);
  if (sale.kind !== 'sale') return answerOf(sale);
  const { snapshot, seedHash } = sale;
  const closed = timeGate(snapshot, clock.nowMs()) ?? soldOutGate(snapshot);
  if (closed) return answerOf(closed);

  const buyer = await edge.identify(request, clock.nowMs());
  if (buyer.kind !== 'buyer') return answerOf(buyer);
  const { buyerId } = buyer;
  const cookie = cookieHeaders(buyer.setCookie);

  const nowMs = clock.nowMs();
  const notDrawn = drawGate({ shareSteps: snapshot.shareSteps, seedHash }, buyerId, nowMs);
  if (notDrawn) return answerOf(notDrawn, cookie);
  const limited = edge.buyerLimit.take({ buyerId, requestClass: 'order', nowMs });
  if (limited.refusal) {
    return answerOf(limited.refusal, { ...cookie, ...rateLimitHeaders([limited.state]) });
  }

  // Only now: of a refused request the body is never read.
  const order = await readOrder(request, snapshot.perBuyer);
  if (order.kind === 'refused') return answerOf(order.refusal, cookie);
  const rated = await edge.leases.admit(snapshot, context);
  const extra = { ...cookie, ...rated.headers };
  if (rated.refusal) return answerOf(rated.refusal, extra);

  const { body, idempotencyKey } = order;
  const path = `/api/sales/${saleId}/orders`;
  const clientHeaders = request.headers;
  return edge.forward(
    { method: 'POST', path, buyerId, body, idempotencyKey, clientHeaders },
    extra,
  );
}

/** A buyer's own orders. `path` is made of checked ids. */
async function readOwn(edge: Edge, request: Request, path: string) {
  const nowMs = edge.platform.clock.nowMs();
  const buyer = await edge.identify(request, nowMs);
  if (buyer.kind !== 'buyer') return answerOf(buyer);
  const { buyerId, setCookie } = buyer;
  // A guest who is new with this request has no orders; the origin need not be asked.
  if (setCookie) return answerOf({ kind: 'unknown-order' }, cookieHeaders(setCookie));
  const limited = edge.buyerLimit.take({ buyerId, requestClass: 'read', nowMs });
  const headers = rateLimitHeaders([limited.state]);
  if (limited.refusal) return answerOf(limited.refusal, headers);
  return edge.forward({ method: 'GET', path, buyerId, clientHeaders: request.headers }, headers);
}

/** The same for everybody, so public caches may keep it; no cookie is ever set here. */
async function viewSale(edge: Edge, saleId: string, context: RequestContext) {
  if (!saleIdSchema.safeParse(saleId).success) return answerOf({ kind: 'unknown-sale' });
  const sale = await edge.snapshots.find(saleId, context);
  if (sale.kind !== 'sale') return answerOf(sale);
  const view = saleViewOf(sale.snapshot, edge.platform.clock.nowMs());
  return jsonAnswer(view, { 'cache-control': 'public, max-age=1' });
}

/** The server's time; a guest who has no cookie yet gets it with this answer, before the click. */
async function tellTime({ environment, identify, platform }: Edge, request: Request) {
  const nowMs = platform.clock.nowMs();
  const isGuest = environment.allowGuests && request.headers.get('authorization') === null;
  const buyer = isGuest ? await identify(request, nowMs) : undefined;
  const cookie = buyer?.kind === 'buyer' ? cookieHeaders(buyer.setCookie) : undefined;
  const now = new Date(platform.clock.nowMs()).toISOString();
  return jsonAnswer({ now }, { 'cache-control': 'no-store', ...cookie });
}

async function showDocumentation(edge: Edge, { req, executionCtx }: Context) {
  const shown = await edge.documentation(new URL(req.url).pathname, executionCtx);
  return shown instanceof Response ? shown : answerOf(shown);
}

export function createApp(edge: Edge): Hono {
  const app = new Hono();
  app.post('/api/sales/:saleId/orders', ({ req, executionCtx }) =>
    placeOrder(edge, req.raw, req.param('saleId'), executionCtx),
  );
  app.get('/api/sales/:saleId/orders/mine', ({ req }) => {
    const saleId = req.param('saleId');
    if (!saleIdSchema.safeParse(saleId).success) return answerOf({ kind: 'unknown-sale' });
    return readOwn(edge, req.raw, `/api/sales/${saleId}/orders/mine`);
  });
  app.get('/api/orders/:orderId', ({ req }) => {
    const orderId = req.param('orderId');
    if (!orderIdSchema.safeParse(orderId).success) return answerOf({ kind: 'unknown-order' });
    return readOwn(edge, req.raw, `/api/orders/${orderId}`);
  });
  app.get('/api/sales/:saleId', ({ req, executionCtx }) =>
    viewSale(edge, req.param('saleId'), executionCtx),
  );
  app.get('/api/clock', ({ req }) => tellTime(edge, req.raw));
  for (const path of ['/openapi.json', '/docs', '/docs/*']) {
    app.get(path, (context) => showDocumentation(edge, context));
  }
  const others = createOtherMethods();
  app.notFound(({ req }) => others.fetch(req.raw));
  app.onError((error) => {
    logError('request-failed', { reason: messageOf(error) });
    return answerOf({ kind: 'internal' });
  });
  return app;
}

/**
 * What a path that is known says to a method that it does not take. An app of its own: a second
 * handler on a route of the first would cost each request hono's chain of handlers.
 */
function createOtherMethods(): Hono {
  const allowed = {
    '/api/sales/:saleId/orders': 'POST',
    '/api/sales/:saleId/orders/mine': 'GET, HEAD',
    '/api/orders/:orderId': 'GET, HEAD',
    '/api/sales/:saleId': 'GET, HEAD',
    '/api/clock': 'GET, HEAD',
    '/openapi.json': 'GET, HEAD',
    '/docs': 'GET, HEAD',
    '/docs/*': 'GET, HEAD',
  };
  const others = new Hono();
  for (const [path, allow] of Object.entries(allowed)) {
    others.options(path, () => new Response(null, { status: 204, headers: { allow } }));
    others.all(path, () => methodNotAllowed(allow));
  }
  others.notFound(() => answerOf({ kind: 'unknown-route' }));
  return others;
}

function cookieHeaders(setCookie: string | undefined): ExtraHeaders | undefined {
  return setCookie === undefined ? undefined : { 'set-cookie': setCookie };
}
