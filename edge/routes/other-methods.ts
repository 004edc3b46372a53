/**
 * What a path that is known says to a method that it does not take, and to a browser that asks
 * beforehand for a page of another origin: nobody else is asked. An app of its own: a second
 * handler on a route of the first would cost each request hono's chain of handlers.
 */
import { Hono } from 'hono';
import { answerOf, methodNotAllowed } from '../answer.ts';
import type { Edge } from '../wiring.ts';

const ALLOWED = {
  '/api/sales/:saleId/orders': 'POST',
  '/api/sales/:saleId/orders/mine': 'GET, HEAD',
  '/api/sales/:saleId/waitlist': 'GET, HEAD, PUT, DELETE',
  '/api/sales/:saleId/feed': 'GET, HEAD',
  '/api/sales/:saleId/results': 'POST',
  '/api/sales/:saleId/numbers': 'GET, HEAD',
  '/api/sales/:saleId/leaderboard': 'GET, HEAD',
  '/api/sales/:saleId/leaderboard/mine': 'GET, HEAD',
  '/api/sales/:saleId/draw': 'GET, HEAD',
  '/api/sales/:saleId/draw/mine': 'GET, HEAD',
  '/api/orders': 'GET, HEAD',
  '/api/orders/:orderId': 'GET, HEAD',
  '/api/orders/:orderId/payment': 'POST',
  '/api/orders/:orderId/cancellation': 'POST',
  '/api/payments/:provider/events': 'POST',
  '/api/sales': 'GET, HEAD',
  '/api/sales/:saleId': 'GET, HEAD',
  '/api/clock': 'GET, HEAD',
  '/api/human': 'GET, HEAD, POST',
  '/human': 'GET, HEAD',
  '/openapi.json': 'GET, HEAD',
  '/docs': 'GET, HEAD',
  '/docs/*': 'GET, HEAD',
};

export function createOtherMethods(edge: Edge): Hono {
  const others = new Hono();
  for (const [path, allow] of Object.entries(ALLOWED)) {
    others.options(path, ({ req }) => {
      const asked = edge.crossOrigin.preflightHeaders(req.raw, allow);
      return new Response(null, { status: 204, headers: [['allow', allow], ...asked] });
    });
    others.all(path, () => methodNotAllowed(allow));
  }
  others.notFound(() => answerOf({ kind: 'unknown-route' }));
  return others;
}
