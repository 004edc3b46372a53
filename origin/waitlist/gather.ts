/**
 * Gathers what waits of a sale into one exchange with the book: one is under way, what comes in
 * meanwhile is the next, so that batches grow by themselves under load. When one fails, everybody
 * who waits is told at once, not a time-out later.
 */

/** Requests in one exchange: a batch of joins holds the lock of the sale's row for 30 ms. */
export const MAX_GATHERED = 1_000;
/** Of one sale: two seconds of joins at the slowest allowed, 5,000 a second. */
const MAX_WAITING = 10_000;

export class GatherFullError extends Error {
  readonly code = 'gather-full';
}

/** One answer a request, in the order asked. */
export type RunGathered<Request, Answer> = (
  saleId: string,
  requests: readonly Request[],
) => Promise<readonly Answer[]>;

export type Gather<Request, Answer> = (saleId: string, request: Request) => Promise<Answer>;

interface Waiting<Request, Answer> {
  request: Request;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

export function createGather<Request, Answer>(
  run: RunGathered<Request, Answer>,
): Gather<Request, Answer> {
  /** What waits of each sale that is at work. */
  const lines = new Map<string, Waiting<Request, Answer>[]>();

  async function work(saleId: string, line: Waiting<Request, Answer>[]): Promise<void> {
    while (line.length > 0) {
      const batch = line.splice(0, MAX_GATHERED);
      try {
        const requests = batch.map((waiting) => waiting.request);
        handOut(batch, await run(saleId, requests));
      } catch (error) {
        for (const waiting of [...batch, ...line.splice(0)]) waiting.reject(error);
      }
    }
    lines.delete(saleId);
  }

  return (saleId, request) =>
    new Promise((resolve, reject) => {
      const line = lines.get(saleId) ?? [];
      if (line.length >= MAX_WAITING) {
        reject(new GatherFullError(`${MAX_WAITING} requests for ${saleId} wait`));
        return;
      }
      line.push({ request, resolve, reject });
      if (lines.has(saleId)) return;
      lines.set(saleId, line);
      setImmediate(() => void work(saleId, line));
    });
}

function handOut<Request, Answer>(
  batch: readonly Waiting<Request, Answer>[],
  answers: readonly Answer[],
): void {
  if (answers.length !== batch.length) {
    throw new Error(`${batch.length} requests got ${answers.length} answers`);
  }
  for (const [index, answer] of answers.entries()) batch[index]?.resolve(answer);
}
