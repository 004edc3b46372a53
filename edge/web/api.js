// @ts-check
/** @import { Problem } from '../../contract/problem.ts' */
/** @import { Answer, Api, Refused } from './types.ts' */
/**
 * The five questions that the page asks the shop, each answered by a value: what was asked for, or
 * a refusal. A lost connection, a time-out and an answer that is not JSON are refusals too. One
 * call is one request: asking again is decided elsewhere.
 */
import { troubleOf } from './refusals.js';

/** Longer than the shop ever takes to answer; a lost answer must not hold the buyer for longer. */
const TIMEOUT_MS = 8000;

/** @param {string} saleId @returns {Api} */
export function createApi(saleId) {
  const sale = `/api/sales/${saleId}`;
  return {
    sale: () => ask(sale),
    myOrder: () => ask(`${sale}/orders/mine`),
    order: (orderId) => ask(`/api/orders/${orderId}`),
    placeOrder: ({ key, quantity }) =>
      ask(`${sale}/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ quantity }),
      }),
    // Also gives a new guest their cookie.
    async nowMs() {
      /** @type {Answer<{ now: string }>} */
      const answer = await ask('/api/clock');
      const nowMs = answer.kind === 'ok' ? new Date(answer.body.now).getTime() : Number.NaN;
      return Number.isNaN(nowMs) ? undefined : nowMs;
    },
  };
}

/**
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<Answer<any>>}
 */
async function ask(path, options) {
  try {
    const response = await fetch(path, {
      ...options,
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    // A body that broke off is a lost answer; one that is not JSON came from something in between.
    const text = await response.text();
    const body = parse(text);
    if (response.ok && body !== undefined) return { kind: 'ok', body };
    return refusedBy(response, body);
  } catch {
    return { kind: 'refused', trouble: 'network-lost', status: 0 };
  }
}

/**
 * @param {Response} response
 * @param {Partial<Problem> | undefined} problem
 * @returns {Refused}
 */
function refusedBy(response, problem) {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = problem?.retryAfterMs ?? seconds * 1000;
  const trouble = troubleOf(problem?.type, response.status);
  const opensAt = problem?.opensAt;
  // The shop refuses as `not-open` also while it is paused; then the opening is in the past.
  const isPaused =
    trouble === 'not-open' && opensAt !== undefined && opensAt <= (problem?.now ?? '');
  return {
    kind: 'refused',
    trouble: isPaused ? 'paused' : trouble,
    status: response.status,
    ...(retryAfterMs >= 0 ? { retryAfterMs } : {}),
    ...(opensAt === undefined ? {} : { opensAt }),
  };
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}
