/**
 * Where a trace begins: a share of the clicks, drawn here and nowhere else, gets one, with a span
 * for the request and one for its call of the origin. What a client says of a trace of its own is
 * not read: anybody could make the origin keep spans with it. A request that is not drawn costs a
 * random number. Time stands still in a Worker between calls, so a span shows those alone.
 */
import { saleIdSchema } from '../contract/ids.ts';
import { newSpanId, newTraceId, toTraceparent } from '../contract/trace-context.ts';
import { TRACE_NAMES, type TraceAttributes } from '../contract/trace-names.ts';
import type { OriginReply } from './origin.ts';
import type { EndedSpan } from './otlp-json.ts';
import type { Platform } from './platform.ts';
import type { TraceTerms } from './trace-environment.ts';
import { createTraceSender } from './trace-sender.ts';
import type { RequestContext } from './waiting.ts';

const { errorType, httpMethod, httpRoute, httpStatus, outcome: outcomeName, sale } = TRACE_NAMES;
const { urlFull, urlPath, urlScheme } = TRACE_NAMES;

/** From here on a status is the server's own failure. */
const FAILED_STATUS = 500;

export interface TracedRequest {
  method: string;
  /** As in `/api/sales/{saleId}/orders`. */
  route: string;
  saleId: string;
  context: RequestContext;
}

export interface RequestTrace {
  /** What came of it, in a word. */
  tell(outcome: string): void;
  /** The call of the origin begins. */
  call(method: string, path: string): CallTrace;
}

export interface CallTrace {
  /** What the origin goes on from. */
  traceparent: string;
  end(reply: OriginReply): void;
}

export interface Traces {
  /** Undefined for a request that is not drawn. */
  serve(
    traced: TracedRequest,
    work: (trace: RequestTrace | undefined) => Promise<Response>,
  ): Promise<Response>;
}

export function createTraces(platform: Platform, terms: TraceTerms, originUrl: string): Traces {
  const { clock, random } = platform;
  const sender = createTraceSender(platform, terms);

  /** A span from now on; the function ends it. */
  function begin(span: Pick<EndedSpan, 'name' | 'kind' | 'traceId' | 'parentSpanId'>) {
    const spanId = newSpanId(random.bytes);
    const startedAtMs = clock.nowMs();
    const end = (attributes: TraceAttributes, failed: boolean): EndedSpan => {
      return { ...span, spanId, startedAtMs, endedAtMs: clock.nowMs(), attributes, failed };
    };
    return { spanId, end };
  }

  return {
    async serve({ method, route, saleId, context }, work) {
      if (random.fraction() >= terms.ratio) return work(undefined);
      const traceId = newTraceId(random.bytes);
      const name = `${method} ${route}`;
      const whole = begin({ name, kind: 'server', traceId, parentSpanId: undefined });
      const ended: EndedSpan[] = [];
      let outcome: TraceAttributes = {};
      const trace: RequestTrace = {
        tell: (word) => {
          outcome = { [outcomeName]: word };
        },
        call(callMethod, path) {
          const child = {
            name: callMethod,
            kind: 'client',
            traceId,
            parentSpanId: whole.spanId,
          } as const;
          const call = begin(child);
          const full = { [httpMethod]: callMethod, [urlFull]: originUrl + path };
          return {
            traceparent: toTraceparent({ traceId, spanId: call.spanId }),
            end: (reply) => {
              ended.push(call.end({ ...full, ...replyAttributes(reply) }, hasFailed(reply)));
            },
          };
        },
      };
      let status = FAILED_STATUS;
      try {
        const answer = await work(trace);
        status = answer.status;
        return answer;
      } finally {
        // A client wrote it: what is no sale's id is not kept.
        const id = saleIdSchema.safeParse(saleId).success ? saleId : '{saleId}';
        const path = route.replace('{saleId}', id);
        const request = { [httpMethod]: method, [httpRoute]: route, [urlPath]: path };
        const attributes = { ...request, [urlScheme]: 'https', [sale]: id, ...outcome };
        ended.push(whole.end({ ...attributes, [httpStatus]: status }, status >= FAILED_STATUS));
        sender.add(ended, context);
      }
    },
  };
}

function replyAttributes(reply: OriginReply): TraceAttributes {
  if (reply.kind === 'no-reply') return { [errorType]: 'no-reply' };
  const { status } = reply;
  const failure = status >= 400 ? { [errorType]: String(status) } : {};
  return { [httpStatus]: status, ...failure };
}

/** For a client, any refusal is one. */
function hasFailed(reply: OriginReply): boolean {
  return reply.kind === 'no-reply' || reply.status >= 400;
}
