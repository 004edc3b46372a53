/**
 * Waiting in a Worker: no longer than somebody has patience, and no longer than the request that it
 * belongs to. Knows nothing of the platform, so that it also runs in a simulation.
 */

/** The part of a request's ExecutionContext that outlives the answer. */
export interface RequestContext {
  waitUntil(work: Promise<unknown>): void;
}

export interface Pausing {
  /** Resolves after that long. It belongs to the request that calls it, like all its I/O. */
  pause(durationMs: number): Promise<void>;
}

/** `work`, or `late` when it takes longer. What comes after that is dropped, failures included. */
export async function within<Value, Late>(
  { pause }: Pausing,
  limit: { timeoutMs: number; late: Late },
  work: Promise<Value>,
): Promise<Value | Late> {
  work.catch(() => undefined);
  return Promise.race([work, pause(limit.timeoutMs).then(() => limit.late)]);
}
