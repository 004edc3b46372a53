/**
 * Outcomes to responses. What is said of one buyer must never be kept by a cache, so every answer is
 * `no-store` unless its maker says otherwise.
 */
import { httpOf, type Outcome } from '../contract/outcomes.ts';
import { problem } from '../contract/problem.ts';

/** Headers that a gate adds to the answer, whatever it will be: the guest's cookie, RateLimit. */
export type ExtraHeaders = Record<string, string>;

export function answerOf(outcome: Outcome, extra: ExtraHeaders = {}, detail?: string): Response {
  const { status, headers, body } = httpOf(outcome);
  const explained = detail === undefined ? body : { ...body, detail };
  return new Response(JSON.stringify(explained), {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...headers,
      ...extra,
    },
  });
}

export function jsonAnswer(value: unknown, headers: ExtraHeaders): Response {
  return new Response(JSON.stringify(value), {
    headers: { 'content-type': 'application/json', ...headers },
  });
}

/** RFC 9110, section 15.5.6: a 405 says in Allow what the route takes. */
export function methodNotAllowed(allow: string): Response {
  const { status, headers, body } = problem(405, 'unknown-route', `This route takes ${allow}`);
  return new Response(JSON.stringify(body), { status, headers: { ...headers, allow } });
}
