/**
 * The last step: the request goes on to the origin with a signed pass, once. A retry is the
 * browser's, under the same Idempotency-Key, and safe. An origin that is down or broken costs the
 * buyer a 503 with Retry-After after at most FORWARD_TIMEOUT_MS, never a hang.
 */
import { problemName } from '../contract/problem.ts';
import { answerOf, type ExtraHeaders } from './answer.ts';
import { logError } from './log.ts';
import type { CallOrigin, OriginReply, OriginRequest } from './origin.ts';

/** Past the slowest append the origin waits for; a buyer who waits longer has reloaded the page. */
const FORWARD_TIMEOUT_MS = 10_000;
/** Long enough for a process to be started again. */
const UNREACHABLE_RETRY_MS = 2_000;
/** What a browser is told of the origin's headers. */
const PASSED_HEADERS = ['content-type', 'location', 'retry-after', 'cache-control'] as const;
/** W3C Trace Context, version 00. */
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const UNKNOWN_RESULT =
  'Whether the order was taken is not known. Sent again with the same Idempotency-Key it is safe.';

export type BuyerRequest = Omit<OriginRequest, 'timeoutMs' | 'traceparent'> & {
  clientHeaders: Headers;
};

export type Forward = (request: BuyerRequest, extra: ExtraHeaders) => Promise<Response>;

export function createForward(callOrigin: CallOrigin): Forward {
  return async ({ clientHeaders, ...request }, extra) => {
    const traceparent = clientHeaders.get('traceparent') ?? '';
    const reply = await callOrigin({
      ...request,
      timeoutMs: FORWARD_TIMEOUT_MS,
      traceparent: TRACEPARENT.test(traceparent) ? traceparent : undefined,
    });
    const broken = whyBroken(reply);
    if (broken !== undefined || reply.kind === 'no-reply') {
      logError('origin-failed', { method: request.method, path: request.path, reason: broken });
      const detail = request.method === 'POST' ? UNKNOWN_RESULT : undefined;
      return answerOf({ kind: 'overloaded', retryAfterMs: UNREACHABLE_RETRY_MS }, extra, detail);
    }
    return new Response(reply.body, {
      status: reply.status,
      headers: { 'cache-control': 'no-store', ...passedHeaders(reply.headers), ...extra },
    });
  };
}

/** Why a reply is not one for the buyer; undefined when it is. */
function whyBroken(reply: OriginReply): string | undefined {
  if (reply.kind === 'no-reply') return reply.reason;
  const { status, headers } = reply;
  const isProblem = headers.get('content-type')?.startsWith('application/problem+json') === true;
  if (status >= 500) return isProblem ? undefined : `status ${status}`;
  if (status === 403 && isProblem && problemOf(reply.body) === 'no-pass') {
    return 'the origin refused the pass: do PASS_KEYS and the clocks agree on both sides?';
  }
  return status >= 300 && status < 400 ? `a redirect, status ${status}` : undefined;
}

function problemOf(body: ArrayBuffer): string | undefined {
  try {
    return problemName(JSON.parse(new TextDecoder().decode(body)).type);
  } catch {
    return undefined;
  }
}

function passedHeaders(headers: Headers): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name of PASSED_HEADERS) {
    const value = headers.get(name);
    if (value !== null) passed[name] = value;
  }
  return passed;
}
