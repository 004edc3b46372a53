/** The edge's own SHA-256 and HMAC against WebCrypto's, at every length where padding differs. */
import { expect, test } from 'vitest';
import { edgeHashing } from '../../edge/hashing.ts';

const LENGTHS = Array.from({ length: 300 }, (_, length) => length).concat([1_000, 4_096, 8_192]);

function hex(bytes: Uint8Array | ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function webHmac(key: Uint8Array, text: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', key, algorithm, false, ['sign']);
  return hex(await crypto.subtle.sign('HMAC', imported, new TextEncoder().encode(text)));
}

test('knows the example of FIPS 180-2', () => {
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(hex(edgeHashing.sha256('abc'))).toBe(abc);
});

test('hashes random bytes of every length as WebCrypto does', async () => {
  for (const length of LENGTHS) {
    const bytes = crypto.getRandomValues(new Uint8Array(length));
    const expected = hex(await crypto.subtle.digest('SHA-256', bytes));
    expect(hex(edgeHashing.sha256(bytes)), `${length} bytes`).toBe(expected);
  }
});

test('hashes a part of a larger buffer, and only that', async () => {
  const part = crypto.getRandomValues(new Uint8Array(300)).subarray(70, 230);
  const expected = hex(await crypto.subtle.digest('SHA-256', part.slice()));
  expect(hex(edgeHashing.sha256(part))).toBe(expected);
});

test('keyed hashes agree with WebCrypto for every length of text', async () => {
  const key = crypto.getRandomValues(new Uint8Array(32));
  const keyed = edgeHashing.keyedHash(key);
  for (const length of LENGTHS) {
    const text = 'é'.repeat(length % 3) + 'x'.repeat(length);
    expect(hex(keyed(text)), `${length}`).toBe(await webHmac(key, text));
  }
});

test.each([1, 31, 32, 63, 64, 65, 200])(
  'keyed hashes agree for a key of %d bytes',
  async (length) => {
    const key = crypto.getRandomValues(new Uint8Array(length));
    expect(hex(edgeHashing.keyedHash(key)('text'))).toBe(await webHmac(key, 'text'));
  },
);

test('two keyed hashes in turns do not disturb each other', async () => {
  const [one, other] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const [ofOne, ofOther] = [edgeHashing.keyedHash(one), edgeHashing.keyedHash(other)];
  const first = ofOne('a');
  ofOther('b');
  expect(hex(first)).toBe(await webHmac(one, 'a'));
  expect(hex(ofOne('c'))).toBe(await webHmac(one, 'c'));
  expect(hex(ofOther('c'))).toBe(await webHmac(other, 'c'));
});
