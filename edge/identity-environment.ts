/**
 * The part of the Worker's configuration that says who may come: the shop's tokens, the challenge
 * for guests, and how addresses are known and limited.
 */
import { z } from 'zod';
import { DEFAULT_PER_SECOND } from './gates/address-limit.ts';

/** RFC 7518, section 3.2: a key for HS256 has at least the hash's 256 bits. */
const MIN_JWT_SECRET_BYTES = 32;
const SITEVERIFY_URL = 'https://challenges.cloudflare.com/turnstile/v0/siteverify';
/** What no network of people reaches in one isolate. */
const MAX_PER_SECOND = 100_000;

export interface TurnstileTerms {
  /** Shared with the vendor. */
  secret: string;
  /** Public; names the shop to the widget. */
  siteKey: string;
  verifyUrl: string;
}

export interface IdentityEnvironment {
  /** Undefined: no tokens signed with a secret are taken. */
  buyerJwtSecret: Uint8Array | undefined;
  /** The one before it, while it is changed. */
  buyerJwtSecretOld: Uint8Array | undefined;
  /** Where the shop publishes its keys; then no secret is taken. */
  buyerJwksUrl: string | undefined;
  buyerJwtIssuer: string | undefined;
  buyerJwtAudience: string | undefined;
  /** Undefined: guests need not show to be people. */
  turnstile: TurnstileTerms | undefined;
  trustedAddressHeader: string;
  /** Undefined: addresses are not limited. */
  addressLimit: number | undefined;
}

const secret = z
  .string()
  .default('')
  .transform((text) => new TextEncoder().encode(text))
  .refine((bytes) => bytes.length === 0 || bytes.length >= MIN_JWT_SECRET_BYTES, {
    error: `must be ${MIN_JWT_SECRET_BYTES} bytes or more, such as of openssl rand -base64 48`,
  });

const word = z.string().trim().max(500).default('');

/** https, or http on the machine itself: what is read there decides who is let in. */
const secureUrl = z.string().refine(isSecure, {
  error: 'must be an https:// address, or http:// on loopback, without a user',
});

export const identityVariables = {
  BUYER_JWT_SECRET: secret,
  BUYER_JWT_SECRET_OLD: secret,
  BUYER_JWKS_URL: z.union([z.literal(''), secureUrl]).default(''),
  BUYER_JWT_ISSUER: word,
  BUYER_JWT_AUDIENCE: word,
  TURNSTILE_SECRET: word,
  // It stands in a page.
  TURNSTILE_SITE_KEY: z
    .string()
    .regex(/^[A-Za-z0-9_-]{0,100}$/, 'must be letters, digits, _ and -')
    .default(''),
  TURNSTILE_VERIFY_URL: secureUrl.default(SITEVERIFY_URL),
  TRUSTED_ADDRESS_HEADER: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'must be the name of a header, such as X-Real-IP')
    .transform((name) => name.toLowerCase())
    .default('cf-connecting-ip'),
  ADDRESS_LIMIT: z
    .union([z.literal('off'), z.coerce.number().pipe(z.int().min(1).max(MAX_PER_SECOND))], {
      error: `must be off, or clicks a second from 1 to ${MAX_PER_SECOND}, for example 200`,
    })
    .default(DEFAULT_PER_SECOND),
};

const variables = z.object(identityVariables);
type Parsed = z.infer<typeof variables>;

/** What is given must fit together; half a setting would let in whom it should keep out. */
export function checkIdentity(parsed: Parsed, context: z.RefinementCtx): void {
  const { BUYER_JWT_SECRET, BUYER_JWT_SECRET_OLD, BUYER_JWKS_URL } = parsed;
  const refuse = (name: keyof Parsed, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message });
  if (BUYER_JWKS_URL !== '' && BUYER_JWT_SECRET.length + BUYER_JWT_SECRET_OLD.length > 0) {
    refuse('BUYER_JWKS_URL', 'must stand alone: a shop signs with a secret or with its keys');
  }
  if (BUYER_JWT_SECRET.length === 0 && BUYER_JWT_SECRET_OLD.length > 0) {
    refuse('BUYER_JWT_SECRET_OLD', 'must be the second of two: BUYER_JWT_SECRET is not given');
  }
  if ((parsed.TURNSTILE_SECRET === '') !== (parsed.TURNSTILE_SITE_KEY === '')) {
    refuse('TURNSTILE_SECRET', 'must be given together with TURNSTILE_SITE_KEY');
  }
}

export function identityOf(parsed: Parsed): IdentityEnvironment {
  const given = (text: string) => (text === '' ? undefined : text);
  const bytes = (secret: Uint8Array) => (secret.length === 0 ? undefined : secret);
  const { TURNSTILE_SECRET, TURNSTILE_SITE_KEY, TURNSTILE_VERIFY_URL } = parsed;
  return {
    buyerJwtSecret: bytes(parsed.BUYER_JWT_SECRET),
    buyerJwtSecretOld: bytes(parsed.BUYER_JWT_SECRET_OLD),
    buyerJwksUrl: given(parsed.BUYER_JWKS_URL),
    buyerJwtIssuer: given(parsed.BUYER_JWT_ISSUER),
    buyerJwtAudience: given(parsed.BUYER_JWT_AUDIENCE),
    turnstile:
      TURNSTILE_SECRET === ''
        ? undefined
        : {
            secret: TURNSTILE_SECRET,
            siteKey: TURNSTILE_SITE_KEY,
            verifyUrl: TURNSTILE_VERIFY_URL,
          },
    trustedAddressHeader: parsed.TRUSTED_ADDRESS_HEADER,
    addressLimit: parsed.ADDRESS_LIMIT === 'off' ? undefined : parsed.ADDRESS_LIMIT,
  };
}

function isSecure(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '') return false;
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback);
}
