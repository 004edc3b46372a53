/** The settings of traces, for the suite of the configuration: good ones, and bad ones with why. */
export const TRACES = {
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example:4318',
  OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20of-the-collector',
};

export const BAD_TRACES: [name: string, value: string, problem: RegExp][] = [
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', /http or https/],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://a:b@collector', /without user/],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization', /name=value/],
  ['OTEL_SERVICE_NAME', '', /character/],
];
