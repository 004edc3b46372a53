/** @import { Answer, Api, Problem, Refusal, Refused, Trouble } from './types.ts' */
/**
 * The questions to the shop, one request each. A lost or garbled answer is a refusal too. Once the
 * shop's token is refused nothing more is asked: its buyer must not become a guest unawares.
 */
import { forgetToken, readToken } from './device.js';

/** What the shop's refusals mean to a buyer. */
/** @type {Record<Refusal['kind'], Trouble>} */
const TROUBLES = {
  'not-open': 'not-open',
  ended: 'ended',
  'sold-out': 'sold-out',
  'not-drawn': 'not-drawn',
  'too-fast': 'too-fast',
  recovering: 'recovering',
  overloaded: 'overloaded',
  unauthenticated: 'unauthenticated',
  'invalid-request': 'invalid-request',
  'body-too-large': 'invalid-request',
  'key-reused': 'key-reused',
  'unknown-sale': 'unknown-sale',
  'unknown-order': 'unexpected',
  'unknown-route': 'unexpected',
  'no-pass': 'unexpected',
  'foreign-page': 'unexpected',
  conflict: 'unexpected',
  'not-payable': 'not-payable',
  'not-cancellable': 'not-cancellable',
  'payment-unavailable': 'payment-unavailable',
  'bad-signature': 'unexpected',
  'no-waitlist': 'no-waitlist',
  'not-sold-out': 'not-sold-out',
  'waitlist-full': 'waitlist-full',
  'has-order': 'has-order',
  'not-waiting': 'not-waiting',
  'not-human': 'not-human',
  'not-invited': 'not-invited',
  internal: 'unexpected',
};

/** Longer than the shop ever takes to answer. */
const TIMEOUT_MS = 8000;
/** @type {Refused} */
const SIGNED_OUT = { kind: 'refused', trouble: 'signed-out', status: 401 };
const JSON_BODY = { 'content-type': 'application/json' };

let isSignedOut = false;

/**
 * @param {string} saleId
 * @param {() => Record<string, string>} invitation what a code's holder sends besides
 * @returns {Api}
 */
export function createApi(saleId, invitation) {
  const sale = `/api/sales/${saleId}`;
  const waitlist = `${sale}/waitlist`;
  return {
    sale: () => ask(sale),
    myOrder: () => askAsBuyer(`${sale}/orders/mine`),
    order: (orderId) => askAsBuyer(`/api/orders/${orderId}`),
    placeOrder: ({ key, quantity }) =>
      askAsBuyer(`${sale}/orders`, {
        method: 'POST',
        headers: { ...JSON_BODY, ...invitation(), 'idempotency-key': key },
        body: JSON.stringify({ quantity }),
      }),
    pay: (orderId) => askAsBuyer(`/api/orders/${orderId}/payment`, { method: 'POST' }),
    cancel: (orderId) => askAsBuyer(`/api/orders/${orderId}/cancellation`, { method: 'POST' }),
    place: () => askAsBuyer(waitlist),
    join: (quantity) =>
      askAsBuyer(waitlist, {
        method: 'PUT',
        headers: { ...JSON_BODY, ...invitation() },
        body: JSON.stringify({ quantity }),
      }),
    leave: () => askAsBuyer(waitlist, { method: 'DELETE' }),
    // Also gives a new guest their cookie.
    async nowMs() {
      /** @type {Answer<{ now: string }>} */
      const answer = await askAsBuyer('/api/clock');
      const nowMs = answer.kind === 'ok' ? new Date(answer.body.now).getTime() : Number.NaN;
      return Number.isNaN(nowMs) ? undefined : nowMs;
    },
  };
}

/** @param {string} path @param {RequestInit} [options] @returns {Promise<Answer<any>>} */
export async function askAsBuyer(path, options) {
  if (isSignedOut) return SIGNED_OUT;
  const token = readToken();
  if (token === undefined) return ask(path, options);
  const headers = { ...options?.headers, authorization: `Bearer ${token}` };
  const answer = await ask(path, { ...options, headers });
  if (answer.kind === 'ok' || answer.status !== 401) return answer;
  forgetToken();
  isSignedOut = true;
  return SIGNED_OUT;
}

/** @param {string} path @param {RequestInit} [options] @returns {Promise<Answer<any>>} */
export async function ask(path, options) {
  try {
    const response = await fetch(path, {
      ...options,
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    const body = response.status === 204 ? null : parse(text);
    if (response.ok && body !== undefined) return { kind: 'ok', body };
    return refusedBy(response, body);
  } catch {
    return { kind: 'refused', trouble: 'network-lost', status: 0 };
  }
}

/** @param {Response} response @param {Partial<Problem>} [problem] @returns {Refused} */
function refusedBy(response, problem) {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = problem?.retryAfterMs ?? seconds * 1000;
  const trouble = troubleOf(problem?.type, response.status);
  const opensAt = problem?.opensAt;
  // Also refused as `not-open` while paused; then the opening is in the past.
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

/** @param {string | undefined} type @param {number} status @returns {Trouble} */
export function troubleOf(type, status) {
  const kind = /** @type {Refusal['kind']} */ (type?.replace('/problems/', '') ?? '');
  // Without a type something full or broken before the shop answered.
  return TROUBLES[kind] ?? (status === 429 || status >= 500 ? 'overloaded' : 'unexpected');
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}
