/**
 * Tracer: the port to whatever keeps spans, and what of it the rest of the origin knows. Where no
 * collector is configured there is none, and nothing of this is ever made; where there is one, a
 * span begins only below one that the edge began, so what the edge did not sample costs a look for
 * a header. No call of it waits or throws.
 */
import type { TraceContext } from '../../contract/trace-context.ts';
import type { TraceAttributes } from '../../contract/trace-names.ts';

export interface SpanStart {
  kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  /** Undefined begins a trace, for work done for many orders at once. */
  parent: TraceContext | undefined;
  attributes?: TraceAttributes;
  /** Other traces that it was done for, or that it belongs to. */
  links?: readonly TraceContext[];
  /** When it was known only later that it is one. */
  startedAtMs?: number | undefined;
}

export interface OpenSpan {
  /** What a child of it has as its parent. */
  readonly context: TraceContext;
  /** Ends it; with `error` as failed, by a word that is one of few. */
  end(attributes?: TraceAttributes, error?: string): void;
}

export interface Tracer {
  start(name: string, start: SpanStart): OpenSpan;
  /** Sends what waits, for a limited time; what is left then is lost. */
  close(): Promise<void>;
}

/** Runs `work` as a span, which fails when `work` does. */
export async function traced<Value>(
  span: OpenSpan,
  work: Promise<Value>,
  attributesOf?: (value: Value) => TraceAttributes,
): Promise<Value> {
  try {
    const value = await work;
    span.end(attributesOf?.(value));
    return value;
  } catch (error) {
    span.end(undefined, errorType(error));
    throw error;
  }
}

/** `error.type`: the code or the class of an error, never its text. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code !== '' ? code : error.name;
}
