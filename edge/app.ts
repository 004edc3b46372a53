/**
 * The edge's routes, in three kinds: what a crowd sends passes every gate, what a buyer asks about
 * their own passes identity and a limit, and what is the same for everybody comes from a copy.
 */
import { type Context, Hono } from 'hono';
import { answerOf, cookieHeaders, jsonAnswer } from './answer.ts';
import { logError, messageOf } from './log.ts';
import { joinWaitlist, placeOrder } from './routes/crowd-requests.ts';
import { createOtherMethods } from './routes/other-methods.ts';
import { changeOrder, ownPlace, readMine, readMyOrders, readOrder } from './routes/own-requests.ts';
import { takeProviderEvent } from './routes/provider-events.ts';
import { viewLeaderboard, viewSale } from './routes/sale-views.ts';
import type { Edge } from './wiring.ts';

export function createApp(edge: Edge): Hono {
  const app = new Hono();
  addCrowdRoutes(app, edge);
  addOwnRoutes(app, edge);
  addPublicRoutes(app, edge);
  app.post('/api/payments/:provider/events', ({ req }) =>
    takeProviderEvent(edge, req.raw, req.param('provider')),
  );
  const others = createOtherMethods();
  app.notFound(({ req }) => others.fetch(req.raw));
  app.onError((error) => {
    logError('request-failed', { reason: messageOf(error) });
    return answerOf({ kind: 'internal' });
  });
  return app;
}

function addCrowdRoutes(app: Hono, edge: Edge): void {
  app.post('/api/sales/:saleId/orders', ({ req, executionCtx: context }) =>
    placeOrder(edge, { request: req.raw, saleId: req.param('saleId'), context }),
  );
  app.put('/api/sales/:saleId/waitlist', ({ req, executionCtx: context }) =>
    joinWaitlist(edge, { request: req.raw, saleId: req.param('saleId'), context }),
  );
}

function addOwnRoutes(app: Hono, edge: Edge): void {
  app.get('/api/sales/:saleId/orders/mine', ({ req }) =>
    readMine(edge, req.raw, { saleId: req.param('saleId'), of: 'orders' }),
  );
  app.get('/api/sales/:saleId/leaderboard/mine', ({ req }) =>
    readMine(edge, req.raw, { saleId: req.param('saleId'), of: 'leaderboard' }),
  );
  app.get('/api/sales/:saleId/waitlist', ({ req }) =>
    ownPlace(edge, req.raw, 'GET', req.param('saleId')),
  );
  app.delete('/api/sales/:saleId/waitlist', ({ req }) =>
    ownPlace(edge, req.raw, 'DELETE', req.param('saleId')),
  );
  app.get('/api/orders', ({ req }) => readMyOrders(edge, req.raw));
  app.get('/api/orders/:orderId', ({ req }) => readOrder(edge, req.raw, req.param('orderId')));
  app.post('/api/orders/:orderId/payment', ({ req }) =>
    changeOrder(edge, req.raw, { orderId: req.param('orderId'), kind: 'payment' }),
  );
  app.post('/api/orders/:orderId/cancellation', ({ req }) =>
    changeOrder(edge, req.raw, { orderId: req.param('orderId'), kind: 'cancellation' }),
  );
}

function addPublicRoutes(app: Hono, edge: Edge): void {
  app.get('/api/sales/:saleId', ({ req, executionCtx }) =>
    viewSale(edge, req.param('saleId'), executionCtx),
  );
  app.get('/api/sales/:saleId/leaderboard', ({ req, executionCtx }) =>
    viewLeaderboard(edge, { saleId: req.param('saleId'), top: req.query('top') }, executionCtx),
  );
  app.get('/api/clock', ({ req }) => tellTime(edge, req.raw));
  for (const path of ['/openapi.json', '/docs', '/docs/*']) {
    app.get(path, (context) => showDocumentation(edge, context));
  }
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
