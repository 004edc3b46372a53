/**
 * Ended spans as OTLP/JSON, what every collector takes at `/v1/traces` beside protobuf. Times are
 * nanoseconds as text, since JSON has no such numbers; ids are hex there, not base64.
 */
import type { TraceContext } from '../contract/trace-context.ts';
import type { TraceAttributes } from '../contract/trace-names.ts';

export interface EndedSpan extends TraceContext {
  parentSpanId: string | undefined;
  name: string;
  kind: 'server' | 'client';
  startedAtMs: number;
  endedAtMs: number;
  attributes: TraceAttributes;
  failed: boolean;
}

const KINDS = { server: 2, client: 3 };
const STATUS_ERROR = 2;

export function encodeSpans(serviceName: string, spans: readonly EndedSpan[]): string {
  const resource = { attributes: attributesOf({ 'service.name': serviceName }) };
  const scopeSpans = [{ scope: { name: 'sluice' }, spans: spans.map(spanOf) }];
  return JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] });
}

function spanOf(span: EndedSpan) {
  const { traceId, spanId, parentSpanId, name, kind, failed } = span;
  return {
    traceId,
    spanId,
    // What is undefined is left out of the JSON.
    parentSpanId,
    name,
    kind: KINDS[kind],
    startTimeUnixNano: nanosecondsOf(span.startedAtMs),
    endTimeUnixNano: nanosecondsOf(span.endedAtMs),
    attributes: attributesOf(span.attributes),
    flags: 1,
    ...(failed ? { status: { code: STATUS_ERROR } } : {}),
  };
}

function attributesOf(attributes: Record<string, string | number>) {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
  }));
}

function nanosecondsOf(atMs: number): string {
  return `${Math.trunc(atMs)}000000`;
}
