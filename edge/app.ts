/**
 * The edge's flow. An order passes the gates from the cheapest to the dearest, so that a refusal costs
 * next to nothing: what the isolate knows of the sale, then who is buying, then the draw, then a token;
 * only then does the origin hear of it.
 */
import { type Context, Hono } from 'hono';
import { orderIdSchema, saleIdSchema } from '../contract/ids.ts';
import type { Outcome } from '../contract/outcomes.ts';
import { createPassKeeper } from '../contract/pass.ts';
import { saleViewOf } from '../contract/sale.ts';
import { answerOf, type ExtraHeaders, jsonAnswer, methodNotAllowed } from './answer.ts';
import { declaredLengthGate, readOrder } from './body.ts';
import { createDocumentation } from './documentation.ts';
import type { Environment } from './environment.ts';
import { createForward } from './forward.ts';
import { createBuyerLimit } from './gates/buyer-limit.ts';
import { drawGate } from './gates/draw-gate.ts';
import { soldOutGate } from './gates/sold-out-gate.ts';
import { timeGate } from './gates/time-gate.ts';
import { createGuestCookies } from './guest-cookie.ts';
import { edgeHashing } from './hashing.ts';
import { createIdentify } from './identity.ts';
import { type AskBucket, createLeases } from './leases.ts';
import { logError, messageOf } from './log.ts';
import { createOriginCall } from './origin.ts';
import type { Platform, RequestContext } from './platform.ts';
import { createSnapshots } from './snapshot.ts';
import { createSnapshotSource } from './snapshot-source.ts';

export interface EdgeNeeds {
  environment: Environment;
  platform: Platform;
  askBucket: AskBucket;
}

export function createApp({ environment, platform, askBucket }: EdgeNeeds): Hono {
  const { clock, random } = platform;
  const { originUrl, passKeys, rateShards } = environment;
  const passes = createPassKeeper(edgeHashing, passKeys);
  const callOrigin = createOriginCall(platform, { originUrl, passes });
  const source = { platform, hashing: edgeHashing, passKeys, callOrigin };
  const fetchSnapshot = createSnapshotSource(source);
  const snapshots = createSnapshots({ platform, hashing: edgeHashing, fetchSnapshot });
  const guests = createGuestCookies(edgeHashing, passKeys);
  const identify = createIdentify({ environment, guests, random });
  const buyerLimit = createBuyerLimit();
  const leases = createLeases({ platform, askBucket, maxShards: rateShards });
  const forward = createForward(callOrigin);
  const documentation = createDocumentation(platform, callOrigin);

  async function placeOrder(request: Request, saleId: string, context: RequestContext) {
    if (!saleIdSchema.safeParse(saleId).success) return answerOf({ kind: 'unknown-sale' });
    const tooLong = declaredLengthGate(request.headers);
    if (tooLong) return answerOf(tooLong);

    const sale = await snapshots.find(saleId, context);
    if (sale.kind !== 'sale') return answerOf(sale);
    const { snapshot } = sale;
    const closed = timeGate(snapshot, clock.nowMs()) ?? soldOutGate(snapshot);
    if (closed) return answerOf(closed);

    const order = await readOrder(request, snapshot.perBuyer);
    if (order.kind === 'refused') return answerOf(order.refusal);
    const buyer = await identify(request, clock.nowMs());
    if (buyer.kind !== 'buyer') return answerOf(buyer);
    const { buyerId } = buyer;
    const cookie = cookieHeaders(buyer.setCookie);

    const nowMs = clock.nowMs();
    const limited = buyerLimit.take({ buyerId, requestClass: 'order', nowMs });
    if (limited.refusal) return answerOf(limited.refusal, { ...cookie, ...limited.headers });
    const { shareSteps } = snapshot;
    const notDrawn = drawGate({ shareSteps, seedHash: sale.seedHash }, buyerId, nowMs);
    if (notDrawn) return answerOf(notDrawn, cookie);
    const rated = await leases.admit(snapshot, context);
    const extra = { ...cookie, ...rated.headers };
    if (rated.refusal) return answerOf(rated.refusal, extra);

    const { body, idempotencyKey } = order;
    const path = `/api/sales/${saleId}/orders`;
    const clientHeaders = request.headers;
    return forward({ method: 'POST', path, buyerId, body, idempotencyKey, clientHeaders }, extra);
  }

  /** A buyer's own orders. `path` is made of checked ids. */
  async function readOwn(request: Request, path: string) {
    const nowMs = clock.nowMs();
    const buyer = await identify(request, nowMs);
    if (buyer.kind !== 'buyer') return answerOf(buyer);
    const { buyerId, setCookie } = buyer;
    // A guest who is new with this request has no orders; the origin need not be asked.
    if (setCookie) return answerOf({ kind: 'unknown-order' }, cookieHeaders(setCookie));
    const limited = buyerLimit.take({ buyerId, requestClass: 'read', nowMs });
    if (limited.refusal) return answerOf(limited.refusal, limited.headers);
    return forward(
      { method: 'GET', path, buyerId, clientHeaders: request.headers },
      limited.headers,
    );
  }

  async function viewSale(saleId: string, context: RequestContext) {
    if (!saleIdSchema.safeParse(saleId).success) return answerOf({ kind: 'unknown-sale' });
    const sale = await snapshots.find(saleId, context);
    if (sale.kind !== 'sale') return answerOf(sale);
    const view = saleViewOf(sale.snapshot, clock.nowMs());
    return jsonAnswer(view, { 'cache-control': 'public, max-age=1' });
  }

  /**
   * The server's time; and a guest who has none yet gets the cookie here, before the click. The sale's
   * view cannot carry it: that answer is the same for everybody and lies in public caches.
   */
  async function tellTime(request: Request) {
    const nowMs = clock.nowMs();
    const isGuest = environment.allowGuests && request.headers.get('authorization') === null;
    const buyer = isGuest ? await identify(request, nowMs) : undefined;
    const cookie = buyer?.kind === 'buyer' ? cookieHeaders(buyer.setCookie) : {};
    const now = new Date(clock.nowMs()).toISOString();
    return jsonAnswer({ now }, { 'cache-control': 'no-store', ...cookie });
  }

  async function showDocumentation({ req, executionCtx }: Context) {
    const shown = await documentation(new URL(req.url).pathname, executionCtx);
    return shown instanceof Response ? shown : answerOf(shown);
  }

  const app = new Hono();
  app.post('/api/sales/:saleId/orders', ({ req, executionCtx }) =>
    placeOrder(req.raw, req.param('saleId'), executionCtx),
  );
  app.get('/api/sales/:saleId/orders/mine', ({ req }) => {
    const saleId = req.param('saleId');
    if (!saleIdSchema.safeParse(saleId).success) return answerOf({ kind: 'unknown-sale' });
    return readOwn(req.raw, `/api/sales/${saleId}/orders/mine`);
  });
  app.get('/api/orders/:orderId', ({ req }) => {
    const orderId = req.param('orderId');
    if (!orderIdSchema.safeParse(orderId).success) return answerOf({ kind: 'unknown-order' });
    return readOwn(req.raw, `/api/orders/${orderId}`);
  });
  app.get('/api/sales/:saleId', ({ req, executionCtx }) =>
    viewSale(req.param('saleId'), executionCtx),
  );
  app.get('/api/clock', ({ req }) => tellTime(req.raw));
  app.get('/openapi.json', showDocumentation);
  app.get('/docs', showDocumentation);
  app.get('/docs/*', showDocumentation);
  refuseOtherMethods(app);
  app.notFound(() => answerOf({ kind: 'unknown-route' }));
  app.onError((error) => {
    logError('request-failed', { reason: messageOf(error) });
    return answerOf({ kind: 'internal' } satisfies Outcome);
  });
  return app;
}

/** After the routes themselves: what comes here has a path that is known and a method that is not. */
function refuseOtherMethods(app: Hono): void {
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
  for (const [path, allow] of Object.entries(allowed)) {
    app.options(path, () => new Response(null, { status: 204, headers: { allow } }));
    app.all(path, () => methodNotAllowed(allow));
  }
}

function cookieHeaders(setCookie: string | undefined): ExtraHeaders {
  return setCookie === undefined ? {} : { 'set-cookie': setCookie };
}
