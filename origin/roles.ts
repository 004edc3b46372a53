/**
 * The origin's roles but `api`: what each does, and how often. `settle` runs in as many processes
 * as there are; the others are singletons under a lease, whose rounds are harmless when two run at
 * once.
 */
import type { Clock } from '../contract/clock.ts';
import { createPassKeeper } from '../contract/pass.ts';
import type { Random } from '../contract/random.ts';
import type { LoadWatch } from './admit/load-watch.ts';
import type { Backends } from './backends.ts';
import type { Config, Role } from './config.ts';
import { isOverHttp } from './config-urls.ts';
import { countPendingLetters } from './dead-letters/letters.ts';
import { createFeedRound, FEED_EVERY_MS } from './feed/follow.ts';
import { createPostResults } from './feed/post-results.ts';
import { nodeHashing } from './hashing.ts';
import { createLeaderboardRound, FOLLOW_EVERY_MS } from './leaderboard/follow.ts';
import { startSingleton } from './lease/singleton.ts';
import type { LogLag } from './log/log.ts';
import { RELAY_EVERY_MS, relayRound } from './log/relay.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { createNotify, NOTIFY_EVERY_MS } from './notify/notify.ts';
import { createSilentRound, SILENT_EVERY_MS } from './notify/silent.ts';
import type { Payments } from './pay/payments.ts';
import { RECONCILE_EVERY_MS, reconcileRound } from './reconcile/reconcile.ts';
import { createRepair } from './reconcile/repair.ts';
import { createOutageLease } from './recover/outage-lease.ts';
import { createOutageRound } from './recover/outage-round.ts';
import type { Attempt } from './recover/recover.ts';
import { RECOVER_EVERY_MS, recoveryRound } from './recover/watch.ts';
import type { SaleDirectory } from './sales/directory.ts';
import { createSettler, type SettleWatch } from './settle/settler.ts';
import { createSweep, PAY_EVERY_MS, SWEEP_EVERY_MS } from './sweep/sweep.ts';
import type { SettleSpans } from './trace/settle-spans.ts';
import type { Tracer } from './trace/tracer.ts';

export interface RoleParts {
  config: Config;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** Called once when a role stopped by itself: the process must end with an error. */
  onFatal(error: unknown): void;
  backends: Backends;
  directory: SaleDirectory;
  payments: Payments;
  metrics: Metrics;
  load: LoadWatch;
  /** Told where the log's lag is had from, for the console. */
  watchLag?(ask: () => Promise<LogLag>): void;
  /** Undefined where no traces are sent. */
  tracer?: Tracer | undefined;
  settleSpans?: SettleSpans | undefined;
}

export interface RunningRole {
  close(): Promise<void>;
}

/** A role by name; each is started when ROLES names it. */
export const STARTERS: Record<
  Exclude<Role, 'api'>,
  (parts: RoleParts) => RunningRole | Promise<RunningRole>
> = {
  settle: startSettle,
  relay: startRelay,
  sweep: startSweep,
  notify: startNotify,
  leaderboard: startLeaderboard,
  feed: startFeed,
  reconcile: startReconcile,
};

/** Whoever settles tells the same. */
export function settleWatchOf(metrics: Metrics, spans?: SettleSpans): SettleWatch {
  return {
    spans,
    observe: (batch) => metrics.batch('settle', batch),
    observeOrders: metrics.settled,
    observeDead: metrics.deadLetters,
  };
}

/** Where the API settles by itself there is nothing to consume, and this role only stands by. */
async function startSettle(parts: RoleParts): Promise<RunningRole> {
  const { random, logger, backends, metrics, load, onFatal, settleSpans } = parts;
  const { book, log } = backends;
  const settler = createSettler({
    book,
    log,
    random,
    logger,
    ...settleWatchOf(metrics, settleSpans),
  });
  const consumer = await log.consume(settler);
  consumer.stopped.catch(onFatal);
  metrics.watchLag(consumer.lag);
  load.watchLag(consumer.lag);
  parts.watchLag?.(consumer.lag);
  return {
    async close() {
      settler.close();
      await consumer.close();
    },
  };
}

function startRelay(parts: RoleParts): RunningRole {
  const { config, clock, logger, backends, directory, metrics } = parts;
  return singleton(parts, 'relay', RELAY_EVERY_MS, async (mayGoOn) => {
    await relayRound({
      stock: backends.stock,
      log: backends.log,
      sales: directory.known,
      nowMs: clock.nowMs,
      relayAfterMs: config.RELAY_AFTER_MS,
      logger,
      mayGoOn,
      observe: metrics.relayed,
    });
  });
}

/**
 * Two leases, so that a payment provider that answers slowly delays neither expiry nor delivery.
 */
function startSweep(parts: RoleParts): RunningRole {
  const { clock, logger, directory, payments, metrics } = parts;
  const { stock, book } = parts.backends;
  const sweep = createSweep({
    book,
    stock,
    sales: directory.known,
    nowMs: clock.nowMs,
    logger,
    observe: metrics.swept,
  });
  const sweeping = singleton(parts, 'sweep', SWEEP_EVERY_MS, sweep);
  const paying = singleton(parts, 'payments', PAY_EVERY_MS, async (mayGoOn) => {
    await payments.workDue(mayGoOn);
  });
  return {
    async close() {
      await Promise.all([sweeping.close(), paying.close()]);
    },
  };
}

/** Nobody to tell: then nothing is collected, and nothing kept to be collected. */
function startNotify(parts: RoleParts): RunningRole {
  const { config, backends, random, logger, metrics, tracer } = parts;
  const { WEBHOOK_URL: url, WEBHOOK_SECRET: secret } = config;
  if (url === undefined || secret === undefined) {
    const { book } = backends;
    return singleton(parts, 'notify', SILENT_EVERY_MS, createSilentRound({ book, logger }));
  }
  const notify = createNotify({
    book: backends.book,
    shop: { url, secret },
    fetch,
    random,
    logger,
    observe: metrics.notice,
    tracer,
    observeBehind: (saleId, behind) => metrics.resultsBehind('notify', saleId, behind),
  });
  const rounds = singleton(parts, 'notify', NOTIFY_EVERY_MS, notify.round);
  return {
    async close() {
      await rounds.close();
      await notify.close();
    },
  };
}

function startLeaderboard(parts: RoleParts): RunningRole {
  const { backends, directory, logger, metrics } = parts;
  const { book, board } = backends;
  const round = createLeaderboardRound({
    book,
    board,
    sales: directory.known,
    logger,
    observe: ({ saleId, behind }) => metrics.resultsBehind('leaderboard', saleId, behind),
  });
  return singleton(parts, 'leaderboard', FOLLOW_EVERY_MS, round);
}

/** No edge to tell: then its pages ask by themselves. */
function startFeed(parts: RoleParts): RunningRole {
  const { config, clock, logger, backends, metrics } = parts;
  const { nowMs } = clock;
  const { EDGE_URL: edgeUrl, PASS_KEYS: keys } = config;
  if (edgeUrl === undefined) return { close: async () => undefined };
  const passes = createPassKeeper(nodeHashing, keys);
  const round = createFeedRound({
    book: backends.book,
    post: createPostResults({ edgeUrl, passes, fetch, nowMs, logger }),
    nowMs,
    logger,
    observe: metrics.fed,
    observeBehind: (saleId, behind) => metrics.resultsBehind('feed', saleId, behind),
  });
  return singleton(parts, 'feed', FEED_EVERY_MS, round);
}

/** Two leases: a recovery waits for settling, and the ledger is to be read all the same. */
function startReconcile(parts: RoleParts): RunningRole {
  const { clock, logger, backends, directory, metrics } = parts;
  const { stock, book, log } = backends;
  const sales = directory.known;
  const stores = { stock, book, log, sales, logger };
  const repair = createRepair({ ...stores, nowMs: clock.nowMs, observe: metrics.repaired });
  metrics.watchRecovering(() => sales().filter(({ recovering }) => recovering).length);
  const reconciling = singleton(parts, 'reconcile', RECONCILE_EVERY_MS, async (mayGoOn) => {
    metrics.pendingLetters(await countPendingLetters(book));
    await reconcileRound({ ...stores, mayGoOn, observe: metrics.ledger });
    await repair(mayGoOn);
  });
  const recovering = startRecovery(parts);
  return {
    async close() {
      await Promise.all([reconciling.close(), recovering.close()]);
    },
  };
}

/** While the stock store is away, the lease store may be so as well (outage-lease.ts). */
function startRecovery(parts: RoleParts): RunningRole {
  const { config, clock, random, logger, backends, directory, metrics } = parts;
  const { stock, book, log } = backends;
  const { nowMs } = clock;
  const stores = { stock, book, log, sales: directory.known, logger };
  const draws = config.ON_STOCK_OUTAGE === 'draw';
  const policy = { draws, afterMs: config.STOCK_OUTAGE_AFTER_MS };
  const watchOutage = createOutageRound({ ...stores, nowMs, policy });
  const attempts = new Map<string, Attempt>();
  const { recovered: observe } = metrics;
  const { leases } = backends;
  const ours = draws ? createOutageLease(leases, nowMs) : undefined;
  const granting = { ...parts, backends: { ...backends, leases: ours ?? leases } };
  return singleton(granting, 'recover', RECOVER_EVERY_MS, async (mayGoOn) => {
    const isUnsure = ours?.isMadeUp() ?? false;
    const serves = await watchOutage({ mayGoOn, isUnsure });
    if (serves && !isUnsure) await recoveryRound({ ...stores, random, mayGoOn, attempts, observe });
  });
}

function singleton(
  { config, backends, clock, logger, random, metrics }: RoleParts,
  name: Role | 'payments' | 'recover',
  everyMs: number,
  round: (mayGoOn: () => boolean) => Promise<void>,
): RunningRole {
  const holder = Buffer.from(random.bytes(9)).toString('base64url');
  const { leases } = backends;
  const { LEASE_TTL_MS: leaseTtlMs, BOOK_URL: bookUrl } = config;
  const paceMs = paceOf(bookUrl, everyMs);
  return startSingleton({
    name,
    holder,
    leases,
    leaseTtlMs,
    everyMs: paceMs,
    clock,
    logger,
    observe: (event) => metrics.lease(name, event),
    round,
  });
}

/** Over HTTP each look at the book is a request that is paid for. */
const LEAST_PACE_OVER_HTTP_MS = 500;

/** How often a role looks: deliveries, boards and notices are that much later over HTTP. */
export function paceOf(bookUrl: string, everyMs: number): number {
  return isOverHttp(bookUrl) ? Math.max(everyMs, LEAST_PACE_OVER_HTTP_MS) : everyMs;
}
