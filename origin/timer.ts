/**
 * Repeats a piece of work, the next time counted from the end of the last, so that a slow run never
 * overlaps with itself. `stop` lets a running one end.
 */
export interface Repeating {
  stop(): Promise<void>;
}

export function repeatEvery(everyMs: number, work: () => Promise<void>): Repeating {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  function schedule() {
    timer = setTimeout(() => {
      running = work().finally(() => {
        if (!stopped) schedule();
      });
    }, everyMs);
    timer.unref();
  }
  schedule();

  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      return running;
    },
  };
}

/** Resolves after `delayMs`, or at once when `signal` is aborted. */
export function pause(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = setTimeout(done, delayMs);
    signal?.addEventListener('abort', done, { once: true });
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
  });
}
