/**
 * Settles slices of the log in one transaction. What cannot be read goes to the dead letters first.
 * A batch that the book refuses goes down the poison path: halves until the refused orders stand
 * alone, those to the dead letters, then the offsets. Every step may run twice.
 */
import type { OrderLog } from '../log/log.ts';
import type { Logger } from '../logger.ts';
import { type BookOrder, BookRefusedError, type OffsetStep, type OrderBook } from './book.ts';
import { type DeadOrder, findPoison } from './poison.ts';
import type { Slice } from './slice.ts';

export interface SettleSlicesOptions {
  book: OrderBook;
  log: OrderLog;
  logger: Logger;
  observeOrders(orders: readonly BookOrder[]): void;
  observeDead(count: number): void;
}

/** `fenced` when another consumer moved a partition: then nothing was written. */
export type SettleSlices = (
  slices: readonly Slice[],
  steps: readonly OffsetStep[],
) => Promise<'settled' | 'fenced'>;

export function createSettleSlices(options: SettleSlicesOptions): SettleSlices {
  const { book, log, logger } = options;
  /** A batch is tried again for as long as the book is away; its dead are buried once. */
  const buried = new WeakSet<object>();

  async function bury({ entry, reason, orderId }: DeadOrder, dead: object): Promise<void> {
    if (buried.has(dead)) return;
    const { partition, offset, value } = entry;
    const letter = { source: log.name, partition, offset, reason, value };
    await log.appendDeadLetter(orderId === undefined ? letter : { ...letter, orderId });
    const coordinates = { source: log.name, partition, offset: String(offset) };
    logger.error({ ...coordinates, orderId, reason }, 'a record went to the dead letters');
    options.observeDead(1);
    buried.add(dead);
  }

  /** Settles what can be and buries the rest; the offsets stay where they are. */
  async function bisect(slices: readonly Slice[]): Promise<void> {
    const reservations = slices.flatMap((slice) => slice.reservations);
    const poison = await findPoison(reservations, async (part) => {
      const reply = await book.settle({ log: log.name, reservations: part, steps: [] });
      if (reply.kind === 'settled') options.observeOrders(reply.orders);
    });
    for (const { reservation, reason } of poison) {
      const slice = slices.find((candidate) => candidate.entryOf.has(reservation));
      const entry = slice?.entryOf.get(reservation);
      const { orderId } = reservation;
      if (entry !== undefined) await bury({ entry, reason, orderId }, reservation);
    }
  }

  return async (slices, steps) => {
    const reservations = slices.flatMap((slice) => slice.reservations);
    for (const dead of slices.flatMap((slice) => slice.unreadable)) await bury(dead, dead);
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
    await bisect(slices);
    return (await book.settle({ log: log.name, reservations: [], steps })).kind;
  };
}
