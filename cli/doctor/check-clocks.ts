/**
 * The clocks of all that tells the time, against this machine's. Each is asked twice, since the
 * first answer has the connection in it; the second is taken to be from the middle of its call, and
 * what the call itself took is allowed for.
 */
import type { Clock } from '../../contract/clock.ts';
import { type Finding, findingsOf } from './finding.ts';

/**
 * The page counts down on the edge's clock, the book judges deadlines by its own; more than this is
 * seen by buyers. Passes stand 30 s.
 */
const MOST_APART_MS = 500;
const ADVICE = 'let NTP set both clocks (chronyc tracking, or timedatectl)';

export interface ClockReader {
  /** Whose, such as `book`. */
  name: string;
  open(): OpenClock;
}

export interface OpenClock {
  /** Milliseconds since the epoch by that clock. Rejects when it cannot be read. */
  read(): Promise<number>;
  close?(): Promise<void>;
}

export async function checkClocks(
  readers: readonly ClockReader[],
  clock: Clock,
): Promise<Finding[]> {
  return Promise.all(readers.map((reader) => checkClock(reader, clock)));
}

async function checkClock({ name, open }: ClockReader, { nowMs }: Clock): Promise<Finding> {
  const found = findingsOf('clocks', name);
  let opened: OpenClock | undefined;
  try {
    opened = open();
    await opened.read();
    const beganMs = nowMs();
    const readMs = await opened.read();
    const endedMs = nowMs();
    if (!Number.isFinite(readMs)) return found('fail', 'told no time');
    const differenceMs = Math.round(readMs - (beganMs + endedMs) / 2);
    const uncertainMs = (endedMs - beganMs) / 2;
    const words = `${Math.abs(differenceMs)} ms ${differenceMs < 0 ? 'behind' : 'ahead of'}`;
    const said = `${words} this machine`;
    const isApart = Math.abs(differenceMs) - uncertainMs > MOST_APART_MS;
    return isApart ? found('fail', said, ADVICE) : found('ok', said);
  } catch {
    // Why is said where the backend itself is looked at.
    return found('warn', 'cannot be read');
  } finally {
    await opened?.close?.();
  }
}
