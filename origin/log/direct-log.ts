/**
 * OrderLog without a log, for sales that need no Kafka: what is appended is settled in the book
 * there and then, by the code of the settle role, and `append` tells what became of every order.
 * What waits is in the outbox, as ever. When the answer to a COMMIT is lost, `append` rejects and
 * is repeated; settling takes each order once. There are no partitions, and so no barriers and
 * nothing to consume: an append that is under way while a sale is recovered either commits before
 * the snapshot, under the lock of the sale's row, or finds that its epoch settles no more.
 */
import type { Reservation } from '../../contract/log/codec.ts';
import { failpoint } from '../failpoints.ts';
import type { Logger } from '../logger.ts';
import type { BookOrder, OrderBook } from '../settle/book.ts';
import { createSettleAndTell } from '../settle/settle-slices.ts';
import { MAX_BATCH, type SettleWatch } from '../settle/settler.ts';
import type { Slice } from '../settle/slice.ts';
import type { LogLag, OrderLog } from './log.ts';

/** The source of its dead letters; the book keeps no offsets of it. */
export const DIRECT = 'direct';
const NO_BYTES = new Uint8Array();

export interface DirectLogOptions extends SettleWatch {
  book: OrderBook;
  logger: Logger;
}

/** The book stays its owner's: `close` leaves it open. */
export function createDirectLog(options: DirectLogOptions): OrderLog {
  const { book } = options;
  const settle = createSettleAndTell({ ...options, log: { name: DIRECT } });
  const underWay = new Set<{ orders: number; startedAt: number }>();
  const closing = Promise.withResolvers<void>();

  async function settleBatch(batch: readonly Reservation[]): Promise<(BookOrder | string)[]> {
    const startedAt = performance.now();
    const told = await settle([sliceOf(batch)], []);
    if (told.kind === 'fenced') throw new Error('a batch without offsets was fenced');
    failpoint('settle.after-commit');
    const seconds = (performance.now() - startedAt) / 1000;
    options.observe({ size: batch.length, seconds });
    return [...told.orders, ...told.dead];
  }

  function readLag(): LogLag {
    const nowMs = performance.now();
    const all = [...underWay];
    const messages = all.reduce((sum, { orders }) => sum + orders, 0);
    const oldest = all.reduce((least, { startedAt }) => Math.min(least, startedAt), nowMs);
    return { messages, seconds: (nowMs - oldest) / 1000 };
  }

  return {
    name: DIRECT,
    async append(reservations) {
      const settled = new Map<string, BookOrder | 'held'>();
      const waiting = { orders: reservations.length, startedAt: performance.now() };
      underWay.add(waiting);
      try {
        for (let start = 0; start < reservations.length; start += MAX_BATCH) {
          for (const one of await settleBatch(reservations.slice(start, start + MAX_BATCH))) {
            if (typeof one === 'string') settled.set(one, 'held');
            else settled.set(one.orderId, one);
          }
        }
      } finally {
        underWay.delete(waiting);
      }
      return settled;
    },
    barrier: async () => new Map(),
    async consume() {
      const stop = Promise.withResolvers<void>();
      return {
        stopped: Promise.race([stop.promise, closing.promise]),
        lag: async () => readLag(),
        close: async () => stop.resolve(),
      };
    },
    ping: () => book.ping(),
    risks: async () => [],
    close: async () => closing.resolve(),
  };
}

/**
 * A dead letter's name is where it came from: here its order's bucket and epoch. It is the same
 * whoever settles it, and another one once the sale is in its next epoch.
 */
function sliceOf(reservations: readonly Reservation[]): Slice {
  const entryOf: Slice['entryOf'] = new Map();
  for (const reservation of reservations) {
    const offset = BigInt(reservation.epoch);
    const at = { partition: reservation.bucket, offset, value: NO_BYTES, appendedAtMs: 0 };
    entryOf.set(reservation, at);
  }
  return { partition: 0, next: 0n, reservations: [...reservations], entryOf, unreadable: [] };
}
