/**
 * Where a trace goes on, as W3C Trace Context writes it in the header `traceparent`. Only traces
 * that are sampled are ever passed on: nothing there means "not this one", so that whoever comes
 * later neither decides again nor makes anything. `tracestate` and `baggage` are not carried.
 */
export const TRACEPARENT_HEADER = 'traceparent';
const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

/** The span that the next one is a child of, or linked to; both ids in lower-case hex, not 0. */
export interface TraceContext {
  traceId: string;
  spanId: string;
}

/** Version 00, of which the last field is the flags; the lowest bit says that it is sampled. */
const SHAPE = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;
const SAMPLED = 0x01;

export function toTraceparent({ traceId, spanId }: TraceContext): string {
  return `00-${traceId}-${spanId}-01`;
}

/** Undefined where there is none, where it is not sampled, and where it is none. */
export function parseTraceparent(text: string | null | undefined): TraceContext | undefined {
  const [, traceId, spanId, flags] = SHAPE.exec(text ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return (Number.parseInt(flags, 16) & SAMPLED) === 0 ? undefined : { traceId, spanId };
}

export function newTraceId(bytes: (count: number) => Uint8Array): string {
  return hexOf(bytes(TRACE_ID_BYTES));
}

export function newSpanId(bytes: (count: number) => Uint8Array): string {
  return hexOf(bytes(SPAN_ID_BYTES));
}

/** All 0 is no id; from a secure source it never comes. */
function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
