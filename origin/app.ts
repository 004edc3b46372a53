/**
 * The origin's HTTP surface: buyers and the edge by pass, operators by token, and what tells the
 * state of the process. Whatever throws is answered as problem+json and logged, never shown.
 */
import { Hono } from 'hono';
import type { PassKeeper } from '../contract/pass.ts';
import type { Random } from '../contract/random.ts';
import type { RehearsalTickets } from '../contract/rehearsal-ticket.ts';
import { createEdgeListRoute } from './access/edge-list-route.ts';
import type { Admission } from './admit/admission.ts';
import type { LoadWatch } from './admit/load-watch.ts';
import type { OrderReader } from './admit/order-view.ts';
import type { StockLedger } from './admit/stock.ts';
import type { Live } from './console/live.ts';
import type { PreheatSale } from './console/preheat.ts';
import { createConsoleRoutes } from './console/routes.ts';
import type { HeldOrders } from './dead-letters/held-orders.ts';
import { createDrawRoutes } from './draw/draw-routes.ts';
import { answer } from './http/answer.ts';
import { createBuyerRoutes } from './http/buyer-routes.ts';
import { createCrowdDoor } from './http/crowd-door.ts';
import { createDocsRoutes } from './http/docs-routes.ts';
import { createEdgeRoutes } from './http/edge-routes.ts';
import { type Checks, createHealthRoutes } from './http/health-routes.ts';
import { createLeaderboardRoutes } from './http/leaderboard-routes.ts';
import { createMineRoutes } from './http/mine-routes.ts';
import { createPassGate } from './http/pass-gate.ts';
import { createPaymentRoutes } from './http/payment-routes.ts';
import { createSaleListRoute } from './http/sale-list-route.ts';
import { createWaitlistRoutes } from './http/waitlist-routes.ts';
import type { LeaderboardStore } from './leaderboard/board.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { createOperatorRoutes, type OperatorAccess } from './operator/routes.ts';
import type { Payments } from './pay/payments.ts';
import type { SaleDirectory } from './sales/directory.ts';
import type { OrderBook } from './settle/book.ts';
import { type Cancellation, cancelOrder } from './sweep/cancel-order.ts';
import type { ClickSpans } from './trace/click-spans.ts';
import type { Waitlist } from './waitlist/waitlist.ts';

export interface AppOptions {
  /** False when the process does not have the role `api`: then only health and metrics answer. */
  serves: boolean;
  passes: PassKeeper;
  tickets: RehearsalTickets;
  operatorAccess: OperatorAccess;
  payWindowMs: number;
  /** Whether results are pushed to open pages. */
  fed: boolean;
  load: LoadWatch;
  admit: Admission;
  /** Where traces are sent. */
  spans?: ClickSpans | undefined;
  orders: OrderReader;
  held: HeldOrders;
  payments: Payments;
  waitlist: Waitlist;
  board: LeaderboardStore;
  directory: SaleDirectory;
  stock: StockLedger;
  book: OrderBook;
  /** For the operator's console. */
  live: Live;
  preheat: PreheatSale;
  checks: Checks;
  draining(): boolean;
  metrics: Metrics;
  logger: Logger;
  nowMs(): number;
  random: Random;
}

/** A backend that gave no answer: the caller may ask again soon. */
const BACKEND_RETRY_MS = 1_000;

export function createApp(options: AppOptions): Hono {
  const { admit, orders, directory, stock, book, metrics, nowMs, random, payWindowMs } = options;
  const app = new Hono();
  app.route('/', createHealthRoutes(options.checks, options.draining, metrics, nowMs));
  if (options.serves) {
    const passGate = createPassGate(options.passes, nowMs, metrics.passRefused);
    const stores = { book, stock };
    const { operatorAccess: access, payments, waitlist, board, held, logger } = options;
    const cancel = (wanted: Cancellation) =>
      cancelOrder({ book, orders, hurry: payments.workOn }, wanted);
    const { newestOf: newestPayments } = payments;
    const door = createCrowdDoor({ load: options.load, decided: metrics.decided });
    app.route('/', createBuyerRoutes({ passGate, admit, orders, door, spans: options.spans }));
    app.route('/', createMineRoutes({ passGate, book, directory, held, newestPayments }));
    app.route('/', createPaymentRoutes({ passGate, payments, orders, cancel, nowMs }));
    app.route('/', createWaitlistRoutes({ passGate, waitlist }));
    app.route('/', createLeaderboardRoutes({ passGate, board, directory, nowMs }));
    app.route('/', createDrawRoutes({ passGate, directory, nowMs }));
    app.route('/', createEdgeRoutes({ passGate, directory, stock, fed: options.fed }));
    app.route('/', createEdgeListRoute({ passGate, book }));
    app.route('/', createSaleListRoute({ passGate, directory, stock, nowMs }));
    app.route('/', createDocsRoutes());
    // Before the operator's door: the pages need no token.
    app.route('/', createConsoleRoutes());
    const { tickets, load } = options;
    const rehearsed = { tickets, pressure: () => load.read() };
    const operated = { stores, directory, payWindowMs, nowMs, random, payments, cancel };
    const { live, preheat } = options;
    const watched = { live, preheat };
    app.route('/', createOperatorRoutes({ ...operated, ...watched, ...rehearsed, access, logger }));
  }
  app.notFound(() => answer({ kind: 'unknown-route' }));
  app.onError((error) => {
    // Nothing broke here then, and a crowd of such clients must not fill the log.
    if (isClientGone(error)) options.logger.debug('a client went away in the middle of its body');
    else options.logger.error({ error }, 'a request failed');
    return answer({ kind: 'overloaded', retryAfterMs: BACKEND_RETRY_MS });
  });
  return app;
}

/** What Node makes of a connection that ends before the body does; a backend's has another text. */
function isClientGone(error: Error): boolean {
  return error.message === 'aborted' && 'code' in error && error.code === 'ECONNRESET';
}
