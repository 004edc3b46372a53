/** Turns an outcome into a response, the same way on every route. */
import { httpOf, type Outcome } from '../../contract/outcomes.ts';

/** `extra` is what a route adds to its answers, whatever they are. */
export function answer(outcome: Outcome, extra?: Record<string, string>): Response {
  const { status, headers, body } = httpOf(outcome);
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...headers,
      ...extra,
      // The rest of such a body is not read, so no other request may follow it on the connection.
      ...(outcome.kind === 'body-too-large' ? { connection: 'close' } : {}),
    },
  });
}

export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  });
}
