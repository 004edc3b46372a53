/**
 * Where a consumer may begin: at the book's offset, as long as the log still has what comes there.
 * Both other cases mean that records were lost between the log and the book, which must stop a
 * consumer, since going on would hide it (I3).
 */
export interface LogBounds {
  /** The earliest offset that is still there. */
  low: bigint;
  /** The offset that the next record gets. */
  high: bigint;
}

export type StartOffset =
  | { kind: 'start'; offset: bigint }
  /** Deleted before the book had it: retention was too short, or the book is an old copy. */
  | { kind: 'deleted' }
  /** The log ends before: it was replaced or cut. */
  | { kind: 'beyond-end' };

export class LogRecordsLostError extends Error {
  readonly code = 'log-records-lost';
}

/** `wanted` is undefined for a partition that the book never read. */
export function startOffset(wanted: bigint | undefined, bounds: LogBounds): StartOffset {
  if (wanted === undefined) return { kind: 'start', offset: bounds.low };
  if (wanted < bounds.low) return { kind: 'deleted' };
  if (wanted > bounds.high) return { kind: 'beyond-end' };
  return { kind: 'start', offset: wanted };
}

export function recordsLost(
  source: string,
  partition: number,
  wanted: bigint,
  { low, high }: LogBounds,
): LogRecordsLostError {
  return new LogRecordsLostError(
    `the book wants offset ${wanted} of ${source}, partition ${partition}, which holds ${low} to ` +
      `${high - 1n}: compare the two, then set the book's offset by hand`,
  );
}
