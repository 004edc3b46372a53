/**
 * One batch of results to the edge, signed like everything between the two. Bounded in time and
 * tried again once: whoever was not told asks by itself. Posted twice it says the same twice.
 */
import { type FeedBatch, type FeedResult, resultsPath } from '../../contract/feed.ts';
import { PASS_HEADER, type PassKeeper } from '../../contract/pass.ts';
import type { Logger } from '../logger.ts';
import { pause } from '../timer.ts';

/** The page's own next question is not much later. */
const POST_TIMEOUT_MS = 2_000;
const TRIES = 2;
/** A connection that was closed meanwhile, an isolate that was being replaced. */
const RETRY_AFTER_MS = 100;

export type PostOutcome =
  | { kind: 'posted' }
  /** It will be so next time: the two sides do not agree. */
  | { kind: 'refused'; reason: string }
  | { kind: 'away'; reason: string };

export type PostResults = (saleId: string, results: readonly FeedResult[]) => Promise<PostOutcome>;

export interface PostResultsOptions {
  edgeUrl: string;
  passes: PassKeeper;
  fetch: typeof globalThis.fetch;
  nowMs(): number;
  logger: Logger;
}

export function createPostResults(options: PostResultsOptions): PostResults {
  let wasRefused = false;
  return async (saleId, results) => {
    const path = resultsPath(saleId);
    const batch: FeedBatch = { results: [...results] };
    const body = JSON.stringify(batch);
    let outcome = await postOnce(options, path, body);
    for (let tries = 1; tries < TRIES && outcome.kind === 'away'; tries += 1) {
      await pause(RETRY_AFTER_MS);
      outcome = await postOnce(options, path, body);
    }
    const isRefused = outcome.kind === 'refused';
    if (isRefused && !wasRefused) {
      const why = 'the edge takes no results; do PASS_KEYS and the clocks agree, and EDGE_URL?';
      options.logger.warn({ saleId, outcome }, why);
    }
    wasRefused = isRefused;
    return outcome;
  };
}

async function postOnce(
  { edgeUrl, passes, fetch, nowMs }: PostResultsOptions,
  path: string,
  body: string,
): Promise<PostOutcome> {
  const claims = { method: 'POST', path, body, buyerId: '', idempotencyKey: '' };
  const pass = passes.sign({ ...claims, timeMs: nowMs() });
  try {
    const response = await fetch(new URL(path, edgeUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', [PASS_HEADER]: pass },
      body,
      // The pass is for this edge only.
      redirect: 'manual',
      signal: AbortSignal.timeout(POST_TIMEOUT_MS),
    });
    await response.body?.cancel();
    const { ok, status } = response;
    if (ok) return { kind: 'posted' };
    return { kind: status >= 500 ? 'away' : 'refused', reason: `status ${status}` };
  } catch (error) {
    return { kind: 'away', reason: reasonOf(error) };
  }
}

/** fetch says "fetch failed"; what failed is its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
