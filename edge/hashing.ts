/**
 * The edge's hash functions, in pure JavaScript. WebCrypto is asynchronous and costs a turn of the
 * event loop a hash; a key prepared once makes an HMAC of a buyer's id two compressions.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Hashing } from '../contract/hashing.ts';

export const edgeHashing: Hashing = {
  sha256: (data) => sha256(typeof data === 'string' ? utf8(data) : data),
  keyedHash(key) {
    const prepared = hmac.create(sha256, key);
    return (text) => prepared.clone().update(utf8(text)).digest();
  },
};

const encoder = new TextEncoder();

function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}
