/**
 * The last step: the request goes on to the origin with a signed pass, once. A retry is the
 * client's, and safe: an order has its Idempotency-Key, all else comes to the same twice. An origin
 * that is down or broken costs the client a 503 with Retry-After after at most FORWARD_TIMEOUT_MS,
 * or sooner where whoever forwards says so; never a hang.
 */
import type { Clock } from '../contract/clock.ts';
import { PRESSURE_HEADER, readPressure } from '../contract/pressure.ts';
import { problemName } from '../contract/problem.ts';
import { answerOf, type ExtraHeaders } from './answer.ts';
import { createErrorLog } from './log.ts';
import type { CallOrigin, OriginReply, OriginRequest } from './origin.ts';
import type { OriginLoad } from './pressure-seen.ts';
import type { RequestTrace } from './trace.ts';

/** Past the slowest append the origin waits for; a buyer who waits longer has reloaded the page. */
const FORWARD_TIMEOUT_MS = 10_000;
/** Long enough for a process to be started again. */
const UNREACHABLE_RETRY_MS = 2_000;
/** What a browser is told of the origin's headers. */
const PASSED_HEADERS = ['content-type', 'location', 'retry-after', 'cache-control'] as const;
/** A proxy's or a load balancer's word that no origin is there. */
const GATEWAY_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);
const OUTCOME = /^[a-z][a-z-]{0,31}$/;
const UNKNOWN_ORDER =
  'Whether the order was taken is not known. Sent again with the same Idempotency-Key it is safe.';
const UNKNOWN_CHANGE = 'Whether it was done is not known. It is safe to send it again.';

export type ForwardedRequest = Omit<OriginRequest, 'timeoutMs' | 'traceparent'> & {
  /** How long the origin has, where that is not as long as for an order. */
  timeoutMs?: number;
  /** Its trace, when it is sampled; a client's own `traceparent` goes no further. */
  trace?: RequestTrace | undefined;
  /** Hears once how busy the origin was with it. */
  observe?: (load: OriginLoad) => void;
  /** Hears once what came of it, in the words of contract/edge-numbers.ts. */
  tell?: (outcome: string) => void;
};

export type Forward = (request: ForwardedRequest, extra: ExtraHeaders) => Promise<Response>;

export function createForward(callOrigin: CallOrigin, clock: Clock): Forward {
  const logFailure = createErrorLog('origin-failed', clock);
  return async (forwarded, extra) => {
    const { trace, observe, tell, timeoutMs = FORWARD_TIMEOUT_MS, ...request } = forwarded;
    const call = trace?.call(request.method, request.path);
    const reply = await callOrigin({ ...request, timeoutMs, traceparent: call?.traceparent });
    call?.end(reply);
    observe?.(loadOf(reply));
    const broken = whyBroken(reply);
    tell?.(broken === undefined ? outcomeOf(reply) : 'unreachable');
    if (broken !== undefined || reply.kind === 'no-reply') {
      logFailure({ method: request.method, path: request.path, reason: broken });
      const refusal = { kind: 'overloaded', retryAfterMs: UNREACHABLE_RETRY_MS } as const;
      return answerOf(refusal, extra, unknownResult(request));
    }
    // By the Fetch standard a 204 takes no body, not even an empty one.
    return new Response(reply.body.byteLength === 0 ? null : reply.body, {
      status: reply.status,
      headers: { 'cache-control': 'no-store', ...passedHeaders(reply.headers), ...extra },
    });
  };
}

function unknownResult({
  method,
  idempotencyKey,
}: Omit<ForwardedRequest, 'trace' | 'observe' | 'tell'>): string | undefined {
  if (method === 'GET') return undefined;
  return idempotencyKey === undefined ? UNKNOWN_CHANGE : UNKNOWN_ORDER;
}

/**
 * Overload is what sending less would help: the origin says so itself, or what stands before it
 * could not reach it, or nothing came. A sale that recovers, or a pass refused, is something else.
 */
function loadOf(reply: OriginReply): OriginLoad {
  if (reply.kind === 'no-reply') return { overloaded: true, pressure: undefined };
  const { status, headers, body } = reply;
  const isGone = GATEWAY_STATUSES.has(status) && !isProblem(headers);
  const overloaded = isGone || (status === 503 && problemOf(body) === 'overloaded');
  return { overloaded, pressure: readPressure(headers.get(PRESSURE_HEADER)) };
}

function isProblem(headers: Headers): boolean {
  return headers.get('content-type')?.startsWith('application/problem+json') === true;
}

/** Why a reply is not one for the buyer; undefined when it is. */
function whyBroken(reply: OriginReply): string | undefined {
  if (reply.kind === 'no-reply') return reply.reason;
  const { status, headers } = reply;
  if (status >= 500) return isProblem(headers) ? undefined : `status ${status}`;
  if (status === 403 && isProblem(headers) && problemOf(reply.body) === 'no-pass') {
    return 'the origin refused the pass: do PASS_KEYS and the clocks agree on both sides?';
  }
  return status >= 300 && status < 400 ? `a redirect, status ${status}` : undefined;
}

/** Of an answer that the buyer gets as it is. */
function outcomeOf(reply: OriginReply): string {
  if (reply.kind === 'no-reply') return 'unreachable';
  if (reply.status < 300) return 'accepted';
  const name = problemOf(reply.body);
  return name !== undefined && OUTCOME.test(name) ? name : 'other';
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
