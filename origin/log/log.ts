/**
 * OrderLog: the port to the durable log between reserving and settling (Kafka, a table when
 * embedded, or none: direct-log.ts). What `append` has resolved is never lost (I3); records may
 * come more than once.
 */
import type { LogBarrier, Reservation } from '../../contract/log/codec.ts';
import type { BookOrder } from '../settle/book.ts';

export interface LogEntry {
  partition: number;
  /** Grows by at least 1 within a partition; Kafka may leave gaps. */
  offset: bigint;
  value: Uint8Array;
  /** When it was appended, by the log's clock. */
  appendedAtMs: number;
}

export interface LogLag {
  /** Records appended and not yet settled in this consumer's partitions; processes add up. */
  messages: number;
  /** Age of the oldest of them; 0 when there is none. */
  seconds: number;
}

/** What a consumer asks of its owner. */
export interface LogHandler {
  /**
   * The next offset that the book wants of each partition; undefined for one never read (then the
   * earliest record is next). Asked whenever partitions are assigned, and again after a rejection.
   */
  positions(partitions: readonly number[]): Promise<Map<number, bigint>>;
  /**
   * Entries of one partition in order, at least one, contiguous from the last resolved. Resolves
   * once they are settled. Different partitions may be handled at the same time, one partition
   * never is. `rewind` when the book is at another offset than the entries begin at: the consumer
   * asks `positions` again and continues there. A rejection ends the consumer.
   */
  handle(entries: readonly LogEntry[]): Promise<'settled' | 'rewind'>;
}

export interface LogConsumer {
  /**
   * Resolves when the consumer has stopped; rejects when it stopped by itself (never swallowed).
   */
  readonly stopped: Promise<void>;
  lag(): Promise<LogLag>;
  /** Stops fetching; what is being handled ends first. */
  close(): Promise<void>;
}

/** What became of each order, by its id: what the book has of it, or that it is a dead letter. */
export type Settlement = ReadonlyMap<string, BookOrder | 'held'>;

export interface OrderLog {
  /** The name under which the book keeps this log's offsets. */
  readonly name: string;
  /**
   * Resolves when all are durable (Kafka: acks=all). Never two sends at once on a producer. A log
   * that settles what is appended tells what became of every order; others do not know it.
   */
  append(reservations: readonly Reservation[]): Promise<Settlement | undefined>;
  /**
   * Appends one barrier record to every partition, durable like `append`, and gives each one's
   * offset; none where there are no partitions, since nothing waits to be settled. When it rejects,
   * some partitions may have theirs: the caller repeats it, and waits for the offsets of the call
   * that resolved.
   */
  barrier(barrier: LogBarrier): Promise<Map<number, bigint>>;
  consume(handler: LogHandler): Promise<LogConsumer>;
  ping(): Promise<void>;
  risks(): Promise<string[]>;
  close(): Promise<void>;
}
