/**
 * What tests of a log need around it: reservations, and a book that keeps offsets by
 * compare-and-set and remembers every order, as the real one does. A test replaces `whenHandling`
 * to be slow, to refuse, or to throw.
 */
import { decodeRecord, type Reservation } from '../../contract/log/codec.ts';
import type { LogEntry, LogHandler, OrderLog } from '../../origin/log/log.ts';

const WAIT_LIMIT_MS = 40_000;
const LOOK_EVERY_MS = 5;

/** A place where logs are kept, seen from outside. */
export interface LogStore {
  /** Opens the log that is there, as another process would. */
  open(): Promise<OrderLog>;
  /** Puts bytes into the log that no append would write. */
  appendRaw(value: Uint8Array): Promise<void>;
  remove(): Promise<void>;
}

export interface LogTrial {
  store: LogStore;
  log: OrderLog;
  book: TrialBook;
}

/** Each promise of the port, and a check that throws when it is broken. */
export type LogPromises = Record<string, (trial: LogTrial) => Promise<void>>;

let made = 0;

export function makeReservations(count: number, of: Partial<Reservation> = {}): Reservation[] {
  return Array.from({ length: count }, () => {
    made += 1;
    return {
      saleId: 'phone',
      epoch: 1,
      bucket: 0,
      orderId: `order${String(made).padStart(17, '0')}`,
      buyerId: `buyer-${made}`,
      quantity: 1,
      seq: made,
      reservedAtMs: 1_800_000_000_000 + made,
      ...of,
    };
  });
}

export interface TrialBook extends LogHandler {
  offsets: Map<number, bigint>;
  /** Every entry settled, in the order of settling. */
  settled: LogEntry[];
  /** How often each partition was asked for. */
  asked: number[][];
  /** Partitions in a `handle` call now; a second call of one is an error of the consumer. */
  handling: Set<number>;
  errors: string[];
  whenHandling(entries: readonly LogEntry[]): Promise<'settled' | 'rewind' | undefined>;
  orders(): Reservation[];
}

export function createTrialBook(offsets = new Map<number, bigint>()): TrialBook {
  /** Where this consumer believes the book to be, which another may have moved meanwhile. */
  const believed = new Map<number, bigint | undefined>();
  const book: TrialBook = {
    offsets,
    settled: [],
    asked: [],
    handling: new Set(),
    errors: [],
    whenHandling: async () => undefined,
    orders: () => book.settled.flatMap(readReservations),
    async positions(partitions) {
      book.asked.push([...partitions]);
      for (const partition of partitions) believed.set(partition, book.offsets.get(partition));
      return new Map(book.offsets);
    },
    async handle(entries) {
      const partition = entries[0]?.partition ?? -1;
      judge(book, partition, entries);
      book.handling.add(partition);
      const reply = await book.whenHandling(entries);
      book.handling.delete(partition);
      if (reply === 'rewind') return 'rewind';
      if (book.offsets.get(partition) !== believed.get(partition)) return 'rewind';
      const next = (entries.at(-1)?.offset ?? 0n) + 1n;
      book.offsets.set(partition, next);
      believed.set(partition, next);
      book.settled.push(...entries);
      return 'settled';
    },
  };
  return book;
}

function judge(book: TrialBook, partition: number, entries: readonly LogEntry[]): void {
  if (book.handling.has(partition)) book.errors.push(`partition ${partition} twice at once`);
  if (entries.some((entry) => entry.partition !== partition)) book.errors.push('mixed partitions');
  const sorted = entries.every(
    (entry, index) => entry.offset > (entries[index - 1]?.offset ?? -1n),
  );
  if (!sorted) book.errors.push(`partition ${partition} out of order`);
}

export function readReservations({ value }: LogEntry): Reservation[] {
  const decoded = decodeRecord(value);
  return decoded.kind === 'reserved' ? decoded.reservations : [];
}

export function idsOf(reservations: readonly Reservation[]): string[] {
  return reservations.map((reservation) => reservation.orderId).sort();
}

/** Resolves once `holds`; rejects with `what` when it takes too long. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMs = WAIT_LIMIT_MS,
): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`waited in vain: ${what}`);
    await sleep(LOOK_EVERY_MS);
  }
}

export function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

/** Waits until the book has all of these orders. */
export function untilSettled(book: TrialBook, wanted: readonly Reservation[]): Promise<void> {
  return until(`${wanted.length} orders in the book`, () => {
    const known = new Set(book.orders().map((order) => order.orderId));
    return wanted.every((order) => known.has(order.orderId));
  });
}
