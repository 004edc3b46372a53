/** Signed cookies: what was signed comes back, and nothing else does; old ones stay good. */
import { describe, expect, test } from 'vitest';
import { createGuestCookies } from '../../edge/guest-cookie.ts';
import { edgeHashing } from '../../edge/hashing.ts';
import { createSignedCookie } from '../../edge/signed-cookie.ts';
import { PASS_KEYS } from './shop.ts';

const KIND = { name: 'sluice_thing', label: 'sluice thing v1' };
const LIFE = { maxAgeSeconds: 60, secure: true };
const things = createSignedCookie(edgeHashing, PASS_KEYS, KIND);
/** The cookie as a browser sends it back. */
const sent = (setCookie: string) => setCookie.slice(0, setCookie.indexOf(';'));
const GOOD = sent(things.write('phone.v1', LIFE));

describe('a signed cookie', () => {
  test('gives back what was signed, among other cookies too', () => {
    expect(things.read(GOOD)).toBe('phone.v1');
    expect(things.read(`a=b; ${GOOD};c=d`)).toBe('phone.v1');
  });

  test('says how long it lives and where it goes', () => {
    const attributes = '; Path=/; Max-Age=60; HttpOnly; SameSite=Lax';
    expect(things.write('phone', LIFE)).toMatch(new RegExp(`${attributes}; Secure$`));
    expect(things.write('phone', { ...LIFE, secure: false })).toMatch(new RegExp(`${attributes}$`));
  });

  test.each([
    ['no header', null],
    ['no cookie of the name', 'sluice_other=phone'],
    ['no signature', 'sluice_thing=phone.v1'],
    ['no value', GOOD.replace('phone.v1', '')],
    ['another value', GOOD.replace('phone', 'phony')],
    ['a longer value', GOOD.replace('phone', `phone${'x'.repeat(300)}`)],
    ['a signature that goes on', `${GOOD}A`],
    ['a signature cut short', GOOD.slice(0, -1)],
    ['another name', GOOD.replace('sluice_thing', 'sluice_thing2')],
  ])('is nothing with %s', (_name, header) => {
    expect(things.read(header)).toBeUndefined();
  });

  test('of another label is nothing, though the keys are the same', () => {
    const others = createSignedCookie(edgeHashing, PASS_KEYS, { ...KIND, label: 'another' });
    expect(others.read(GOOD)).toBeUndefined();
  });

  test('of the second key is good, of a forgotten one not', () => {
    const [first, second] = PASS_KEYS;
    if (first === undefined || second === undefined) throw new Error('the shop has two keys');
    const old = sent(createSignedCookie(edgeHashing, [second], KIND).write('phone', LIFE));
    expect(things.read(old)).toBe('phone');
    expect(createSignedCookie(edgeHashing, [first], KIND).read(old)).toBeUndefined();
  });

  test.each([
    ['a space', 'a b'],
    ['a semicolon', 'a;b'],
    ['a letter that is not ASCII', 'é'],
    ['nothing at all', ''],
    ['more than a cookie should hold', 'x'.repeat(257)],
  ])('is never written with %s', (_name, value) => {
    expect(() => things.write(value, LIFE)).toThrow(RangeError);
  });

  test('needs a key', () => {
    expect(() => createSignedCookie(edgeHashing, [], KIND)).toThrow(RangeError);
  });
});

describe('a guest cookie', () => {
  const guests = createGuestCookies(edgeHashing, PASS_KEYS);
  const EARLIER =
    'sluice_guest=g-CQkJCQkJCQkJCQkJCQkJCQ.umREcYmZx5McHRgHTZmxEdB17GzBh3SVk3u505XSPkA';

  test('of an earlier version is still good', () => {
    expect(guests.read(EARLIER)).toBe('g-CQkJCQkJCQkJCQkJCQkJCQ');
  });

  test('is written as it always was', () => {
    const random = { fraction: () => 0, bytes: (count: number) => new Uint8Array(count).fill(9) };
    expect(guests.mint(random, true).setCookie).toBe(
      `${EARLIER}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure`,
    );
  });

  test('that was signed as a guest but names none is no guest', () => {
    const kind = { name: 'sluice_guest', label: 'sluice guest cookie v1' };
    const admin = createSignedCookie(edgeHashing, PASS_KEYS, kind).write('admin', LIFE);
    expect(guests.read(sent(admin))).toBeUndefined();
  });
});
