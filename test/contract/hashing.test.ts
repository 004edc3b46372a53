/** Edge and origin hash with different code and must agree, also with the vectors of RFC 4231. */
import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { equalInConstantTime, type Hashing } from '../../contract/hashing.ts';
import { edgeHashing } from '../../edge/hashing.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import { SEED } from './seed.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** RFC 4231: test cases 1, 2 and 6, the last with a key longer than a block. */
const VECTORS = [
  {
    key: Buffer.alloc(20, 0x0b),
    text: 'Hi There',
    mac: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  },
  {
    key: Buffer.from('Jefe'),
    text: 'what do ya want for nothing?',
    mac: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  },
  {
    key: Buffer.alloc(131, 0xaa),
    text: 'Test Using Larger Than Block-Size Key - Hash Key First',
    mac: '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  },
];

describe.each<[string, Hashing]>([
  ['the edge', edgeHashing],
  ['the origin', nodeHashing],
])('the hashing of %s', (_name, hashing) => {
  test.each(VECTORS)('knows the HMAC of "$text"', ({ key, text, mac }) => {
    expect(hex(hashing.keyedHash(key)(text))).toBe(mac);
  });

  test(`is SHA-256 and HMAC as the platform computes them (SEED=${SEED})`, () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 300 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), text, (bytes, words) => {
        expect(hex(hashing.sha256(bytes))).toBe(createHash('sha256').update(bytes).digest('hex'));
        expect(hex(hashing.sha256(words))).toBe(createHash('sha256').update(words).digest('hex'));
        const mac = createHmac('sha256', bytes).update(words).digest('hex');
        expect(hex(hashing.keyedHash(bytes)(words))).toBe(mac);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test('keeps nothing of an earlier text', () => {
    const keyed = hashing.keyedHash(Buffer.from('key'));
    const first = hex(keyed('a'));
    keyed('b');
    expect(hex(keyed('a'))).toBe(first);
  });
});

test.each([
  ['the same bytes', [1, 2, 3], [1, 2, 3], true],
  ['nothing and nothing', [], [], true],
  ['a first byte that differs', [0, 2, 3], [1, 2, 3], false],
  ['a last byte that differs', [1, 2, 3], [1, 2, 2], false],
  ['a beginning', [1, 2], [1, 2, 3], false],
  ['bits that cancel out', [1, 2], [2, 1], false],
])('equality of %s', (_name, left, right, equal) => {
  expect(equalInConstantTime(Uint8Array.from(left), Uint8Array.from(right))).toBe(equal);
});
