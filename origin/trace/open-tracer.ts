/**
 * Opens the tracer that the configuration asks for. OpenTelemetry's SDK is loaded only then: a
 * process that sends no traces has neither its code nor its objects.
 */
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import type { Tracer } from './tracer.ts';

export interface OpenTracerOptions {
  config: Config;
  metrics: Pick<Metrics, 'traceSpans'>;
  logger: Logger;
}

export async function openTracer(options: OpenTracerOptions): Promise<Tracer | undefined> {
  const { config, metrics, logger } = options;
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers } = config;
  if (endpoint === undefined) return undefined;
  const { createOtlpTracer } = await import('./otlp-tracer.ts');
  return createOtlpTracer({
    endpoint,
    headers: headers ?? {},
    serviceName: config.OTEL_SERVICE_NAME,
    logger,
    observe: metrics.traceSpans,
  });
}
