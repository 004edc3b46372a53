/**
 * From the log to the book. Entries of all partitions gather up to MAX_BATCH orders or LINGER_MS
 * and settle in one transaction, which also moves each partition's offset. A book that is away is
 * asked again until it is back: what was accepted must be settled, however long that takes.
 */
import type { Random } from '../../contract/random.ts';
import { failpoint } from '../failpoints.ts';
import { retryDelayMs } from '../log/appender.ts';
import type { LogEntry, LogHandler } from '../log/log.ts';
import { pause } from '../timer.ts';
import type { OffsetStep } from './book.ts';
import { createSettleSlices, type SettleSlicesOptions } from './settle-slices.ts';
import { readSlice, type Slice } from './slice.ts';

/** Orders in one transaction: beyond this, larger batches gain little and hold the sale longer. */
export const MAX_BATCH = 1_000;
/** How long the first entry waits for company. */
export const LINGER_MS = 20;

/** Told of what is settled, whoever settles it. */
export interface SettleWatch
  extends Pick<SettleSlicesOptions, 'observeOrders' | 'observeDead' | 'spans'> {
  observe(batch: { size: number; seconds: number }): void;
}

export interface SettlerOptions extends SettleSlicesOptions, SettleWatch {
  random: Random;
}

export interface Settler extends LogHandler {
  /** Ends the retries of a book that is away; what waits is answered `rewind`. */
  close(): void;
}

type Handled = 'settled' | 'rewind';

interface Waiting {
  slice: Slice;
  resolve(handled: Handled): void;
  reject(error: unknown): void;
}

export function createSettler(options: SettlerOptions): Settler {
  const { book, log } = options;
  const stopping = new AbortController();
  const settle = createPatientSettle(options, stopping.signal);
  const gathered = createGathering(settle.slices);

  return {
    async positions(partitions) {
      const known = await book.offsets(log.name);
      for (const partition of partitions) settle.positions.set(partition, known.get(partition));
      return known;
    },
    handle: (entries: readonly LogEntry[]) => gathered.add(readSlice(entries)),
    close() {
      stopping.abort();
      gathered.close();
    },
  };
}

/** Settles slices until the book answers, and knows where the book stands in each partition. */
function createPatientSettle(options: SettlerOptions, stopped: AbortSignal) {
  const { logger, random } = options;
  const settleSlices = createSettleSlices(options);
  /** Undefined for a partition that was never settled. */
  const positions = new Map<number, bigint | undefined>();

  async function settleOnce(slices: readonly Slice[]): Promise<Handled> {
    const startedAt = performance.now();
    const steps = stepsOf(slices, positions);
    if ((await settleSlices(slices, steps)) === 'fenced') return 'rewind';
    failpoint('settle.after-commit');
    for (const { partition, to } of steps) positions.set(partition, to);
    const size = slices.reduce((orders, slice) => orders + slice.reservations.length, 0);
    options.observe({ size, seconds: (performance.now() - startedAt) / 1000 });
    return 'settled';
  }

  async function slices(batch: readonly Slice[]): Promise<Handled> {
    for (let attempt = 0; !stopped.aborted; attempt += 1) {
      try {
        return await settleOnce(batch);
      } catch (error) {
        logger.error({ error, attempt }, 'the book took no batch');
        await pause(retryDelayMs(attempt, random.fraction()), stopped);
      }
    }
    return 'rewind';
  }

  return { positions, slices };
}

/** Gathers slices into batches; one batch is settled at a time. */
function createGathering(settle: (slices: readonly Slice[]) => Promise<Handled>) {
  let waiting: Waiting[] = [];
  let running = false;
  let linger: NodeJS.Timeout | undefined;

  function schedule() {
    if (running || waiting.length === 0) return;
    const orders = waiting.reduce((sum, { slice }) => sum + slice.reservations.length, 0);
    if (orders >= MAX_BATCH) void settleNext();
    else linger ??= setTimeout(() => void settleNext(), LINGER_MS);
  }

  async function settleNext(): Promise<void> {
    clearTimeout(linger);
    linger = undefined;
    running = true;
    const batch = waiting.slice(0, batchLength(waiting));
    waiting = waiting.slice(batch.length);
    try {
      const handled = await settle(batch.map((member) => member.slice));
      for (const member of batch) member.resolve(handled);
    } catch (error) {
      for (const member of batch) member.reject(error);
    }
    running = false;
    schedule();
  }

  return {
    add: (slice: Slice): Promise<Handled> =>
      new Promise((resolve, reject) => {
        waiting.push({ slice, resolve, reject });
        schedule();
      }),
    close() {
      clearTimeout(linger);
      linger = undefined;
      for (const member of waiting) member.resolve('rewind');
      waiting = [];
    },
  };
}

/** Whole slices up to MAX_BATCH orders; at least one, so that a large slice still goes. */
function batchLength(waiting: readonly Waiting[]): number {
  let orders = 0;
  let length = 0;
  for (const { slice } of waiting) {
    orders += slice.reservations.length;
    if (length > 0 && orders > MAX_BATCH) break;
    length += 1;
  }
  return length;
}

/** From where the book was last known to stand, to just after each slice's last entry. */
function stepsOf(
  slices: readonly Slice[],
  positions: ReadonlyMap<number, bigint | undefined>,
): OffsetStep[] {
  return slices.map(({ partition, next }) => ({
    partition,
    from: positions.get(partition),
    to: next,
  }));
}
