/** base64url against Node's own, and its strictness: one value has one spelling. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromBase64Url, toBase64Url } from '../../contract/base64url.ts';
import { SEED } from './seed.ts';

const bytes = fc.uint8Array({ maxLength: 200 });

test(`writes what Buffer writes, and reads it back (SEED=${SEED})`, () => {
  fc.assert(
    fc.property(bytes, (value) => {
      const text = toBase64Url(value);
      expect(text).toBe(Buffer.from(value).toString('base64url'));
      expect(fromBase64Url(text)).toEqual(value);
    }),
    { seed: SEED, numRuns: 2_000 },
  );
});

test(`takes no text that it would not write itself (SEED=${SEED})`, () => {
  const alphabet = [...'ABCxyz019-_', '+', '/', '=', ' ', '\n', 'é', '😀'];
  const text = fc.array(fc.constantFrom(...alphabet), { maxLength: 12 });
  let refused = 0;
  fc.assert(
    fc.property(text, (characters) => {
      const read = fromBase64Url(characters.join(''));
      if (read === undefined) refused += 1;
      else expect(toBase64Url(read)).toBe(characters.join(''));
    }),
    { seed: SEED, numRuns: 5_000 },
  );
  expect(refused, 'a run that refuses nothing proves nothing').toBeGreaterThan(100);
});

test.each([
  ['a padded text', 'QQ=='],
  ['the other alphabet', '-_+/'],
  ['a length that no bytes make', 'QUFBQ'],
  ['bits that belong to no byte', 'QR'],
  ['two bits too many', 'QUF'],
])('refuses %s', (_name, text) => {
  expect(fromBase64Url(text)).toBeUndefined();
});

test('knows the empty value', () => {
  expect(toBase64Url(new Uint8Array())).toBe('');
  expect(fromBase64Url('')).toEqual(new Uint8Array());
});
