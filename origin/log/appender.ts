/**
 * Puts fresh reservations into the log: one send in flight, and what arrives meanwhile is the next
 * batch, so that batches grow by themselves under load. The outbox entries are deleted a moment
 * later by a call that nobody waits for: when it is lost, the relay appends those orders a second
 * time, and settling takes each once. A send that fails is repeated with the same reservations;
 * when the process dies instead, the relay finds them in the outbox.
 */
import type { Reservation } from '../../contract/log/codec.ts';
import type { Random } from '../../contract/random.ts';
import type { StockLedger } from '../admit/stock.ts';
import { failpoint } from '../failpoints.ts';
import type { Logger } from '../logger.ts';
import type { BookOrder } from '../settle/book.ts';
import { pause } from '../timer.ts';
import { levelOf } from '../told-errors.ts';
import type { OrderLog } from './log.ts';

/** Reservations in one send: about 100 kB before compression. */
const MAX_SEND = 1_000;
/**
 * What waits at most while the log is away; more is left to the relay, which has it in the outbox.
 */
const MAX_WAITING = 100_000;
/** How long confirmations gather, so that one call deletes the entries of several sends. */
const CONFIRM_AFTER_MS = 10;
const RETRY_LEAST_MS = 50;
const RETRY_MOST_MS = 2_000;

/** The order itself, or that it is a dead letter, when the log settled it at once. */
export type AppendResult = 'durable' | 'left-to-relay' | 'held' | BookOrder;

export interface Appender {
  /**
   * Resolves when the reservation is durable in the log; never rejects. Without an outbox entry
   * there is nothing to delete afterwards, and `left-to-relay` means that nobody has it.
   */
  append(reservation: Reservation, kept?: { hasOutboxEntry: boolean }): Promise<AppendResult>;
  waiting(): number;
  /** True while the log has the order and its outbox entry is still there: it is `queued`. */
  isDurable(orderId: string): boolean;
  /** Sends what waits, for at most `patienceMs`. */
  drain(patienceMs: number): Promise<void>;
}

export interface AppenderOptions {
  log: OrderLog;
  stock: StockLedger;
  random: Random;
  logger: Logger;
  observe(batch: { size: number; seconds: number }): void;
}

interface Waiting {
  reservation: Reservation;
  hasOutboxEntry: boolean;
  resolve(result: AppendResult): void;
}

export function createAppender(options: AppenderOptions): Appender {
  const { log, logger, observe } = options;
  const stopping = new AbortController();
  const confirmations = createConfirmations(options);
  let waiting: Waiting[] = [];
  let sending: Promise<void> | undefined;

  async function sendAll(): Promise<void> {
    while (waiting.length > 0 && !stopping.signal.aborted) {
      const batch = waiting.slice(0, MAX_SEND);
      waiting = waiting.length > MAX_SEND ? waiting.slice(MAX_SEND) : [];
      const resultOf = await send(batch);
      for (const entry of batch) entry.resolve(resultOf(entry.reservation));
    }
    // At once, not when this promise has settled: what is appended in between must start a new run.
    sending = undefined;
  }

  async function send(
    batch: readonly Waiting[],
  ): Promise<(reservation: Reservation) => AppendResult> {
    const reservations = batch.map((entry) => entry.reservation);
    for (let attempt = 0; !stopping.signal.aborted; attempt += 1) {
      const startedAt = performance.now();
      try {
        const settled = await log.append(reservations);
        failpoint('append.lose-answer');
        observe({ size: reservations.length, seconds: (performance.now() - startedAt) / 1000 });
        failpoint('admit.after-append');
        const toConfirm = batch.filter((entry) => entry.hasOutboxEntry);
        confirmations.add(toConfirm.map((entry) => entry.reservation));
        return ({ orderId }) => settled?.get(orderId) ?? 'durable';
      } catch (error) {
        const about = { error, orders: reservations.length, attempt };
        logger[levelOf(error)](about, 'the log took no batch');
        await pause(retryDelayMs(attempt, options.random.fraction()), stopping.signal);
      }
    }
    return () => 'left-to-relay';
  }

  return {
    append(reservation, { hasOutboxEntry } = { hasOutboxEntry: true }) {
      if (waiting.length >= MAX_WAITING || stopping.signal.aborted) {
        return Promise.resolve('left-to-relay');
      }
      return new Promise((resolve) => {
        waiting.push({ reservation, hasOutboxEntry, resolve });
        sending ??= sendAll();
      });
    },
    waiting: () => waiting.length,
    isDurable: confirmations.isGathered,
    async drain(patienceMs) {
      await Promise.race([sending, pause(patienceMs)]);
      stopping.abort();
      for (const entry of waiting) entry.resolve('left-to-relay');
      waiting = [];
      await confirmations.flush();
    },
  };
}

function createConfirmations({ stock, logger }: AppenderOptions) {
  const gathered = new Map<string, Reservation>();
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const reservations = [...gathered.values()];
    await confirmAppended(stock, reservations).catch((error: unknown) =>
      logger[levelOf(error)](
        { error },
        'outbox entries were not deleted; the relay will append them again',
      ),
    );
    for (const { orderId } of reservations) gathered.delete(orderId);
  }

  return {
    isGathered: (orderId: string) => gathered.has(orderId),
    add(reservations: readonly Reservation[]) {
      if (reservations.length === 0) return;
      for (const reservation of reservations) gathered.set(reservation.orderId, reservation);
      timer ??= setTimeout(() => void flush(), CONFIRM_AFTER_MS);
    },
    flush,
  };
}

/** Deletes the outbox entries of reservations that are in the log. */
export async function confirmAppended(
  stock: StockLedger,
  reservations: readonly Reservation[],
): Promise<void> {
  const bySale = Map.groupBy(reservations, (reservation) => reservation.saleId);
  await Promise.all(
    Array.from(bySale, ([saleId, members]) =>
      stock.confirm(
        saleId,
        members.map((member) => member.orderId),
      ),
    ),
  );
}

/** Doubles from RETRY_LEAST_MS to RETRY_MOST_MS, half of it random, so that processes spread. */
export function retryDelayMs(attempt: number, fraction: number): number {
  const ceiling = Math.min(RETRY_MOST_MS, RETRY_LEAST_MS * 2 ** Math.min(attempt, 10));
  return ceiling / 2 + (ceiling / 2) * fraction;
}
