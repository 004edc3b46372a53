/**
 * One JSON line an event, as the origin writes them. Only what an operator should act on is logged.
 */
import type { Clock } from '../contract/clock.ts';

export function logError(event: string, details: Record<string, unknown>): void {
  console.error(JSON.stringify({ level: 'error', event, ...details }));
}

/** One failure of the origin fails the requests of a crowd, and a line for each would bury it. */
const REPEAT_AFTER_MS = 1_000;

/** Writes an event at most once a second; `unwritten` counts those since the last one. */
export function createErrorLog(event: string, clock: Clock) {
  let writtenAtMs = Number.NEGATIVE_INFINITY;
  let unwritten = 0;
  return (details: Record<string, unknown>): void => {
    const nowMs = clock.nowMs();
    if (nowMs - writtenAtMs < REPEAT_AFTER_MS) {
      unwritten += 1;
      return;
    }
    logError(event, unwritten === 0 ? details : { ...details, unwritten });
    writtenAtMs = nowMs;
    unwritten = 0;
  };
}

/** What an unknown thrown value says, without its stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
