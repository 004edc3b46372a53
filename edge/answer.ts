/**
 * Outcomes to responses. What is said of one buyer must never be kept by a cache, so every answer
 * is `no-store` unless its maker says otherwise.
 */
import { LRUCache } from 'lru-cache';
import { httpOf, type Outcome } from '../contract/outcomes.ts';
import { problem } from '../contract/problem.ts';
import { DATA_HEADERS } from './security-headers.ts';

/** Headers that a gate adds to the answer, whatever it will be: the guest's cookie, RateLimit. */
export type ExtraHeaders = Record<string, string>;

export function answerOf(outcome: Outcome, extra?: ExtraHeaders, detail?: string): Response {
  const { status, headers, body } = httpOf(outcome);
  const explained = detail === undefined ? body : { ...body, detail };
  const sent =
    extra === undefined ? preparedHeaders(headers) : { ...NO_STORE, ...headers, ...extra };
  return new Response(JSON.stringify(explained), { status, headers: sent });
}

const NO_STORE = {
  ...DATA_HEADERS,
  'content-type': 'application/json',
  'cache-control': 'no-store',
};
/** One for each Retry-After in use: a few at a time. */
const MAX_PREPARED = 100;
const prepared = new LRUCache<string, Headers>({ max: MAX_PREPARED });

/**
 * The headers of a refusal, made once for many: handing workerd a Headers object costs half of
 * handing it three names and values (measured: 8 us against 19 us over an answer of text).
 */
function preparedHeaders(headers: Record<string, string>): Headers {
  const key = Object.entries(headers).join();
  const known = prepared.get(key);
  if (known !== undefined) return known;
  const made = new Headers({ ...NO_STORE, ...headers });
  prepared.set(key, made);
  return made;
}

export function jsonAnswer(value: unknown, headers: ExtraHeaders): Response {
  return textAnswer(JSON.stringify(value), headers);
}

/** `text` is JSON already. */
export function textAnswer(text: string, headers: ExtraHeaders): Response {
  return new Response(text, { headers: { 'content-type': 'application/json', ...headers } });
}

export function cookieHeaders(setCookie: string | undefined): ExtraHeaders | undefined {
  return setCookie === undefined ? undefined : { 'set-cookie': setCookie };
}

/** RFC 9110, section 15.5.6: a 405 says in Allow what the route takes. */
export function methodNotAllowed(allow: string): Response {
  const { status, headers, body } = problem(405, 'unknown-route', `This route takes ${allow}`);
  return new Response(JSON.stringify(body), { status, headers: { ...headers, allow } });
}

/** Sets what is in `headers`, on the answer itself where that is possible. */
export function addHeaders(answer: Response, headers: readonly [string, string][]): Response {
  // The headers of an opened WebSocket are not for a page.
  if (headers.length === 0 || answer.status === 101) return answer;
  try {
    for (const [name, value] of headers) answer.headers.set(name, value);
    return answer;
  } catch {
    // What came from a cache or an object cannot be changed.
    const copy = new Response(answer.body, answer);
    for (const [name, value] of headers) copy.headers.set(name, value);
    return copy;
  }
}
