/**
 * Reading the shop's tokens: HS256 with one secret, or two while it is changed; or signatures by
 * the keys that the shop publishes. Which algorithms are good is said here, never by the token, so
 * that a public key is never taken for a secret. Whatever else fails meanwhile says nothing of the
 * token: the buyer is told to come again, and the operator why.
 */
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Clock } from '../contract/clock.ts';
import type { Refusal } from '../contract/outcomes.ts';
import type { IdentityEnvironment } from './identity-environment.ts';
import type { FindKeys } from './jwks.ts';
import { createErrorLog, messageOf } from './log.ts';
import { PUBLIC_ALGORITHMS } from './published-keys.ts';

/** The shop's clock and the edge's may differ that much. */
const CLOCK_TOLERANCE_SECONDS = 5;
/** Nothing is known of what failed; by then another isolate or key may answer. */
const FAILED_RETRY_MS = 2_000;

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
  clock: Clock,
): TokenReader | undefined {
  const { buyerJwtSecret, buyerJwtSecretOld } = terms;
  const secrets = [buyerJwtSecret, buyerJwtSecretOld].filter((secret) => secret !== undefined);
  if (findKeys === undefined && secrets.length === 0) return undefined;
  const read = findKeys ? createPublicReader(terms, findKeys) : createSecretReader(terms, secrets);
  const logFailure = createErrorLog('token-failed', clock);
  return async (token, nowMs) => {
    try {
      return await read(token, nowMs);
    } catch (error) {
      if (error instanceof errors.JWTExpired) return refused('the token has expired');
      if (error instanceof errors.JOSEError) return refused('the token is not valid');
      logFailure({ reason: messageOf(error) });
      return { kind: 'overloaded', retryAfterMs: FAILED_RETRY_MS };
    }
  };
}

/** Throws what is said of a token that is not good, as the other does. */
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
    throw last;
  };
}

function createPublicReader(terms: TokenTerms, findKeys: FindKeys): TokenReader {
  return async (token, nowMs) => {
    const header = headerOf(token);
    if (header === undefined) return refused('the token is not valid');
    const found = await findKeys(header.kid);
    if (found.kind === 'not-now') return { kind: 'overloaded', retryAfterMs: found.retryAfterMs };
    if (found.kind === 'unknown-key') return refused('the key of the token is not known');
    const checks = checksOf(terms, PUBLIC_ALGORITHMS, nowMs);
    const { payload } = await jwtVerify(token, found.keyOf, checks);
    return { kind: 'claims', claims: payload };
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

function refused(reason: string): ReadToken {
  return { kind: 'unauthenticated', reason };
}
