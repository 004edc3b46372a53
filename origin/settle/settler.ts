/**
 * From the log to the book. Entries of all partitions gather up to MAX_BATCH orders or LINGER_MS and
 * settle in one transaction, whose last word is each partition's offset. A book that is away is asked
 * again until it is back; one that refuses a record sends the batch down the poison path: halves until
 * the refused orders stand alone, those to the dead letters, then the offset. Every step may run twice.
 */
import type { Random } from '../../contract/random.ts';
import { failpoint } from '../failpoints.ts';
import { retryDelayMs } from '../log/appender.ts';
import type { LogEntry, LogHandler, OrderLog } from '../log/log.ts';
import type { Logger } from '../logger.ts';
import { pause } from '../timer.ts';
import { type BookOrder, BookRefusedError, type OffsetStep, type OrderBook } from './book.ts';
import { type DeadOrder, findPoison } from './poison.ts';
import { readSlice, type Slice } from './slice.ts';

/** Orders in one transaction: beyond this, larger batches gain little and hold the sale row longer. */
export const MAX_BATCH = 1_000;
/** How long the first entry waits for company. */
export const LINGER_MS = 20;

export interface SettlerOptions {
  book: OrderBook;
  log: OrderLog;
  random: Random;
  logger: Logger;
  observe(batch: { size: number; seconds: number }): void;
  observeOrders(orders: readonly BookOrder[]): void;
  observeDead(count: number): void;
}

export interface Settler extends LogHandler {
  /** Ends the retries of a book that is away; what waits is answered `rewind`. */
  close(): void;
}

type Handled = 'settled' | 'rewind';

export function createSettler(options: SettlerOptions): Settler {
  const { book, log, logger } = options;
  const stopping = new AbortController();
  const positions = new Map<number, bigint>();
  let waiting: { slice: Slice; resolve(handled: Handled): void; reject(error: unknown): void }[] =
    [];
  let waitingOrders = 0;
  let running = false;
  let linger: NodeJS.Timeout | undefined;

  function schedule() {
    if (running || waiting.length === 0) return;
    if (waitingOrders >= MAX_BATCH) void settleNext();
    else linger ??= setTimeout(() => void settleNext(), LINGER_MS);
  }

  async function settleNext(): Promise<void> {
    clearTimeout(linger);
    linger = undefined;
    running = true;
    const batch = takeBatch();
    try {
      const handled = await settleSlices(batch.map((member) => member.slice));
      for (const member of batch) member.resolve(handled);
    } catch (error) {
      for (const member of batch) member.reject(error);
    }
    running = false;
    schedule();
  }

  /** Whole slices up to MAX_BATCH orders; at least one, so that a large slice still goes. */
  function takeBatch() {
    let orders = 0;
    let length = 0;
    for (const { slice } of waiting) {
      if (length > 0 && orders + slice.reservations.length > MAX_BATCH) break;
      orders += slice.reservations.length;
      length += 1;
    }
    const batch = waiting.slice(0, length);
    waiting = waiting.slice(length);
    waitingOrders -= orders;
    return batch;
  }

  /** Repeats until the book answers: what is accepted must be settled, however long that takes. */
  async function settleSlices(slices: readonly Slice[]): Promise<Handled> {
    for (let attempt = 0; !stopping.signal.aborted; attempt += 1) {
      try {
        return await settleOnce(slices);
      } catch (error) {
        logger.error({ error, attempt }, 'the book took no batch');
        await pause(retryDelayMs(attempt, options.random.fraction()), stopping.signal);
      }
    }
    return 'rewind';
  }

  async function settleOnce(slices: readonly Slice[]): Promise<Handled> {
    const startedAt = performance.now();
    const steps = slices.map((slice) => stepOf(slice, positions));
    const reservations = slices.flatMap((slice) => slice.reservations);
    const unreadable = slices.flatMap((slice) => slice.unreadable);
    for (const dead of unreadable) await bury(dead);
    const reply = await settleOrBisect(slices, steps);
    if (reply === 'fenced') return 'rewind';
    failpoint('settle.after-commit');
    for (const { partition, to } of steps) positions.set(partition, to);
    const seconds = (performance.now() - startedAt) / 1000;
    options.observe({ size: reservations.length, seconds });
    return 'settled';
  }

  async function settleOrBisect(
    slices: readonly Slice[],
    steps: OffsetStep[],
  ): Promise<'settled' | 'fenced'> {
    const reservations = slices.flatMap((slice) => slice.reservations);
    try {
      const reply = await book.settle({ log: log.name, reservations, steps });
      if (reply.kind === 'settled') options.observeOrders(reply.orders);
      return reply.kind;
    } catch (error) {
      if (!(error instanceof BookRefusedError)) throw error;
      logger.error(
        { error, orders: reservations.length },
        'the book refuses a batch; bisecting it',
      );
    }
    const poison = await findPoison(reservations, async (part) => {
      const reply = await book.settle({ log: log.name, reservations: part, steps: [] });
      if (reply.kind === 'settled') options.observeOrders(reply.orders);
    });
    for (const { reservation, reason } of poison) {
      const slice = slices.find((candidate) => candidate.entryOf.has(reservation));
      const entry = slice?.entryOf.get(reservation);
      if (entry !== undefined) await bury({ entry, reason, orderId: reservation.orderId });
    }
    const reply = await book.settle({ log: log.name, reservations: [], steps });
    return reply.kind;
  }

  async function bury({ entry, reason, orderId }: DeadOrder): Promise<void> {
    const { partition, offset, value } = entry;
    const coordinates = { source: log.name, partition, offset };
    await log.appendDeadLetter({
      ...coordinates,
      reason,
      value,
      ...(orderId === undefined ? {} : { orderId }),
    });
    const printable = { ...coordinates, offset: String(offset) };
    logger.error({ ...printable, orderId, reason }, 'a record went to the dead letters');
    options.observeDead(1);
  }

  return {
    async positions(partitions) {
      const known = await book.offsets(log.name);
      for (const partition of partitions) {
        const offset = known.get(partition);
        if (offset === undefined) positions.delete(partition);
        else positions.set(partition, offset);
      }
      return known;
    },
    handle(entries: readonly LogEntry[]) {
      const slice = readSlice(entries);
      return new Promise((resolve, reject) => {
        waiting.push({ slice, resolve, reject });
        waitingOrders += slice.reservations.length;
        schedule();
      });
    },
    close() {
      stopping.abort();
      clearTimeout(linger);
      for (const member of waiting) member.resolve('rewind');
      waiting = [];
    },
  };
}

/** From where the book was read to stand, to just after the slice's last entry. */
function stepOf(slice: Slice, positions: ReadonlyMap<number, bigint>): OffsetStep {
  return { partition: slice.partition, from: positions.get(slice.partition), to: slice.next };
}
