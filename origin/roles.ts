/**
 * The origin's roles but `api`: what each does, and how often. `settle` runs in as many processes as
 * there are; the others are singletons under a lease, whose rounds are harmless when two run at once.
 */
import type { Clock } from '../contract/clock.ts';
import type { Random } from '../contract/random.ts';
import type { Backends } from './backends.ts';
import { DELIVER_EVERY_MS, deliverRound } from './close/deliver.ts';
import type { Config, Role } from './config.ts';
import { createLeaderboardRound, FOLLOW_EVERY_MS } from './leaderboard/follow.ts';
import { startSingleton } from './lease/singleton.ts';
import { RELAY_EVERY_MS, relayRound } from './log/relay.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { RECONCILE_EVERY_MS, reconcileRound } from './reconcile/reconcile.ts';
import type { SaleDirectory } from './sales/directory.ts';
import { createSettler } from './settle/settler.ts';

export interface RoleParts {
  config: Config;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** Called once when a role stopped by itself: the process must end with an error. */
  onFatal(error: unknown): void;
  backends: Backends;
  directory: SaleDirectory;
  metrics: Metrics;
}

export interface RunningRole {
  close(): Promise<void>;
}

/** A role by name; each is started when ROLES names it. */
export const STARTERS: Record<
  Exclude<Role, 'api' | 'notify'>,
  (parts: RoleParts) => RunningRole | Promise<RunningRole>
> = {
  settle: startSettle,
  relay: startRelay,
  sweep: startSweep,
  leaderboard: startLeaderboard,
  reconcile: startReconcile,
};

async function startSettle(parts: RoleParts): Promise<RunningRole> {
  const { random, logger, backends, metrics, onFatal } = parts;
  const { book, log } = backends;
  const settler = createSettler({
    book,
    log,
    random,
    logger,
    observe: (batch) => metrics.batch('settle', batch),
    observeOrders: metrics.settled,
    observeDead: metrics.deadLetters,
  });
  const consumer = await log.consume(settler);
  consumer.stopped.catch(onFatal);
  metrics.watchLag(consumer.lag);
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

function startSweep(parts: RoleParts): RunningRole {
  const { stock, book } = parts.backends;
  return singleton(parts, 'sweep', DELIVER_EVERY_MS, async (mayGoOn) => {
    await deliverRound({ stock, book, mayGoOn });
  });
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

function startReconcile(parts: RoleParts): RunningRole {
  const { logger, backends, directory, metrics } = parts;
  const { stock, book } = backends;
  return singleton(parts, 'reconcile', RECONCILE_EVERY_MS, (mayGoOn) =>
    reconcileRound({
      stock,
      book,
      sales: directory.known,
      logger,
      mayGoOn,
      observe: metrics.ledger,
    }),
  );
}

function singleton(
  { config, backends, clock, logger, random }: RoleParts,
  name: Role,
  everyMs: number,
  round: (mayGoOn: () => boolean) => Promise<void>,
): RunningRole {
  const holder = Buffer.from(random.bytes(9)).toString('base64url');
  const { leases } = backends;
  const { LEASE_TTL_MS: leaseTtlMs } = config;
  return startSingleton({ name, holder, leases, leaseTtlMs, everyMs, clock, logger, round });
}
