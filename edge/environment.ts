/**
 * The Worker's configuration, parsed once an isolate. A bad value is found at the first request:
 * every request is then answered with 500, and the log names the variable, the problem and an
 * example. The client learns nothing of it.
 */
import { z } from 'zod';
import { type PassKey, parsePassKeys } from '../contract/pass.ts';
import {
  checkIdentity,
  type IdentityEnvironment,
  identityOf,
  identityVariables,
} from './identity-environment.ts';
import { type TraceTerms, traceTermsOf, traceVariables } from './trace-environment.ts';

/** In a region; a shard serves 1,000 orders a second and more: 64 are past any origin. */
const MAX_RATE_SHARDS = 64;
const DEFAULT_RATE_SHARDS = 4;
/** 4,000 open pages in each; a batch of results may be one call to each. */
const MAX_FEED_SHARDS = 64;
const DEFAULT_FEED_SHARDS = 8;

export interface Environment extends IdentityEnvironment {
  /** Scheme, host and port, without a slash at the end. */
  originUrl: string;
  /** The first signs, all verify. */
  passKeys: readonly PassKey[];
  allowGuests: boolean;
  /** Of other pages that may use the API as the shop's own do, with a buyer's cookie or token. */
  allowedOrigins: ReadonlySet<string>;
  /** At most this many token buckets a sale in each region. */
  rateShards: number;
  /** How many objects hold a sale's open pages. */
  feedShards: number;
  /** Missing where no traces are sent. */
  traces?: TraceTerms | undefined;
}

export class BadEnvironmentError extends Error {
  readonly code = 'bad-environment';
}

const environmentSchema = z.object({
  ORIGIN_URL: z.string().transform((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const bare = url !== undefined && url.pathname === '/' && url.search === '' && url.hash === '';
    if (bare && /^https?:$/.test(url.protocol) && url.username === '') return url.origin;
    context.addIssue('must be a URL without a path, for example https://origin.example.com');
    return z.NEVER;
  }),
  PASS_KEYS: z
    .string({ error: 'must be given, for example 2026a:<base64>' })
    .transform((text, context) => {
      try {
        return parsePassKeys(text);
      } catch (error) {
        context.addIssue(
          `${error instanceof Error ? error.message : error}; example 2026a:<base64>`,
        );
        return z.NEVER;
      }
    }),
  ...identityVariables,
  ALLOW_GUESTS: z.enum(['on', 'off'], { error: 'must be on or off' }).default('off'),
  ALLOWED_ORIGINS: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
    .refine((origins) => origins.every(isOrigin), {
      error: 'must be origins joined by commas, for example https://shop.example.com',
    })
    .transform((origins) => new Set(origins)),
  RATE_SHARDS: z.coerce
    .number({ error: `must be a whole number from 1 to ${MAX_RATE_SHARDS}, for example 4` })
    .pipe(z.int().min(1).max(MAX_RATE_SHARDS))
    .default(DEFAULT_RATE_SHARDS),
  FEED_SHARDS: z.coerce
    .number({ error: `must be a whole number from 1 to ${MAX_FEED_SHARDS}, for example 8` })
    .pipe(z.int().min(1).max(MAX_FEED_SHARDS))
    .default(DEFAULT_FEED_SHARDS),
  ...traceVariables,
});

/** The names of all variables that the Worker knows. */
export const EDGE_VARIABLES: readonly string[] = Object.keys(environmentSchema.shape);

/** Throws a BadEnvironmentError that names every variable with a bad value. */
export function parseEnvironment(bindings: Record<string, unknown>): Environment {
  const parsed = environmentSchema.superRefine(checkIdentity).safeParse(bindings);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join('.')}: ${issue.message}`,
    );
    throw new BadEnvironmentError(problems.join('; '));
  }
  const { ORIGIN_URL, PASS_KEYS, ALLOW_GUESTS, RATE_SHARDS, FEED_SHARDS } = parsed.data;
  return {
    originUrl: ORIGIN_URL,
    passKeys: PASS_KEYS,
    ...identityOf(parsed.data),
    allowGuests: ALLOW_GUESTS === 'on',
    allowedOrigins: parsed.data.ALLOWED_ORIGINS,
    rateShards: RATE_SHARDS,
    feedShards: FEED_SHARDS,
    traces: traceTermsOf(parsed.data),
  };
}

/** As browsers write one: no path, no slash, no port that the scheme implies. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text;
}
