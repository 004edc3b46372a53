/** A run of log entries of one partition, read: what can be settled, and what cannot be read. */
import { decodeRecord, type Reservation } from '../../contract/log/codec.ts';
import type { LogEntry } from '../log/log.ts';

export interface UnreadableEntry {
  entry: LogEntry;
  reason: string;
}

export interface Slice {
  partition: number;
  /** The offset after the last entry. */
  next: bigint;
  reservations: Reservation[];
  /** Where each reservation came from, for the dead letters. */
  entryOf: Map<Reservation, LogEntry>;
  unreadable: UnreadableEntry[];
}

/** `entries` are of one partition, at least one, in order. */
export function readSlice(entries: readonly LogEntry[]): Slice {
  const last = entries.at(-1);
  if (last === undefined) throw new RangeError('a slice holds at least one entry');
  const slice: Slice = {
    partition: last.partition,
    next: last.offset + 1n,
    reservations: [],
    entryOf: new Map(),
    unreadable: [],
  };
  for (const entry of entries) {
    const record = decodeRecord(entry.value);
    switch (record.kind) {
      case 'unreadable':
        slice.unreadable.push({ entry, reason: record.reason });
        break;
      case 'reserved':
        for (const reservation of record.reservations) {
          slice.reservations.push(reservation);
          slice.entryOf.set(reservation, entry);
        }
        break;
      case 'barrier':
        // Nothing to write: what counts is that the book's offset passes it.
        break;
    }
  }
  return slice;
}
