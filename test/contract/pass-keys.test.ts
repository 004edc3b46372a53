/** PASS_KEYS: what is taken, and what is said of the rest without repeating a secret. */
import { expect, test } from 'vitest';
import { parsePassKeys } from '../../contract/pass.ts';

const SECRET = Buffer.alloc(32, 0xfb);
const base64 = SECRET.toString('base64');

test('reads one key or two, the first of which signs', () => {
  expect(parsePassKeys(`k1:${base64}`)).toEqual([{ id: 'k1', secret: new Uint8Array(SECRET) }]);
  const ids = parsePassKeys(`new:${base64}, old:${base64}`).map(({ id }) => id);
  expect(ids).toEqual(['new', 'old']);
});

test('reads base64 with or without padding, in either alphabet', () => {
  const spellings = [base64, base64.replace('=', ''), SECRET.toString('base64url')];
  expect(base64).toMatch(/[+/].*=$/);
  for (const text of spellings) {
    expect(parsePassKeys(`k1:${text}`)[0]?.secret).toEqual(new Uint8Array(SECRET));
  }
});

test.each([
  ['nothing', '', /id:base64/],
  ['no id', `:${base64}`, /id:base64/],
  ['no secret', 'k1', /at least 32 bytes/],
  ['a short secret', `k1:${Buffer.alloc(31).toString('base64')}`, /at least 32 bytes/],
  ['no base64', `k1:${'*'.repeat(64)}`, /at least 32 bytes/],
  ['an id with a dot', `k.1:${base64}`, /id:base64/],
  ['an id too long', `${'k'.repeat(17)}:${base64}`, /id:base64/],
  ['something after the secret', `k1:${base64}:more`, /id:base64/],
  ['a comma at the end', `k1:${base64},`, /id:base64/],
  ['three keys', `a:${base64},b:${base64},c:${base64}`, /at most two/],
  ['one id twice', `a:${base64},a:${base64}`, /different ids/],
])('refuses %s', (_name, text, message) => {
  expect(() => parsePassKeys(text)).toThrow(RangeError);
  expect(() => parsePassKeys(text)).toThrow(message);
  try {
    parsePassKeys(text);
  } catch (error) {
    expect(String(error)).not.toContain(base64);
  }
});
