/**
 * Published keys that cannot be used, and whatever else goes wrong while a token is read: the other
 * keys serve, the operator hears of it, and no buyer gets a 500.
 */
import { exportJWK, type JWK } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import type { FindKeys } from '../../edge/jwks.ts';
import { createTokenReader } from '../../edge/token.ts';
import {
  createSigner,
  MINUTE_MS,
  NOT_NOW,
  openKeyShop,
  type Signer,
  short,
  UNAUTHENTICATED,
} from './key-shop.ts';
import { logged, START_MS } from './shop.ts';

let rsa: Signer;
let ec: Signer;
/** What a shop may publish by mistake, each with the id of what is wrong with it. */
let unusable: JWK[];
beforeAll(async () => {
  rsa = await createSigner('RS256', 'r1');
  ec = await createSigner('ES256', 'e1');
  const ed = await createSigner('EdDSA', 'd1');
  const weak = await crypto.subtle.generateKey(
    {
      name: 'RSASSA-PKCS1-v1_5',
      modulusLength: 1_024,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: 'SHA-256',
    },
    true,
    ['sign', 'verify'],
  );
  if (!('publicKey' in weak)) throw new Error('a pair was asked for');
  const { n: _n, ...withoutModulus } = rsa.jwk;
  const { e: _e, ...withoutExponent } = rsa.jwk;
  unusable = [
    { ...(await exportJWK(weak.publicKey)), kid: 'weak' },
    { ...withoutModulus, kid: 'no-modulus' },
    { ...rsa.jwk, n: '!!!', kid: 'broken-modulus' },
    { ...rsa.jwk, n: 'AQAB', kid: 'tiny-modulus' },
    { ...withoutExponent, kid: 'no-exponent' },
    { ...ec.jwk, x: String(ec.jwk.y), kid: 'off-the-curve' },
    { ...ed.jwk, x: 'AAAA', kid: 'short' },
  ];
});

describe('published keys', () => {
  test('that cannot be used are left out with one line, and the others serve', async () => {
    const { shop, server } = openKeyShop([...unusable, ec.jwk]);
    expect(await short(shop, await ec.sign())).toBe('202');
    for (const { kid } of unusable) {
      expect(await short(shop, await rsa.sign({}, { kid }))).toBe(UNAUTHENTICATED);
    }
    const lines = () => logged.filter((line) => line.includes('jwks-keys-unusable'));
    expect(lines()).toHaveLength(1);
    for (const { kid } of unusable) expect(lines()[0]).toContain(`"keyId":"${kid}"`);
    expect(lines()[0]).not.toContain('e1');
    // The same set, read again, says nothing new; another one does.
    for (const keys of [server.keys, [ec.jwk, ...unusable.slice(1)], [ec.jwk]]) {
      server.keys = keys;
      shop.clock.ms += 6 * MINUTE_MS;
      expect(await short(shop, await ec.sign())).toBe('202');
    }
    expect(lines()).toHaveLength(2);
    expect(server.asked).toBe(4);
  });

  test('of which none can be used are no keys, and the last ones stay', async () => {
    const { shop, server } = openKeyShop([ec.jwk]);
    expect(await short(shop, await ec.sign())).toBe('202');
    server.keys = [...unusable];
    shop.clock.ms += 6 * MINUTE_MS;
    expect(await short(shop, await ec.sign())).toBe('202');
    expect(await short(openKeyShop([...unusable]).shop, await ec.sign())).toBe(NOT_NOW);
  });

  test('for other algorithms are left out in silence', async () => {
    const others = await Promise.all(
      ['ES384', 'RS512', 'PS256'].map((alg) => createSigner(alg, alg)),
    );
    const { shop } = openKeyShop([...others.map(({ jwk }) => jwk), ec.jwk]);
    expect(await short(shop, await ec.sign())).toBe('202');
    expect(logged).toEqual([]);
  });
});

describe('what nobody expected while a token is read', () => {
  const broken = () => Promise.reject(new TypeError('the runtime could not'));
  const terms = {
    buyerJwtSecret: undefined,
    buyerJwtSecretOld: undefined,
    buyerJwtIssuer: undefined,
    buyerJwtAudience: undefined,
  };

  test.each<[string, FindKeys]>([
    ['in a key', async () => ({ kind: 'keys', keyOf: broken })],
    ['in looking for it', broken],
  ])('%s is "not now" and one line a second, never a failure', async (_name, findKeys) => {
    const clock = { ms: START_MS };
    const read = createTokenReader(terms, findKeys, { nowMs: () => clock.ms });
    for (const ms of [0, 10, 999, 1_000]) {
      clock.ms = START_MS + ms;
      const answer = await read?.(await ec.sign(), clock.ms);
      expect(answer).toEqual({ kind: 'overloaded', retryAfterMs: 2_000 });
    }
    expect(logged).toHaveLength(2);
    expect(logged[1]).toContain('TypeError: the runtime could not');
    expect(logged[1]).toContain('"unwritten":2');
  });
});
