/**
 * The two hash functions that both sides need, as an interface: the edge takes a pure JavaScript
 * implementation, the origin the one of its runtime (edge/hashing.ts, origin/hashing.ts say why).
 * Both are synchronous; a test holds them equal.
 */
export interface Hashing {
  /** SHA-256 (FIPS 180-4) of UTF-8 text or bytes: 32 bytes. */
  sha256(data: string | Uint8Array): Uint8Array;
  /** HMAC-SHA-256 (RFC 2104) with the key prepared once: UTF-8 text to 32 bytes. */
  keyedHash(key: Uint8Array): KeyedHash;
}

export type KeyedHash = (text: string) => Uint8Array;

/** True when both are equal; takes the same time wherever they differ. */
export function equalInConstantTime(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index += 1) {
    difference |= (left[index] ?? 0) ^ (right[index] ?? 0);
  }
  return difference === 0;
}
