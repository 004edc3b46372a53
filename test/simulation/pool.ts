/** Runs many seeds, on both cores, until there are enough of them or of failures. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Report, Task } from './worker.ts';

export interface PoolOptions {
  seeds: Iterable<number>;
  steps?: number | undefined;
  bug?: string | undefined;
  /** Begins no further seed after so many failures. */
  mostFailures?: number;
  /** Begins no further seed after this moment, as performance.now() says. */
  untilMs?: number;
  threads?: number;
  onReport?(report: Report): void;
}

export interface PoolResult {
  ran: number;
  failures: Report[];
  seconds: number;
}

const MOST_THREADS = 8;

export async function runSeeds(options: PoolOptions): Promise<PoolResult> {
  const { steps, bug, mostFailures = Infinity, untilMs = Infinity, onReport } = options;
  const threads = options.threads ?? Math.min(MOST_THREADS, availableParallelism());
  const left = options.seeds[Symbol.iterator]();
  const startedAt = performance.now();
  const result: PoolResult = { ran: 0, failures: [], seconds: 0 };

  function nextTask(): Task | undefined {
    if (result.failures.length >= mostFailures || performance.now() >= untilMs) return undefined;
    const { done, value } = left.next();
    return done === true ? undefined : { seed: value, steps, bug };
  }

  async function work(): Promise<void> {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    try {
      for (let task = nextTask(); task !== undefined; task = nextTask()) {
        const report = await runOne(worker, task);
        result.ran += 1;
        if (report.failure !== undefined) result.failures.push(report);
        onReport?.(report);
      }
    } finally {
      await worker.terminate();
    }
  }

  await Promise.all(Array.from({ length: threads }, work));
  result.seconds = (performance.now() - startedAt) / 1000;
  result.failures.sort((left, right) => left.seed - right.seed);
  return result;
}

function runOne(worker: Worker, task: Task): Promise<Report> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (report: Report) => {
      worker.off('error', reject);
      resolve(report);
    });
    worker.postMessage(task);
  });
}
