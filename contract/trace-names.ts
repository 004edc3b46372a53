/**
 * The names of spans' attributes, after OpenTelemetry's semantic conventions where those have one,
 * else `sluice.…`; docs/traces.md lists them. Never what a buyer could be known by: no buyer id, no
 * address, no user agent. An order's id is there, and only its buyer and operators can look it up.
 */
export const TRACE_NAMES = {
  httpMethod: 'http.request.method',
  httpRoute: 'http.route',
  httpStatus: 'http.response.status_code',
  httpResend: 'http.request.resend_count',
  urlPath: 'url.path',
  urlScheme: 'url.scheme',
  urlFull: 'url.full',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  errorType: 'error.type',
  dbSystem: 'db.system.name',
  dbOperation: 'db.operation.name',
  messagingSystem: 'messaging.system',
  messagingDestination: 'messaging.destination.name',
  messagingOperation: 'messaging.operation.name',
  messagingOperationType: 'messaging.operation.type',
  messagingCount: 'messaging.batch.message_count',
  sale: 'sluice.sale.id',
  order: 'sluice.order.id',
  /** What a request came to: `accepted`, `sold-out`, `too-fast`, … */
  outcome: 'sluice.outcome',
  /** What the book says of an order once it is settled. */
  orderState: 'sluice.order.state',
  notice: 'sluice.notice.type',
} as const;

export type TraceName = (typeof TRACE_NAMES)[keyof typeof TRACE_NAMES];

export type TraceAttributes = Partial<Record<TraceName, string | number>>;

/** Where OTLP over HTTP takes traces, below the collector's address. */
export const OTLP_TRACES_PATH = '/v1/traces';
/** What a sampler begins with: of a hundred clicks one. */
export const DEFAULT_TRACES_RATIO = 0.01;

/**
 * Reads OTEL_EXPORTER_OTLP_HEADERS: `name=value,name=value`, the values percent-encoded. Throws a
 * RangeError that repeats no value, since most are secrets.
 */
export function parseOtlpHeaders(text: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const part of text.split(',')) {
    const [, name, value] = /^\s*([A-Za-z0-9_-]{1,64})\s*=\s*([\x21-\x7e]+)\s*$/.exec(part) ?? [];
    if (name === undefined || value === undefined) {
      throw new RangeError('must be name=value joined by commas, the values percent-encoded');
    }
    headers[name.toLowerCase()] = decoded(value);
  }
  return headers;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new RangeError('must have values that are percent-encoded');
  }
}
