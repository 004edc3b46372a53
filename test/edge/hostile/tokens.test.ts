/**
 * Tokens made by somebody who is not the shop, or by the shop with a clock that is wrong: none but
 * a good one names a buyer, none that is not good becomes a guest, and none reaches the origin.
 */
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { toBase64Url } from '../../../contract/base64url.ts';
import { edgeHashing } from '../../../edge/hashing.ts';
import { guest, JWT_SECRET, logged, openSale, openShop, START_MS, told } from '../shop.ts';

const NOW_SECONDS = START_MS / 1_000;
const bytes = (text: string) => new TextEncoder().encode(text);
const encode = (value: unknown) => toBase64Url(bytes(JSON.stringify(value)));

/** Signed by hand, so that the header may be anything. */
function craft(header: object, payload: unknown, secret: Uint8Array = bytes(JWT_SECRET)): string {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${toBase64Url(edgeHashing.keyedHash(secret)(signed))}`;
}

const HS256 = { alg: 'HS256' };
const GOOD = { sub: 'user-4711' };

async function answerTo(token: string) {
  const shop = openShop();
  const headers = { ...(await guest(shop)), authorization: `Bearer ${token}` };
  const answer = await told(shop.order({ headers }));
  return { shop, answer };
}

async function expectRefused(token: string) {
  const { shop, answer } = await answerTo(token);
  expect(answer).toMatchObject({ status: 401, type: '/problems/unauthenticated' });
  expect(answer.headers.has('set-cookie')).toBe(false);
  expect(shop.orders()).toEqual([]);
  expect(logged, 'a forged token is no event for the operator').toEqual([]);
  expect(JSON.stringify(answer.body)).not.toContain(token.slice(0, 40));
}

test('a good one made by hand is good: the others fail by what is said of them', async () => {
  const { shop, answer } = await answerTo(craft(HS256, GOOD));
  expect(answer.status).toBe(202);
  expect(shop.orders()[0]?.pass).toMatchObject({ buyerId: 'user-4711' });
});

describe('the algorithm', () => {
  test.each(['none', 'None', 'NONE', 'nOnE', '', 'hs256', 'HS384', 'RS256', 'ES256', 'EdDSA'])(
    '"%s" is not believed',
    async (alg) => {
      await expectRefused(craft({ alg }, GOOD));
      await expectRefused(`${encode({ alg })}.${encode(GOOD)}.`);
    },
  );

  test('missing, a number, a list or an object is not believed', async () => {
    for (const header of [{}, { alg: 256 }, { alg: ['HS256'] }, { alg: { HS256: 1 } }]) {
      await expectRefused(craft(header, GOOD));
    }
  });

  test('HS256 with a public key for the secret is forged', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const pem = await exportSPKI(publicKey);
    await expectRefused(craft(HS256, GOOD, bytes(pem)));
    await expectRefused(craft(HS256, GOOD, bytes(pem.trim())));
    const signed = await new SignJWT(GOOD).setProtectedHeader({ alg: 'RS256' }).sign(privateKey);
    await expectRefused(signed);
  });

  test.each([
    ['an empty secret', ''],
    ['the words of the documentation', 'the shop signs its tokens with this ke'],
    ['a null byte', '\u0000'],
  ])('HS256 with %s is forged', async (_name, secret) => {
    // HMAC pads short keys with zero bytes, so an empty key is one too.
    await expectRefused(craft(HS256, GOOD, bytes(secret)));
  });
});

describe('the header of a token', () => {
  const own = 'a key that its attacker knows well';
  test.each<[name: string, header: object]>([
    ['a key of its own', { jwk: { kty: 'oct', k: toBase64Url(bytes(own)) } }],
    ['a key set elsewhere', { jku: 'https://elsewhere.example/keys' }],
    ['certificates', { x5c: ['AAAA'], x5u: 'https://elsewhere.example/pem' }],
    ['a path for a key id', { kid: '../../../../dev/null' }],
    ['SQL for a key id', { kid: "' UNION SELECT 'a key that its attacker knows well' --" }],
    ['a prototype for a key id', { kid: '__proto__' }],
    ['a command for a key id', { kid: '| sleep 10' }],
    ['an object for a key id', { kid: { toString: 1 } }],
  ])('that brings %s brings nothing: the key is the shop’s', async (_name, header) => {
    await expectRefused(craft({ ...HS256, ...header }, GOOD, bytes(own)));
    await expectRefused(craft({ ...HS256, ...header }, GOOD, new Uint8Array(0)));
  });

  test('that asks for what is not understood is refused, though well signed', async () => {
    await expectRefused(craft({ ...HS256, crit: ['exp-strict'], 'exp-strict': true }, GOOD));
    await expectRefused(craft({ ...HS256, crit: ['b64'], b64: false }, GOOD));
    await expectRefused(craft({ ...HS256, crit: [] }, GOOD));
  });

  test('that is encrypted, nested or of five parts is no token here', async () => {
    await expectRefused(`${encode({ alg: 'dir', enc: 'A256GCM' })}..AAAA.AAAA.AAAA`);
    await expectRefused(`${craft(HS256, GOOD)}.AAAA`);
    await expectRefused(craft({ ...HS256, cty: 'JWT' }, craft(HS256, GOOD)));
  });
});

describe('the claims', () => {
  test.each<[name: string, claims: unknown]>([
    ['no sub', {}],
    ['a list as sub', { sub: ['user-4711'] }],
    ['an object as sub', { sub: { toString: 'user-4711' } }],
    ['null as sub', { sub: null }],
    ['a control character in sub', { sub: 'user\u0007' }],
    ['a null byte in sub', { sub: 'user-4711\u0000' }],
    ['a line end in sub', { sub: 'user-4711\r\nsluice-pass: x' }],
    ['a mark of direction in sub', { sub: 'user\u202e1174' }],
    ['another alphabet in sub', { sub: 'us\u0435r-4711' }],
    ['sub twice as long as any', { sub: 'x'.repeat(128) }],
    ['a list for claims', [GOOD]],
    ['text for claims', 'user-4711'],
    ['null for claims', null],
    ['an end that is text', { ...GOOD, exp: '9999999999' }],
    ['an end that is no number', { ...GOOD, exp: null }],
    ['a beginning that is text', { ...GOOD, nbf: '0' }],
    ['a prototype with a sub', JSON.parse('{"__proto__":{"sub":"user-4711"}}')],
  ])('with %s name nobody', async (_name, claims) => {
    await expectRefused(craft(HS256, claims));
  });

  test('that are no JSON, or no UTF-8, name nobody', async () => {
    const head = encode(HS256);
    const sign = (signed: string) =>
      `${signed}.${toBase64Url(edgeHashing.keyedHash(bytes(JWT_SECRET))(signed))}`;
    await expectRefused(sign(`${head}.${toBase64Url(bytes('{"sub":'))}`));
    await expectRefused(sign(`${head}.${toBase64Url(new Uint8Array([0xff, 0xfe]))}`));
    await expectRefused(sign(`${head}.`));
  });

  test('too long are refused before anything is computed', async () => {
    await expectRefused(craft(HS256, { ...GOOD, more: 'x'.repeat(8_000) }));
    await expectRefused(craft(HS256, { ...GOOD, more: 'x'.repeat(1_000_000) }));
  });

  test('nested a thousand deep are read and come to nothing worse', async () => {
    const deep = `{"sub":"user-4711","a":${'['.repeat(1_000)}${']'.repeat(1_000)}}`;
    const signed = `${encode(HS256)}.${toBase64Url(bytes(deep))}`;
    const signature = toBase64Url(edgeHashing.keyedHash(bytes(JWT_SECRET))(signed));
    expect((await answerTo(`${signed}.${signature}`)).answer.status).toBe(202);
  });
});

describe('where the shop publishes its keys', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const published = { ...(await exportJWK(publicKey)), kid: 'shop-1', alg: 'ES256', use: 'sig' };
  const sign = (header: object, key: CryptoKey = privateKey) =>
    new SignJWT(GOOD).setProtectedHeader({ alg: 'ES256', ...header }).sign(key);

  function openPublicShop() {
    const shop = openShop(openSale(), {
      buyerJwtSecret: undefined,
      buyerJwksUrl: 'https://shop.test/keys',
    });
    shop.twist.origin = ({ path }) =>
      path === '/keys' ? Response.json({ keys: [published] }) : undefined;
    return shop;
  }

  async function statusOf(token: string, shop = openPublicShop()) {
    const answer = await told(shop.order({ headers: { authorization: `Bearer ${token}` } }));
    if (answer.status === 401) expect(shop.orders()).toEqual([]);
    return answer.status;
  }

  test('a token of theirs is good: the others below fail by what is said of them', async () => {
    expect(await statusOf(await sign({ kid: 'shop-1' }))).toBe(202);
  });

  test('none is signed with the public key as a secret, in whatever form', async () => {
    const pem = await exportSPKI(publicKey);
    const forms = [
      pem,
      pem.trim(),
      JSON.stringify(published),
      published.x ?? '',
      published.y ?? '',
    ];
    for (const form of forms) {
      for (const header of [HS256, { ...HS256, kid: 'shop-1' }]) {
        expect(await statusOf(craft(header, GOOD, bytes(form)))).toBe(401);
      }
    }
    expect(await statusOf(`${encode({ alg: 'none', kid: 'shop-1' })}.${encode(GOOD)}.`)).toBe(401);
  });

  test('none brings its own key, or the address of one', async () => {
    const thief = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(thief.publicKey);
    for (const kid of ['shop-1', '../keys', "' OR 1=1 --", '__proto__', '']) {
      const header = { kid, jwk, jku: 'https://elsewhere.example/keys', x5u: 'https://e.example' };
      expect(await statusOf(await sign(header, thief.privateKey)), kid).toBe(401);
    }
  });

  test('made-up key ids ask the shop no more than its address is worth', async () => {
    const shop = openPublicShop();
    for (let index = 0; index < 50; index += 1) {
      await statusOf(await sign({ kid: `made-up-${index}` }), shop);
      shop.clock.ms += 100;
    }
    const asked = shop.seen.filter(({ path }) => path === '/keys');
    expect(asked.length).toBeLessThanOrEqual(2);
    expect(shop.seen.every(({ path }) => !path.includes('elsewhere'))).toBe(true);
  });
});

describe("the shop's clock", () => {
  const TEN_MINUTES = 600;
  test.each<[name: string, claims: object, status: number]>([
    ['10 min behind: what it gave for 15 min is good', { exp: NOW_SECONDS + 300 }, 202],
    ['10 min behind: what it gave for 5 min is over', { exp: NOW_SECONDS - 300 }, 401],
    ['10 min ahead: nbf is not reached', { nbf: NOW_SECONDS + TEN_MINUTES }, 401],
    ['10 min ahead, and says when it issued', { iat: NOW_SECONDS + TEN_MINUTES }, 202],
    ['4 s ahead', { nbf: NOW_SECONDS + 4, iat: NOW_SECONDS + 4 }, 202],
    ['4 s behind', { exp: NOW_SECONDS - 4 }, 202],
    ['2 min ahead', { nbf: NOW_SECONDS + 120 }, 401],
    ['2 min behind', { exp: NOW_SECONDS - 120 }, 401],
  ])('%s', async (_name, claims, status) => {
    const { answer } = await answerTo(craft(HS256, { ...GOOD, ...claims }));
    expect(answer.status).toBe(status);
  });
});
