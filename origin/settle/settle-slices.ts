/**
 * Settles slices of the log in one transaction. What cannot be read goes to the dead letters first.
 * A batch that the book refuses goes down the poison path: halves until the refused orders stand
 * alone, those to the dead letters, then the offsets. Every step may run twice.
 */
import { buryLetters, type Letter, recordOf } from '../dead-letters/letters.ts';
import type { OrderLog } from '../log/log.ts';
import type { Logger } from '../logger.ts';
import type { BatchSpans, SettleSpans } from '../trace/settle-spans.ts';
import { errorType } from '../trace/tracer.ts';
import { type BookOrder, BookRefusedError, type OffsetStep, type OrderBook } from './book.ts';
import { findPoison } from './poison.ts';
import type { Slice } from './slice.ts';

export interface SettleSlicesOptions {
  book: OrderBook;
  log: Pick<OrderLog, 'name'>;
  logger: Logger;
  observeOrders(orders: readonly BookOrder[]): void;
  observeDead(count: number): void;
  /** Where traces are sent. */
  spans?: SettleSpans | undefined;
}

/** `fenced` when another consumer moved a partition: then nothing was written. */
export type SettleSlices = (
  slices: readonly Slice[],
  steps: readonly OffsetStep[],
) => Promise<'settled' | 'fenced'>;

/** Also what became of each order: the book has it, or the dead letters do. */
export type SettleAndTell = (
  slices: readonly Slice[],
  steps: readonly OffsetStep[],
) => Promise<{ kind: 'settled'; orders: BookOrder[]; dead: string[] } | { kind: 'fenced' }>;

interface Dead {
  /** An entry, or a reservation of one. */
  what: object;
  letter: Letter;
}

export function createSettleSlices(options: SettleSlicesOptions): SettleSlices {
  const settle = createSettleAndTell(options);
  return async (slices, steps) => (await settle(slices, steps)).kind;
}

export function createSettleAndTell(options: SettleSlicesOptions): SettleAndTell {
  const settle = createSettle(options);
  return (slices, steps) =>
    traceSettling(options.spans, slices, (spans) => settle(slices, steps, spans));
}

function createSettle(options: SettleSlicesOptions) {
  const { book, log, logger } = options;
  /** A batch is tried again for as long as the book is away; its dead are told of once. */
  const buried = new WeakSet<object>();

  async function bury(dead: readonly Dead[]): Promise<void> {
    const fresh = dead.filter(({ what }) => !buried.has(what));
    if (fresh.length === 0) return;
    await buryLetters(
      book,
      fresh.map(({ letter }) => letter),
    );
    for (const { what, letter } of fresh) {
      buried.add(what);
      const { source, partition, offset, reason, reservation } = letter;
      const orderId = reservation?.orderId;
      const coordinates = { source, partition, offset: String(offset) };
      logger.error({ ...coordinates, orderId, reason }, 'a record went to the dead letters');
    }
    options.observeDead(fresh.length);
  }

  /** Settles what can be and buries the rest; the offsets stay where they are. */
  async function bisect(slices: readonly Slice[], spans: BatchSpans | undefined) {
    const reservations = slices.flatMap((slice) => slice.reservations);
    const orders: BookOrder[] = [];
    const poison = await findPoison(reservations, async (part) => {
      const { traceparents } = spans ?? {};
      const batch = { log: log.name, reservations: part, steps: [], traceparents };
      const reply = await book.settle(batch);
      if (reply.kind !== 'settled') return;
      options.observeOrders(reply.orders);
      orders.push(...reply.orders);
    });
    const dead = poison.map(({ reservation, reason }): Dead => {
      const { partition, offset } = entryOf(slices, reservation);
      const value = recordOf(reservation);
      const letter = { source: log.name, partition, offset, reason, value, reservation };
      return { what: reservation, letter };
    });
    await bury(dead);
    return { orders, dead: poison.map(({ reservation }) => reservation.orderId) };
  }

  return async (
    slices: readonly Slice[],
    steps: readonly OffsetStep[],
    spans: BatchSpans | undefined,
  ): ReturnType<SettleAndTell> => {
    const reservations = slices.flatMap((slice) => slice.reservations);
    await bury(unreadableIn(slices, log.name));
    try {
      const { traceparents } = spans ?? {};
      const reply = await book.settle({ log: log.name, reservations, steps, traceparents });
      if (reply.kind === 'fenced') return reply;
      options.observeOrders(reply.orders);
      return { ...reply, dead: [] };
    } catch (error) {
      if (!(error instanceof BookRefusedError)) throw error;
      logger.error(
        { error, orders: reservations.length },
        'the book refuses a batch; bisecting it',
      );
    }
    const told = await bisect(slices, spans);
    const { kind } = await book.settle({ log: log.name, reservations: [], steps });
    return kind === 'fenced' ? { kind } : { kind, ...told };
  };
}

function unreadableIn(slices: readonly Slice[], source: string): Dead[] {
  const found = slices.flatMap((slice) => slice.unreadable);
  return found.map(({ entry, reason }) => {
    const { partition, offset, value } = entry;
    return { what: entry, letter: { source, partition, offset, reason, value } };
  });
}

/** With the spans of its sampled orders, where it has any. */
async function traceSettling(
  settleSpans: SettleSpans | undefined,
  slices: readonly Slice[],
  settle: (spans: BatchSpans | undefined) => ReturnType<SettleAndTell>,
): ReturnType<SettleAndTell> {
  const spans = settleSpans?.begin(slices.flatMap((slice) => slice.reservations));
  if (spans === undefined) return settle(undefined);
  try {
    const told = await settle(spans);
    if (told.kind === 'settled') spans.settled(told.orders);
    else spans.failed(told.kind);
    return told;
  } catch (error) {
    spans.failed(errorType(error));
    throw error;
  }
}

function entryOf(slices: readonly Slice[], reservation: Slice['reservations'][number]) {
  const slice = slices.find((candidate) => candidate.entryOf.has(reservation));
  const entry = slice?.entryOf.get(reservation);
  if (entry === undefined) throw new Error(`order ${reservation.orderId} came from nowhere`);
  return entry;
}
