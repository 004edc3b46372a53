/**
 * The edge's routes, in three kinds: what a crowd sends passes every gate, what a buyer asks about
 * their own passes identity and a limit, and what is the same for everybody comes from a copy.
 */
import { type Context, Hono } from 'hono';
import { systemClock } from '../contract/clock.ts';
import { addHeaders, answerOf, cookieHeaders, jsonAnswer } from './answer.ts';
import { createErrorLog, messageOf } from './log.ts';
import { refuseStranger } from './rehearsals.ts';
import { joinWaitlist, placeOrder } from './routes/crowd-requests.ts';
import { viewDrawIdentity, viewDrawProof } from './routes/draw-proof.ts';
import { openFeed, takeResults } from './routes/feed.ts';
import { askForChallenge, showChallenge, takeAnswer } from './routes/human.ts';
import { tellNumbers } from './routes/numbers.ts';
import { createOtherMethods } from './routes/other-methods.ts';
import { changeOrder, ownPlace, readMine, readMyOrders, readOrder } from './routes/own-requests.ts';
import { takeProviderEvent } from './routes/provider-events.ts';
import { viewLeaderboard, viewSale, viewSales } from './routes/sale-views.ts';
import { DOCUMENTATION_HEADERS, missingHeaders } from './security-headers.ts';
import type { Edge } from './wiring.ts';

/** By the system's clock: the edge's own may be what is broken. */
const logBroken = createErrorLog('request-failed', systemClock);

export function createApp(edge: Edge): Hono {
  const app = new Hono();
  addCrowdRoutes(app, edge);
  addOwnRoutes(app, edge);
  addPublicRoutes(app, edge);
  app.post('/api/payments/:provider/events', ({ req }) =>
    takeProviderEvent(edge, req.raw, req.param('provider')),
  );
  app.post('/api/sales/:saleId/results', ({ req }) =>
    takeResults(edge, req.raw, req.param('saleId')),
  );
  app.get('/api/sales/:saleId/numbers', ({ req }) =>
    tellNumbers(edge, req.raw, req.param('saleId')),
  );
  const others = createOtherMethods(edge);
  app.notFound(({ req }) => others.fetch(req.raw));
  app.onError((error) => {
    logBroken({ reason: messageOf(error) });
    return answerOf({ kind: 'internal' });
  });
  return withBorder(app, edge);
}

/**
 * Around every route: what a page of another site may not do, and what each answer says besides.
 * Not hono's middleware, which would cost each request its chain of handlers.
 */
function withBorder(app: Hono, edge: Edge): Hono {
  const { fetch } = app;
  app.fetch = async (request, bindings, context) => {
    const { crossOrigin, tickets, platform } = edge;
    const refusal = crossOrigin.refuse(request) ?? refuseStranger(tickets, request, platform.clock);
    const answer = refusal ? answerOf(refusal) : await fetch(request, bindings, context);
    return addHeaders(answer, [
      ...missingHeaders(request, answer),
      ...crossOrigin.answerHeaders(request),
    ]);
  };
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
  app.get('/api/sales/:saleId/feed', ({ req, executionCtx: context }) =>
    openFeed(edge, { request: req.raw, saleId: req.param('saleId'), context }),
  );
  app.get('/api/sales/:saleId/leaderboard/mine', ({ req }) =>
    readMine(edge, req.raw, { saleId: req.param('saleId'), of: 'leaderboard' }),
  );
  app.get('/api/sales/:saleId/draw/mine', ({ req, executionCtx: context }) =>
    viewDrawIdentity(edge, req.raw, { saleId: req.param('saleId'), context }),
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
  app.get('/api/sales', ({ executionCtx }) => viewSales(edge, executionCtx));
  app.get('/api/sales/:saleId', ({ req, executionCtx }) =>
    viewSale(edge, req.param('saleId'), executionCtx),
  );
  app.get('/api/sales/:saleId/leaderboard', ({ req, executionCtx }) =>
    viewLeaderboard(edge, { saleId: req.param('saleId'), top: req.query('top') }, executionCtx),
  );
  app.get('/api/sales/:saleId/draw', ({ req, executionCtx }) =>
    viewDrawProof(edge, req.param('saleId'), executionCtx),
  );
  app.get('/api/clock', ({ req }) => tellTime(edge, req.raw));
  app.get('/api/human', ({ req }) => askForChallenge(edge, req.raw));
  app.post('/api/human', ({ req }) => takeAnswer(edge, req.raw));
  app.get('/human', ({ req }) => showChallenge(edge, req.raw));
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
  if (!(shown instanceof Response)) return answerOf(shown);
  return addHeaders(shown, Object.entries(DOCUMENTATION_HEADERS));
}
