/**
 * What stands between the edge and several API processes: asks each whether it is ready, and sends
 * nothing to one that is not.
 */
import { repeatEvery } from '../../origin/timer.ts';

const ASK_EVERY_MS = 100;
const ANSWER_LIMIT_MS = 3_000;

export interface LoadBalancer {
  /** The processes that are ready, now, or were last: it changes in place. At first all of them. */
  urls: string[];
  stop(): Promise<void>;
}

export function balanceLoad(all: readonly string[]): LoadBalancer {
  const urls = [...all];
  const asking = repeatEvery(ASK_EVERY_MS, async () => {
    const ready = await Promise.all(all.map(isReady));
    const serving = all.filter((_, index) => ready[index]);
    if (serving.length > 0) urls.splice(0, urls.length, ...serving);
  });
  return { urls, stop: asking.stop };
}

function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
