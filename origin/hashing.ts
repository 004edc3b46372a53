/**
 * The origin's hash functions: node:crypto's one-shot `hash`, asked for "binary" (latin1) text (a
 * character a byte), since asking it for a Buffer takes three times as long. HMAC is made of two of
 * them (RFC 2104). Measured on Node 24, 160 bytes, on a busy machine: createHmac 17 µs, two hashes
 * into Buffers 7 µs, this 1.7 µs, the pure JavaScript one of the edge 9 µs.
 */
import { hash } from 'node:crypto';
import type { Hashing, KeyedHash } from '../contract/hashing.ts';

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;

export const nodeHashing: Hashing = {
  sha256: (data) => Buffer.from(sha256Latin1(data), 'latin1'),
  keyedHash,
};

function keyedHash(key: Uint8Array): KeyedHash {
  const block = Buffer.alloc(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? nodeHashing.sha256(key) : key);
  const inner = block.map((byte) => byte ^ 0x36);
  // Its second half is written anew at each use; nothing is awaited in between.
  const outer = Buffer.alloc(BLOCK_BYTES + HASH_BYTES);
  outer.set(block.map((byte) => byte ^ 0x5c));
  return (text) => {
    const innerHash = sha256Latin1(Buffer.concat([inner, Buffer.from(text)]));
    outer.write(innerHash, BLOCK_BYTES, 'latin1');
    return Buffer.from(sha256Latin1(outer), 'latin1');
  };
}

function sha256Latin1(data: string | Uint8Array): string {
  return hash('sha256', data, 'binary');
}
