/** Signed cookies: what was signed comes back, and nothing else does; old ones stay good. */
import { describe, expect, test } from 'vitest';
import { createGuestCookies } from '../../edge/guest-cookie.ts';
import { edgeHashing } from '../../edge/hashing.ts';
import { createSignedCookie } from '../../edge/signed-cookie.ts';
import { PASS_KEYS } from './shop.ts';

const KIND = { name: 'sluice_thing', hostOnly: false, label: 'sluice thing v1' };
const LIFE = { maxAgeSeconds: 60, secure: true };
const things = createSignedCookie(edgeHashing, PASS_KEYS, KIND);
const byTls = (header: string | null) => ({ header, secure: true });
const plainly = (header: string | null) => ({ header, secure: false });
/** The cookie as a browser sends it back. */
const sent = (setCookie: string) => setCookie.slice(0, setCookie.indexOf(';'));
const GOOD = sent(things.write('phone.v1', LIFE));

describe('a signed cookie', () => {
  test('gives back what was signed, among other cookies too', () => {
    expect(things.read(byTls(GOOD))).toBe('phone.v1');
    expect(things.read(byTls(`a=b; ${GOOD};c=d`))).toBe('phone.v1');
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
    expect(things.read(byTls(header))).toBeUndefined();
  });

  test('of another label is nothing, though the keys are the same', () => {
    const others = createSignedCookie(edgeHashing, PASS_KEYS, { ...KIND, label: 'another' });
    expect(others.read(byTls(GOOD))).toBeUndefined();
  });

  test('of the second key is good, of a forgotten one not', () => {
    const [first, second] = PASS_KEYS;
    if (first === undefined || second === undefined) throw new Error('the shop has two keys');
    const old = sent(createSignedCookie(edgeHashing, [second], KIND).write('phone', LIFE));
    expect(things.read(byTls(old))).toBe('phone');
    expect(createSignedCookie(edgeHashing, [first], KIND).read(byTls(old))).toBeUndefined();
  });

  test('is found behind others of its name, made up or good for somebody else', () => {
    const forged = `${GOOD.slice(0, -2)}AA`;
    const other = sent(things.write('tablet', LIFE));
    expect(things.read(byTls(`sluice_thing=junk; sluice_thing=; ${forged}; ${GOOD}`))).toBe(
      'phone.v1',
    );
    expect(things.read(byTls(`${GOOD}; ${other}`))).toBe('phone.v1');
    const both = byTls(`${other}; ${GOOD}`);
    expect(things.read(both)).toBe('tablet');
    expect(things.read(both, (value) => value.startsWith('phone'))).toBe('phone.v1');
    expect(things.read(both, () => false)).toBeUndefined();
  });

  test('costs a few hashes, however many are sent', () => {
    let hashed = 0;
    const counting: typeof edgeHashing = {
      ...edgeHashing,
      keyedHash(key) {
        const keyed = edgeHashing.keyedHash(key);
        return (...input) => {
          hashed += 1;
          return keyed(...input);
        };
      },
    };
    const counted = createSignedCookie(counting, PASS_KEYS, KIND);
    hashed = 0;
    const forged = `${GOOD.slice(0, -2)}AA`;
    expect(counted.read(byTls(`${Array(1_000).fill(forged).join('; ')}; ${GOOD}`))).toBeUndefined();
    expect(hashed).toBe(10 * PASS_KEYS.length);
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

describe('a cookie of this host only', () => {
  const ours = createSignedCookie(edgeHashing, PASS_KEYS, { ...KIND, hostOnly: true });

  test('has by HTTPS a name that no other host of the domain can set', () => {
    expect(ours.write('phone', LIFE)).toMatch(
      /^__Host-sluice_thing=phone\..*; Path=\/; .*; Secure$/,
    );
    expect(ours.write('phone', { ...LIFE, secure: false })).toMatch(/^sluice_thing=phone\./);
  });

  test('is read by the one name, and never by that of the other scheme', () => {
    const secure = sent(ours.write('phone', LIFE));
    const plain = sent(ours.write('phone', { ...LIFE, secure: false }));
    expect(ours.read(byTls(secure))).toBe('phone');
    expect(ours.read(plainly(plain))).toBe('phone');
    expect(ours.read(byTls(plain))).toBeUndefined();
    expect(ours.read(plainly(secure))).toBeUndefined();
  });
});

describe('a guest cookie', () => {
  const guests = createGuestCookies(edgeHashing, PASS_KEYS);
  const EARLIER =
    '__Host-sluice_guest=g-CQkJCQkJCQkJCQkJCQkJCQ.umREcYmZx5McHRgHTZmxEdB17GzBh3SVk3u505XSPkA';

  test('of an earlier version is still good', () => {
    expect(guests.read(byTls(EARLIER))).toBe('g-CQkJCQkJCQkJCQkJCQkJCQ');
  });

  test('is written as it always was', () => {
    const random = { fraction: () => 0, bytes: (count: number) => new Uint8Array(count).fill(9) };
    expect(guests.mint(random, true).setCookie).toBe(
      `${EARLIER}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure`,
    );
  });

  test('that was signed as a guest but names none is no guest', () => {
    const kind = { name: 'sluice_guest', hostOnly: true, label: 'sluice guest cookie v1' };
    const admin = createSignedCookie(edgeHashing, PASS_KEYS, kind).write('admin', LIFE);
    expect(guests.read(byTls(sent(admin)))).toBeUndefined();
  });
});
