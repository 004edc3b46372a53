/**
 * The edge's hash functions, in plain JavaScript: the gates decide without waiting, and WebCrypto
 * is asynchronous. Of its own make, because two HMACs are the larger part of what a draw costs:
 * measured in workerd on 25 bytes, 3.1 us; @noble/hashes 12.9, 8.8 with its hash objects used
 * again; WebCrypto 4.0 to 8.8 and a turn of the microtask queue; node:crypto's createHmac 8.3 to
 * 11.5.
 */
import type { Hashing } from '../contract/hashing.ts';
import { finish, initialState, takeBlock } from './sha256.ts';

const BLOCK_BYTES = 64;
const encoder = new TextEncoder();

export const edgeHashing: Hashing = {
  sha256: (data) => finish(initialState(), 0, bytesOf(data)),
  keyedHash(key) {
    const padded = new Uint8Array(BLOCK_BYTES);
    padded.set(key.length > BLOCK_BYTES ? edgeHashing.sha256(key) : key);
    const inner = initialState();
    takeBlock(
      inner,
      padded.map((byte) => byte ^ 0x36),
    );
    const outer = initialState();
    takeBlock(
      outer,
      padded.map((byte) => byte ^ 0x5c),
    );
    return (text) => finish(outer, BLOCK_BYTES, finish(inner, BLOCK_BYTES, bytesOf(text)));
  },
};

function bytesOf(data: string | Uint8Array): Uint8Array {
  if (typeof data !== 'string') return data;
  if (data.length > SHORT_TEXT.length) return encoder.encode(data);
  // Ids are short and ASCII: copied here, they spare a call into the runtime (1.8 us).
  for (let index = 0; index < data.length; index += 1) {
    const code = data.charCodeAt(index);
    if (code > 0x7f) return encoder.encode(data);
    SHORT_TEXT[index] = code;
  }
  return SHORT_TEXT.subarray(0, data.length);
}

/** Used again by every short text; the hash has read it before anything else runs. */
const SHORT_TEXT = new Uint8Array(BLOCK_BYTES);
