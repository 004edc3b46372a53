/**
 * How much of what waits one `handle` call gets: about 1,000 orders, so that one transaction
 * settles them and nobody waits behind a fetch of a megabyte. What waits grows while a call runs,
 * so that calls grow by themselves under load.
 */
import type { LogEntry } from './log.ts';

/** An entry holds one order when the shop is quiet, and some hundred in a rush. */
export const SLICE_ENTRIES = 200;
/** An order takes about 54 bytes, so this is 1,200 of them. */
export const SLICE_BYTES = 64 * 1024;
/** More than two slices that wait only take memory: fetching pauses. */
const MOST_WAITING_SLICES = 2;

/** How many of the first entries make one slice; at least 1, whatever its size. */
export function sliceLength(entries: readonly LogEntry[]): number {
  let bytes = 0;
  const end = entries.findIndex((entry, index) => {
    bytes += entry.value.length;
    return index >= SLICE_ENTRIES || (index > 0 && bytes > SLICE_BYTES);
  });
  return end === -1 ? entries.length : end;
}

export function isTooMuch(waiting: { entries: number; bytes: number }): boolean {
  return (
    waiting.entries > MOST_WAITING_SLICES * SLICE_ENTRIES ||
    waiting.bytes > MOST_WAITING_SLICES * SLICE_BYTES
  );
}
