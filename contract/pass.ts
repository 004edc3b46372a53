/**
 * The pass: the edge's signed proof that a request went through its gates. The origin takes nothing
 * without one (I5). It binds version, key id, time, method, path, body hash, buyer and
 * Idempotency-Key, so that it cannot be used for another request; it may be used again for the same
 * request within its lifetime, which is harmless since the request itself is idempotent.
 *
 * On the wire, in the header `sluice-pass`: `v1.<keyId>.<timeMs>.<signature>.<buyerId>`, the
 * signature in base64url, the buyer as it is (printable ASCII, perhaps with dots). Two key ids are
 * known at a time, so that a key can be changed without a refusal: the first signs, all verify.
 */
import { fromBase64Url, toBase64Url } from './base64url.ts';
import { equalInConstantTime, type Hashing, type KeyedHash } from './hashing.ts';

export const PASS_HEADER = 'sluice-pass';
/** How far the two clocks may differ, either way: 30 s covers a slow client and NTP's drift. */
export const PASS_TOLERANCE_MS = 30_000;
const VERSION = 'v1';

/** What the pass is bound to. `buyerId` is empty for the edge's own requests. */
export interface PassClaims {
  timeMs: number;
  method: string;
  /** Path with query, as the origin receives it. */
  path: string;
  body: string | Uint8Array;
  buyerId: string;
  /** Empty when the request has none. */
  idempotencyKey: string;
}

export interface PassKey {
  id: string;
  secret: Uint8Array;
}

export type PassVerdict =
  | { kind: 'valid'; buyerId: string; timeMs: number }
  | { kind: 'invalid'; reason: 'missing' | 'malformed' | 'unknown-key' | 'expired' | 'forged' };

export interface PassKeeper {
  sign(claims: PassClaims): string;
  /** False for what `verify` would refuse whatever the body is: its sender need not be read. */
  mayBeValid(header: string | undefined, nowMs: number): boolean;
  /** Judges `header` for the request at hand; the claims' buyer and time come from the pass. */
  verify(
    header: string | undefined,
    request: Omit<PassClaims, 'timeMs' | 'buyerId'>,
    nowMs: number,
  ): PassVerdict;
}

/** Prepares the keys. Throws a RangeError when there is none. */
export function createPassKeeper(hashing: Hashing, keys: readonly PassKey[]): PassKeeper {
  const [signing] = keys;
  if (signing === undefined) throw new RangeError('a pass needs at least one key');
  const hashes = new Map(keys.map((key) => [key.id, hashing.keyedHash(key.secret)]));
  const bodyHash = createBodyHash(hashing);
  const signWith = (keyId: string, keyed: KeyedHash, claims: PassClaims) =>
    keyed(signedText(bodyHash(claims.body), keyId, claims));
  const signingHash = hashing.keyedHash(signing.secret);

  return {
    sign(claims) {
      const signature = toBase64Url(signWith(signing.id, signingHash, claims));
      return `${VERSION}.${signing.id}.${claims.timeMs}.${signature}.${claims.buyerId}`;
    },
    mayBeValid(header, nowMs) {
      const parts = parsePass(header ?? '');
      if (parts === undefined || !hashes.has(parts.keyId)) return false;
      return Math.abs(nowMs - parts.timeMs) <= PASS_TOLERANCE_MS;
    },
    verify(header, request, nowMs) {
      if (header === undefined || header === '') return { kind: 'invalid', reason: 'missing' };
      const parts = parsePass(header);
      if (parts === undefined) return { kind: 'invalid', reason: 'malformed' };
      const keyed = hashes.get(parts.keyId);
      if (keyed === undefined) return { kind: 'invalid', reason: 'unknown-key' };
      const { timeMs, buyerId } = parts;
      const expected = signWith(parts.keyId, keyed, { ...request, timeMs, buyerId });
      if (!equalInConstantTime(expected, parts.signature)) {
        return { kind: 'invalid', reason: 'forged' };
      }
      // Judged after the signature, so that only a real pass can be told that it is too old.
      if (Math.abs(nowMs - timeMs) > PASS_TOLERANCE_MS)
        return { kind: 'invalid', reason: 'expired' };
      return { kind: 'valid', buyerId, timeMs };
    },
  };
}

function signedText(bodyHash: string, keyId: string, claims: PassClaims): string {
  const { timeMs, method, path, buyerId, idempotencyKey } = claims;
  const request = `${method}\n${path}\n${bodyHash}`;
  return `${VERSION}\n${keyId}\n${timeMs}\n${request}\n${buyerId}\n${idempotencyKey}`;
}

/** Nearly all bodies of a sale are the same few bytes, so the last one's hash is kept. */
function createBodyHash(hashing: Hashing): (body: string | Uint8Array) => string {
  let lastBody: string | undefined;
  let lastHash = '';
  return (body) => {
    if (typeof body !== 'string') return toBase64Url(hashing.sha256(body));
    if (body !== lastBody) {
      lastHash = toBase64Url(hashing.sha256(body));
      lastBody = body;
    }
    return lastHash;
  };
}

/** The time without leading zeros: a pass has one spelling only. */
const SHAPE =
  /^v1\.([A-Za-z0-9_-]{1,16})\.(0|[1-9]\d{0,14})\.([A-Za-z0-9_-]{43})\.([\x21-\x7e]{0,64})$/;

function parsePass(header: string) {
  const [, keyId = '', time = '', text = '', buyerId = ''] = SHAPE.exec(header) ?? [];
  const signature = fromBase64Url(text);
  return signature?.length === 32 ? { keyId, timeMs: Number(time), signature, buyerId } : undefined;
}

/** Reads `id:base64,id:base64` (PASS_KEYS). Throws a RangeError that says what is wrong. */
export function parsePassKeys(text: string): PassKey[] {
  const keys = text.split(',').map((part) => {
    const [id = '', encoded = '', ...more] = part.trim().split(':');
    if (!/^[A-Za-z0-9_-]{1,16}$/.test(id) || more.length > 0) {
      throw new RangeError('each key is id:base64 with an id of 1 to 16 letters, digits, _ or -');
    }
    const secret = fromBase64(encoded);
    if (secret === undefined || secret.length < 32) {
      throw new RangeError(`key "${id}" must be at least 32 bytes of base64`);
    }
    return { id, secret };
  });
  if (keys.length > 2)
    throw new RangeError('at most two keys: the new one and the one it replaces');
  if (new Set(keys.map((key) => key.id)).size !== keys.length) {
    throw new RangeError('the two keys must have different ids');
  }
  return keys;
}

function fromBase64(text: string): Uint8Array | undefined {
  return fromBase64Url(
    text
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replace(/={1,2}$/, ''),
  );
}
