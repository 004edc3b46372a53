/**
 * The variables of traces, by OpenTelemetry's names where it has one. Without a collector's address
 * no request is looked at twice.
 */
import { z } from 'zod';
import { DEFAULT_TRACES_RATIO, parseOtlpHeaders } from '../contract/trace-names.ts';

export interface TraceTerms {
  /** The collector's address, without a slash at the end. */
  endpoint: string;
  /** Of every request to it, such as a login. */
  headers: Record<string, string>;
  serviceName: string;
  /** Share of the requests that begin a trace, 0 to 1. */
  ratio: number;
}

const ratio = z
  .string()
  .regex(/^(|0|1|1\.0|0?\.\d{1,9})$/, 'must be a number from 0 to 1, for example 0.01')
  .optional();

/** What an environment may hold; an empty one is none. */
export const traceVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .string()
    .default('')
    .refine((text) => text === '' || isCollector(text), {
      error: 'must be a URL without user and query, for example https://collector.example.com',
    }),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .default('')
    .transform((text, context) => {
      try {
        return text === '' ? {} : parseOtlpHeaders(text);
      } catch (error) {
        context.addIssue(error instanceof Error ? error.message : String(error));
        return z.NEVER;
      }
    }),
  OTEL_SERVICE_NAME: z.string().max(64).default(''),
  TRACES_RATIO: ratio,
  OTEL_TRACES_SAMPLER_ARG: ratio,
};

type TraceVariables = z.infer<z.ZodObject<typeof traceVariables>>;

/** Undefined: no traces. */
export function traceTermsOf(variables: TraceVariables): TraceTerms | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: name } = variables;
  if (endpoint === '') return undefined;
  const share = variables.TRACES_RATIO || variables.OTEL_TRACES_SAMPLER_ARG;
  return {
    endpoint: endpoint.replace(/\/$/, ''),
    headers: variables.OTEL_EXPORTER_OTLP_HEADERS,
    serviceName: name === '' ? 'sluice-edge' : name,
    ratio: share === undefined || share === '' ? DEFAULT_TRACES_RATIO : Number(share),
  };
}

function isCollector(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
}
