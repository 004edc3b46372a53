/** A settler between a log and a book that a test holds in its hands, and what came of it. */
import { encodeReservations } from '../../../contract/log/codec.ts';
import type { LogEntry } from '../../../origin/log/log.ts';
import type { SettleBatch, SettleReply } from '../../../origin/settle/book.ts';
import { createSettler } from '../../../origin/settle/settler.ts';
import type { Transaction } from '../../../origin/settle/transaction.ts';
import { runLater } from '../../../origin/settle/waiting.ts';
import {
  bookOrderOf,
  evenRandom,
  fakeBook,
  fakeLog,
  memoryLogger,
  reservationOf,
} from '../fakes.ts';

/** A letter as it is written, its value in hex. */
export interface BuriedLetter {
  source: string;
  partition: number;
  offset: string;
  orderId: string;
  reason: string;
  value: string;
}

export type Settle = (batch: SettleBatch) => Promise<SettleReply>;

export const takeAll: Settle = async ({ reservations }) => ({
  kind: 'settled',
  orders: reservations.map((each) => bookOrderOf(each)),
});

export function setUp({ settle = takeAll, offsets = new Map<number, bigint>() } = {}) {
  const batches: SettleBatch[] = [];
  const letters: BuriedLetter[] = [];
  const settledIds: string[] = [];
  const sizes: number[] = [];
  const { logger, lines } = memoryLogger();
  const book = { settle, bury: async () => {} };
  const settler = createSettler({
    book: fakeBook({
      settle(batch) {
        batches.push(batch);
        return book.settle(batch);
      },
      offsets: async () => offsets,
      async transact(work) {
        await book.bury();
        return runLater(work(collecting(letters)));
      },
    }),
    log: fakeLog({}),
    random: evenRandom,
    logger,
    observe: ({ size }) => void sizes.push(size),
    observeOrders: (orders) => void settledIds.push(...orders.map(({ orderId }) => orderId)),
    observeDead: () => {},
  });
  return { settler, batches, letters, settledIds, sizes, lines, book };
}

/** Takes nothing but the statement that buries. */
function collecting(letters: BuriedLetter[]): Transaction {
  const unexpected = () => {
    throw new Error('burying runs one statement');
  };
  return {
    nowMs: 7,
    rows: unexpected,
    insert: unexpected,
    run(_statement, ...values) {
      const [source, partition, offset, orderId] = values.slice(0, 4);
      const [reason, value] = values.slice(8, 10);
      letters.push({ source, partition, offset, orderId, reason, value } as BuriedLetter);
      return 1;
    },
  };
}

/** Entries of one partition: one for each group of order numbers, or raw bytes. */
export function entries(partition: number, from: bigint, ...records: (number[] | Uint8Array)[]) {
  return records.map((record, index): LogEntry => {
    const value = Array.isArray(record)
      ? encodeReservations(
          record.map((number) => reservationOf(number)),
          1,
        )[0]?.value
      : record;
    const offset = from + BigInt(index);
    return { partition, offset, value: value ?? new Uint8Array(), appendedAtMs: 0 };
  });
}
export const numbers = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => from + index);
export const orderIds = (...wanted: number[]) =>
  wanted.map((number) => reservationOf(number).orderId);

/** What a promise has come to by now. */
export function watch<Value>(promise: Promise<Value>) {
  const seen: { value: Value | 'pending' } = { value: 'pending' };
  void promise.then((value) => {
    seen.value = value;
  });
  return seen;
}
