/**
 * The Worker's configuration, parsed once an isolate. A bad value is found at the first request:
 * every request is then answered with 500, and the log names the variable, the problem and an
 * example. The client learns nothing of it.
 */
import { z } from 'zod';
import { type PassKey, parsePassKeys } from '../contract/pass.ts';

/** RFC 7518, section 3.2: a key for HS256 has at least the hash's 256 bits. */
const MIN_JWT_SECRET_BYTES = 32;
/** A Durable Object takes about 1,000 calls a second; 64 shards are past any origin. */
const MAX_RATE_SHARDS = 64;
const DEFAULT_RATE_SHARDS = 4;

export interface Environment {
  /** Scheme, host and port, without a slash at the end. */
  originUrl: string;
  /** The first signs, all verify. */
  passKeys: readonly PassKey[];
  /** Undefined: no shop's tokens are taken. */
  buyerJwtSecret: Uint8Array | undefined;
  allowGuests: boolean;
  /** At most this many token buckets a sale. */
  rateShards: number;
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
  BUYER_JWT_SECRET: z
    .string()
    .default('')
    .transform((text) => new TextEncoder().encode(text))
    .refine((bytes) => bytes.length === 0 || bytes.length >= MIN_JWT_SECRET_BYTES, {
      error: `must be ${MIN_JWT_SECRET_BYTES} bytes or more, such as of openssl rand -base64 48`,
    }),
  ALLOW_GUESTS: z.enum(['on', 'off'], { error: 'must be on or off' }).default('off'),
  RATE_SHARDS: z.coerce
    .number({ error: `must be a whole number from 1 to ${MAX_RATE_SHARDS}, for example 4` })
    .pipe(z.int().min(1).max(MAX_RATE_SHARDS))
    .default(DEFAULT_RATE_SHARDS),
});

/** Throws a BadEnvironmentError that names every variable with a bad value. */
export function parseEnvironment(bindings: Record<string, unknown>): Environment {
  const parsed = environmentSchema.safeParse(bindings);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join('.')}: ${issue.message}`,
    );
    throw new BadEnvironmentError(problems.join('; '));
  }
  const { ORIGIN_URL, PASS_KEYS, BUYER_JWT_SECRET, ALLOW_GUESTS, RATE_SHARDS } = parsed.data;
  return {
    originUrl: ORIGIN_URL,
    passKeys: PASS_KEYS,
    buyerJwtSecret: BUYER_JWT_SECRET.length === 0 ? undefined : BUYER_JWT_SECRET,
    allowGuests: ALLOW_GUESTS === 'on',
    rateShards: RATE_SHARDS,
  };
}
