/**
 * Reading the shop's tokens: HS256 with one secret, or two while it is changed; or signatures by
 * the keys that the shop publishes. Which algorithms are good is said here, never by the token, so
 * that a public key is never taken for a secret.
 */
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Refusal } from '../contract/outcomes.ts';
import type { IdentityEnvironment } from './identity-environment.ts';
import type { FindKeys } from './jwks.ts';

/** The shop's clock and the edge's may differ that much. */
const CLOCK_TOLERANCE_SECONDS = 5;
const PUBLIC_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];

export type ReadToken =
  | { kind: 'claims'; claims: JWTPayload }
  | (Refusal & { kind: 'unauthenticated' | 'overloaded' });

export type TokenReader = (token: string, nowMs: number) => Promise<ReadToken>;

export type TokenTerms = Pick<
  IdentityEnvironment,
  'buyerJwtSecret' | 'buyerJwtSecretOld' | 'buyerJwtIssuer' | 'buyerJwtAudience'
>;

/** `findKeys` when the shop publishes keys; then no secret is taken. Undefined: no token is. */
export function createTokenReader(
  terms: TokenTerms,
  findKeys: FindKeys | undefined,
): TokenReader | undefined {
  const { buyerJwtSecret, buyerJwtSecretOld } = terms;
  const secrets = [buyerJwtSecret, buyerJwtSecretOld].filter((secret) => secret !== undefined);
  if (findKeys !== undefined) return createPublicReader(terms, findKeys);
  return secrets.length === 0 ? undefined : createSecretReader(terms, secrets);
}

function createSecretReader(terms: TokenTerms, secrets: readonly Uint8Array[]): TokenReader {
  return async (token, nowMs) => {
    let last: unknown;
    for (const secret of secrets) {
      try {
        const checks = checksOf(terms, ['HS256'], nowMs);
        const { payload } = await jwtVerify(token, secret, checks);
        return { kind: 'claims', claims: payload };
      } catch (error) {
        last = error;
        // Another secret can only help when this one did not sign.
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) break;
      }
    }
    return refusalOf(last);
  };
}

function createPublicReader(terms: TokenTerms, findKeys: FindKeys): TokenReader {
  return async (token, nowMs) => {
    try {
      const header = headerOf(token);
      if (header === undefined) return refused('the token is not valid');
      const found = await findKeys(header.kid);
      if (found.kind === 'not-now') {
        return { kind: 'overloaded', retryAfterMs: found.retryAfterMs };
      }
      if (found.kind === 'unknown-key') return refused('the key of the token is not known');
      const checks = checksOf(terms, PUBLIC_ALGORITHMS, nowMs);
      const { payload } = await jwtVerify(token, found.keyOf, checks);
      return { kind: 'claims', claims: payload };
    } catch (error) {
      return refusalOf(error);
    }
  };
}

/** Undefined for what is no token, or signed in a way that is not taken. */
function headerOf(token: string): { kid?: string } | undefined {
  try {
    const header = decodeProtectedHeader(token);
    return PUBLIC_ALGORITHMS.includes(header.alg ?? '') ? header : undefined;
  } catch {
    return undefined;
  }
}

function checksOf(terms: TokenTerms, algorithms: string[], nowMs: number) {
  const { buyerJwtIssuer: issuer, buyerJwtAudience: audience } = terms;
  return {
    algorithms,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    currentDate: new Date(nowMs),
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience }),
  };
}

function refusalOf(error: unknown): ReadToken {
  if (error instanceof errors.JWTExpired) return refused('the token has expired');
  if (error instanceof errors.JOSEError) return refused('the token is not valid');
  throw error;
}

function refused(reason: string): ReadToken {
  return { kind: 'unauthenticated', reason };
}
