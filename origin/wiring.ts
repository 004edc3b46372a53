/**
 * Builds an origin out of its configuration: opens the backends (backends.ts), starts the roles,
 * listens, and stops it all in the order that loses nothing.
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Hono } from 'hono';
import type { Clock } from '../contract/clock.ts';
import { createPassKeeper } from '../contract/pass.ts';
import type { Random } from '../contract/random.ts';
import { createRehearsalTickets } from '../contract/rehearsal-ticket.ts';
import { type Admission, type AdmissionOptions, createAdmission } from './admit/admission.ts';
import { createLoadWatch } from './admit/load-watch.ts';
import { createOrderReader } from './admit/order-view.ts';
import { createReserveBatcher } from './admit/reserve-batcher.ts';
import { createApp } from './app.ts';
import { type Backends, openBackends, openProvider } from './backends.ts';
import type { Config } from './config.ts';
import { createLagSource, type LagSource } from './console/lag-source.ts';
import { openConsole } from './console/open-console.ts';
import { createHeldOrders } from './dead-letters/held-orders.ts';
import type { EdgeNumbersReader } from './edge-numbers/numbers.ts';
import { openEdgeNumbers } from './edge-numbers/open.ts';
import { nodeHashing } from './hashing.ts';
import { createHttpServer } from './http/server.ts';
import { stopServer } from './http/stop-server.ts';
import { createAppender } from './log/appender.ts';
import type { Logger } from './logger.ts';
import { createMetrics } from './metrics.ts';
import { operatorTokensOf } from './operator/auth-tokens.ts';
import { createOutages } from './outages.ts';
import { createPayments } from './pay/payments.ts';
import type { PaymentProvider } from './pay/provider.ts';
import { type RoleParts, type RunningRole, STARTERS, settleWatchOf } from './roles.ts';
import { createSaleDirectory } from './sales/directory.ts';
import { checkStores, mustServe, type Store } from './start-checks.ts';
import { createClickSpans } from './trace/click-spans.ts';
import { openTracer } from './trace/open-tracer.ts';
import { createSettleSpans } from './trace/settle-spans.ts';
import { traceSystemsOf } from './trace/systems.ts';
import { createWaitlist } from './waitlist/waitlist.ts';

/** How long a stopping process waits for the log to take what clients were not yet promised. */
const DRAIN_MS = 5_000;

export interface OriginOptions {
  config: Config;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** Called once when a role stopped by itself: the process must end with an error. */
  onFatal(error: unknown): void;
  /** Adds routes to the app, for measurements. */
  extend?(app: Hono): void;
}

export interface Origin {
  /** Where it listens; differs from the configuration when that says 0. */
  port: number;
  /** Drains: no new requests, what is under way ends, then every role and backend stops. */
  close(): Promise<void>;
}

export class PortInUseError extends Error {
  readonly code = 'port-in-use';
  constructor(port: number, host: string, options: ErrorOptions) {
    super(`port ${port} of ${host} is in use; set ORIGIN_PORT to another`, options);
  }
}

type Parts = OriginOptions &
  RoleParts &
  LagSource & { edgeNumbers: EdgeNumbersReader; provider: PaymentProvider };

export async function startOrigin(options: OriginOptions): Promise<Origin> {
  const { config, clock, random, logger } = options;
  const metrics = createMetrics();
  const tracer = await openTracer({ config, metrics, logger });
  const settleSpans = tracer && createSettleSpans(tracer, traceSystemsOf(config));
  const settleWatch = settleWatchOf(metrics, settleSpans);
  const outages = createOutages(logger, clock);
  const backends = await openBackends({ config, clock, random, logger, settleWatch, outages });
  const { book } = backends;
  await mustServe('BOOK_URL', config, book.migrate);
  const away = await checkStores(config, storesOf(backends));
  outages.tell();
  const directory = createSaleDirectory({ book, nowMs: clock.nowMs, logger });
  await directory.refresh();
  const load = createLoadWatch({
    maxInFlight: config.ADMIT_MAX_IN_FLIGHT,
    monotonicMs: () => performance.now(),
  });
  metrics.watchPressure(load.read);
  metrics.roles(config.ROLES);
  const edgeNumbers = openEdgeNumbers({ config, directory, clock, logger, metrics });
  const provider = openProvider(config);
  const payments = createPayments({
    book,
    provider,
    random,
    logger,
    returnUrl: (saleId) => `${config.SHOP_URL.replace(/\/$/, '')}/s/${saleId}?paid`,
    observe: metrics.payment,
  });
  const lags = createLagSource();
  const made = { backends, directory, payments, metrics, load, edgeNumbers, provider, ...lags };
  const parts: Parts = { ...options, ...made, tracer, settleSpans };
  await warnOfRisks(backends, away, logger);

  const roles: RunningRole[] = [];
  for (const role of config.ROLES) {
    if (role !== 'api') roles.push(await STARTERS[role](parts));
  }
  const api = await startApi(parts);
  logger.info({ port: api.port, roles: config.ROLES }, 'the origin is up');

  return {
    port: api.port,
    async close() {
      await api.close();
      load.close();
      for (const role of roles) await role.close();
      await edgeNumbers.close();
      directory.close();
      await backends.close();
      await tracer?.close();
    },
  };
}

/** The log and the book were asked already. */
function storesOf({ stock, leases, outages }: Backends): Store[] {
  return [
    { setting: 'STOCK_URL', ping: stock.ping, outage: outages.stock },
    { setting: 'LEASE_URL', ping: leases.ping, outage: outages.lease },
  ];
}

/** One that is away has said so; what it risks is told at the next start. */
async function warnOfRisks(
  { stock, log, book }: Backends,
  away: ReadonlySet<string>,
  logger: Logger,
): Promise<void> {
  const ofStock = away.has('STOCK_URL') ? [] : stock.risks();
  const risks = await Promise.all([ofStock, log.risks(), book.risks()]);
  for (const risk of risks.flat()) logger.warn(risk);
}

/** Every process listens, for its health and metrics; only the role `api` admits. */
async function startApi(parts: Parts): Promise<Origin> {
  const { config, clock, random, logger, backends, directory, payments, metrics, load } = parts;
  const { stock, log, book, board } = backends;
  const spans = parts.tracer && createClickSpans(parts.tracer, traceSystemsOf(config));
  let draining = false;
  const appender = createAppender({
    log,
    stock,
    random,
    logger,
    observe: (batch) => metrics.batch('append', batch),
  });
  load.watchOutbox(appender.waiting);
  const batcher = createReserveBatcher({
    stock,
    nowMs: clock.nowMs,
    observe: (batch) => metrics.batch('reserve', batch),
  });
  const held = createHeldOrders({ book, nowMs: clock.nowMs });
  const { live, preheat, tally, checks } = openConsole({ ...parts, nowMs: clock.nowMs });
  const shown = { held, newestPayments: payments.newestOf };
  const app = createApp({
    serves: config.ROLES.includes('api'),
    passes: createPassKeeper(nodeHashing, config.PASS_KEYS),
    tickets: createRehearsalTickets(nodeHashing, config.PASS_KEYS),
    operatorAccess: { tokens: operatorTokensOf(config), proxies: config.TRUSTED_PROXIES },
    payWindowMs: config.PAY_WINDOW_MS,
    ...{ load, fed: config.EDGE_URL !== undefined },
    admit: tally.around(admissionOf(parts, { batcher, appender, spans })),
    spans,
    orders: createOrderReader({ book, stock, directory, isDurable: appender.isDurable, ...shown }),
    held,
    payments,
    waitlist: createWaitlist({
      book,
      stock,
      directory,
      nowMs: clock.nowMs,
      logger,
      observe: metrics.waitlist,
    }),
    board,
    directory,
    stock,
    book,
    live,
    preheat,
    checks,
    draining: () => draining,
    metrics,
    logger,
    nowMs: clock.nowMs,
    random,
  });
  parts.extend?.(app);
  const server = createHttpServer(app.fetch);
  const port = await listen(server, config);
  return {
    port,
    async close() {
      draining = true;
      // The server waits for them, and they would never end.
      live.close();
      await stopServer(server, config.SHUTDOWN_DELAY_MS);
      await appender.drain(DRAIN_MS);
    },
  };
}

function admissionOf(
  { config, clock, logger, directory, backends }: Parts,
  made: Pick<AdmissionOptions, 'batcher' | 'appender' | 'spans'>,
): Admission {
  return createAdmission({
    ...made,
    directory,
    book: backends.book,
    nowMs: clock.nowMs,
    logger,
    acceptAfter: config.ACCEPT_AFTER,
    acceptWaitMs: config.ACCEPT_WAIT_MS,
    outageShare: config.STOCK_OUTAGE_SHARE,
  });
}

function listen(server: Server, config: Config): Promise<number> {
  const { ORIGIN_HOST: host, ORIGIN_PORT: port } = config;
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE';
      reject(inUse ? new PortInUseError(port, host, { cause: error }) : error);
    });
    server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port));
  });
}
