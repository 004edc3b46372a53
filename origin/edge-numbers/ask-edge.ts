/**
 * One question to the edge for what it counted of a sale, signed like everything between the two
 * and bounded in time. Asking again is harmless, so whoever asks every second needs no second try.
 */
import { type EdgeNumbers, edgeNumbersSchema, numbersPath } from '../../contract/edge-numbers.ts';
import { PASS_HEADER, type PassKeeper } from '../../contract/pass.ts';

/** The edge itself gives its objects 1.5 s. */
const ASK_TIMEOUT_MS = 2_500;

/** Rejects when the edge is away, or tells nothing that is understood. */
export type AskEdge = (saleId: string) => Promise<EdgeNumbers>;

export interface AskEdgeOptions {
  edgeUrl: string;
  passes: PassKeeper;
  fetch: typeof globalThis.fetch;
  nowMs(): number;
}

export function createAskEdge({ edgeUrl, passes, fetch, nowMs }: AskEdgeOptions): AskEdge {
  return async (saleId) => {
    const path = numbersPath(saleId);
    const claims = { method: 'GET', path, body: '', buyerId: '', idempotencyKey: '' };
    const response = await fetch(new URL(path, edgeUrl), {
      headers: { [PASS_HEADER]: passes.sign({ ...claims, timeMs: nowMs() }) },
      // The pass is for this edge only.
      redirect: 'manual',
      signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new EdgeSilentError(`the edge answered with status ${response.status}`);
    }
    const numbers = edgeNumbersSchema.parse(await response.json());
    if (numbers.saleId !== saleId) throw new EdgeSilentError('the edge told of another sale');
    return numbers;
  };
}

class EdgeSilentError extends Error {
  readonly code = 'edge-silent';
}
