/**
 * Waiting until the book has settled all that was in the log when a barrier was put behind it; for
 * a moment only, so that no round outlives its lease: it is renewed between rounds.
 */
import type { OrderLog } from '../log/log.ts';
import type { Logger } from '../logger.ts';
import type { OrderBook } from '../settle/book.ts';
import { pause } from '../timer.ts';

/** How often the book is asked. */
const ASK_EVERY_MS = 20;
/** How long one round asks: well within the time of a lease. */
const WAIT_MS = 2_000;

export interface Barrier {
  epoch: number;
  /** The book must have settled past these offsets. */
  barrier: ReadonlyMap<number, bigint>;
  /** By `performance.now()`. */
  startedAt: number;
}

export interface PastOptions {
  book: OrderBook;
  log: OrderLog;
  logger: Logger;
  /** False once the lease is lost. */
  mayGoOn(): boolean;
}

/** Looks again and again for a while; then it is the next round's turn, under a fresh lease. */
export async function isSettledPast(
  { book, log, logger, mayGoOn }: PastOptions,
  { barrier, epoch, startedAt }: Barrier,
): Promise<boolean> {
  const until = performance.now() + WAIT_MS;
  while (mayGoOn()) {
    if (await hasSettledPast({ book, log }, barrier)) return true;
    if (performance.now() >= until) break;
    await pause(ASK_EVERY_MS);
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  logger.warn({ epoch, seconds }, 'a recovery waits for the log to settle');
  return false;
}

/** Whether all that lay before these offsets is in the book. */
export async function hasSettledPast(
  { book, log }: Pick<PastOptions, 'book' | 'log'>,
  barrier: ReadonlyMap<number, bigint>,
): Promise<boolean> {
  const settled = await book.offsets(log.name);
  return [...barrier].every(([partition, at]) => (settled.get(partition) ?? 0n) > at);
}
