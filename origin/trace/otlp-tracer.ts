/**
 * Tracer over OpenTelemetry's SDK: spans gather and leave as OTLP protobuf over HTTP. A collector
 * that is away or slow delays nobody and fills nothing: at most QUEUE_LIMIT spans wait, at most
 * SENDS_AT_ONCE batches are under way, each for EXPORT_TIMEOUT_MS, and what does not fit or is not
 * taken is dropped and counted. The race accepted: what ends after `close` began may be lost.
 */
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TraceContext } from '../../contract/trace-context.ts';
import { OTLP_TRACES_PATH, TRACE_NAMES } from '../../contract/trace-names.ts';
import { createPatience } from '../lease/patience.ts';
import type { Logger } from '../logger.ts';
import { pause } from '../timer.ts';
import type { OpenSpan, SpanStart, Tracer } from './tracer.ts';

/** About 2 MB; at 15,000 orders a second and 1 % it is ten seconds of spans. */
export const QUEUE_LIMIT = 4_096;
/** About 200 kB a request. */
const BATCH_SPANS = 512;
/** How long spans wait for company. */
const GATHER_MS = 1_000;
/** One request with its repetitions, which the exporter makes after 429, 502, 503 and 504. */
const EXPORT_TIMEOUT_MS = 5_000;
/** As many as empty a full queue when the process stops, beside the one that is under way. */
const SENDS_AT_ONCE = QUEUE_LIMIT / BATCH_SPANS + 1;
/** A stopping process waits no longer for a collector. */
export const FLUSH_WITHIN_MS = 2_000;
/** One for each sampled order of a batch (origin/settle/settler.ts, MAX_BATCH). */
const MAX_LINKS = 1_000;

export interface OtlpTracerOptions {
  /** The collector's address; traces go to `/v1/traces` below it. */
  endpoint: string;
  headers: Record<string, string>;
  serviceName: string;
  logger: Logger;
  /** Told of spans: `sent`, `dropped` since too many waited, `failed` to be taken. */
  observe(outcome: 'sent' | 'dropped' | 'failed', spans: number): void;
}

const KINDS: Record<SpanStart['kind'], SpanKind> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

export function createOtlpTracer(options: OtlpTracerOptions): Tracer {
  const provider = new TracerProvider({
    // Whoever starts a span here knows that its trace is sampled.
    sampler: new AlwaysOnSampler(),
    resource: resourceFromAttributes({ 'service.name': options.serviceName }),
    spanLimits: { linkCountLimit: MAX_LINKS },
    spanProcessors: [createBoundedProcessor(options)],
  });
  const tracer = provider.getTracer('sluice');

  return {
    start(name, { kind, parent, attributes, links, startedAtMs }) {
      const span = tracer.startSpan(
        name,
        {
          kind: KINDS[kind],
          ...(attributes && { attributes }),
          ...(links && { links: links.map((context) => ({ context: toSpanContext(context) })) }),
          ...(startedAtMs !== undefined && { startTime: startedAtMs }),
        },
        parent === undefined
          ? ROOT_CONTEXT
          : trace.setSpanContext(ROOT_CONTEXT, toSpanContext(parent)),
      );
      return openSpanOf(span);
    },
    async close() {
      const flushed = provider.shutdown().catch(() => undefined);
      const waiting = new AbortController();
      await Promise.race([flushed, pause(FLUSH_WITHIN_MS, waiting.signal)]);
      waiting.abort();
    },
  };
}

function openSpanOf(span: Span): OpenSpan {
  return {
    context: span.spanContext(),
    end(attributes, error) {
      if (attributes !== undefined) span.setAttributes(attributes);
      if (error !== undefined) {
        span.setAttribute(TRACE_NAMES.errorType, error);
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    },
  };
}

function toSpanContext({ traceId, spanId }: TraceContext) {
  return { traceId, spanId, traceFlags: 1, isRemote: true };
}

/** The SDK's queue has a bound as well; this one says what it left out. */
function createBoundedProcessor(options: OtlpTracerOptions): SpanProcessor {
  let waiting = 0;
  const exporter = createCountingExporter(options, (taken) => {
    waiting -= taken;
  });
  const batches = new BatchSpanProcessor({
    exporter,
    maxQueueSize: QUEUE_LIMIT,
    maxExportBatchSize: BATCH_SPANS,
    scheduledDelayMillis: GATHER_MS,
    exportTimeoutMillis: EXPORT_TIMEOUT_MS,
  });
  return {
    onStart: (span, context) => batches.onStart(span, context),
    onEnd(span) {
      if (waiting >= QUEUE_LIMIT) {
        options.observe('dropped', 1);
        return;
      }
      waiting += 1;
      batches.onEnd(span);
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown(),
  };
}

function createCountingExporter(
  { endpoint, headers, logger, observe }: OtlpTracerOptions,
  taken: (spans: number) => void,
): SpanExporter {
  const outage = createPatience(logger, 'the collector takes no traces; they are dropped');
  const exporter = new OTLPTraceExporter({
    url: endpoint.replace(/\/$/, '') + OTLP_TRACES_PATH,
    headers,
    timeoutMillis: EXPORT_TIMEOUT_MS,
    concurrencyLimit: SENDS_AT_ONCE,
  });
  return {
    export(spans, told) {
      taken(spans.length);
      exporter.export(spans, (result) => {
        if (result.error === undefined) outage.succeeded();
        else outage.failed(result.error);
        observe(result.error === undefined ? 'sent' : 'failed', spans.length);
        told(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}
