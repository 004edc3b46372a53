/**
 * A shop's tokens while its keys change: two secrets, or the keys that it publishes, fetched rarely
 * and never for somebody else; what a silent key server does to buyers.
 */
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  createSigner,
  MINUTE_MS,
  NOT_NOW,
  openKeyShop,
  type Signer,
  short,
  UNAUTHENTICATED,
} from './key-shop.ts';
import { JWT_SECRET, openSale, openShop, START_MS, told } from './shop.ts';

const OLD_SECRET = 'the key with which the shop signed before this';

let rsa: Signer;
let ec: Signer;
let ed: Signer;
beforeAll(async () => {
  rsa = await createSigner('RS256', 'r1');
  ec = await createSigner('ES256', 'e1');
  ed = await createSigner('EdDSA', 'd1');
});

function signWith(secret: string, claims: Record<string, unknown> = {}) {
  return new SignJWT({ sub: 'user-4711', ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret));
}

describe('two secrets', () => {
  const buyerJwtSecretOld = new TextEncoder().encode(OLD_SECRET);

  test('are both good while the second is known, the first only after', async () => {
    const during = openShop(openSale(), { buyerJwtSecretOld });
    expect(await short(during, await signWith(JWT_SECRET))).toBe('202');
    expect(await short(during, await signWith(OLD_SECRET))).toBe('202');
    expect(await short(during, await signWith('another key of 32 bytes, or more'))).toBe(
      UNAUTHENTICATED,
    );
    const after = openShop();
    expect(await short(after, await signWith(OLD_SECRET))).toBe(UNAUTHENTICATED);
  });

  test('make no old token live longer', async () => {
    const shop = openShop(openSale(), { buyerJwtSecretOld });
    const exp = START_MS / 1000 - 6;
    expect(await short(shop, await signWith(OLD_SECRET, { exp }))).toBe(UNAUTHENTICATED);
  });
});

describe('issuer and audience', () => {
  const terms = { buyerJwtIssuer: 'https://shop.test', buyerJwtAudience: 'sluice' };
  test.each([
    ['both as they should be', { iss: 'https://shop.test', aud: ['x', 'sluice'] }, '202'],
    ['of another issuer', { iss: 'https://other.test', aud: 'sluice' }, UNAUTHENTICATED],
    ['for another audience', { iss: 'https://shop.test', aud: 'blog' }, UNAUTHENTICATED],
    ['with neither', {}, UNAUTHENTICATED],
  ])('%s', async (_name, claims, expected) => {
    const shop = openShop(openSale(), terms);
    expect(await short(shop, await signWith(JWT_SECRET, claims))).toBe(expected);
    const keyed = openKeyShop([rsa.jwk], terms);
    expect(await short(keyed.shop, await rsa.sign(claims))).toBe(expected);
  });
});

describe('published keys', () => {
  test('of each kind are good', async () => {
    const { shop, server } = openKeyShop([rsa.jwk, ec.jwk, ed.jwk]);
    for (const { sign } of [rsa, ec, ed]) expect(await short(shop, await sign())).toBe('202');
    expect(server.asked).toBe(1);
  });

  test('are fetched once by a crowd that finds none', async () => {
    const { shop, server } = openKeyShop([ec.jwk]);
    const token = await ec.sign();
    server.delayMs = 100;
    const answers = await Promise.all(Array.from({ length: 8 }, () => short(shop, token)));
    expect(answers).toEqual(Array(8).fill('202'));
    expect(server.asked).toBe(1);
  });

  test('are looked at again after five minutes, by one request', async () => {
    const { shop, server } = openKeyShop([ec.jwk]);
    const token = await ec.sign();
    await short(shop, token);
    shop.clock.ms += 5 * MINUTE_MS;
    await short(shop, token);
    expect(server.asked).toBe(1);
    shop.clock.ms += 1;
    await Promise.all(Array.from({ length: 5 }, () => short(shop, token)));
    expect(server.asked).toBe(2);
  });

  test('that are new are found at once; those taken away are not good any more', async () => {
    const { shop, server } = openKeyShop([ec.jwk]);
    expect(await short(shop, await ec.sign())).toBe('202');
    server.keys = [rsa.jwk];
    shop.clock.ms += 11_000;
    expect(await short(shop, await rsa.sign())).toBe('202');
    expect(await short(shop, await ec.sign())).toBe(UNAUTHENTICATED);
    expect(server.asked).toBe(2);
  });

  test('are not asked for by a flood of made-up ids', async () => {
    const { shop, server } = openKeyShop([ec.jwk]);
    await short(shop, await ec.sign());
    for (let count = 0; count < 20; count += 1) {
      shop.clock.ms += 1_000;
      expect(await short(shop, await ec.sign({}, { kid: `made-up-${count}` }))).toBe(
        UNAUTHENTICATED,
      );
    }
    expect(server.asked).toBe(2);
  });

  test('serve an hour while their server is silent; after it the answer is not now', async () => {
    const { shop, server } = openKeyShop([ec.jwk]);
    const token = await ec.sign();
    await short(shop, token);
    server.isDown = true;
    shop.clock.ms += 59 * MINUTE_MS;
    expect(await short(shop, token)).toBe('202');
    expect(await short(shop, await ec.sign({}, { kid: 'perhaps-new' }))).toBe(NOT_NOW);
    shop.clock.ms += 2 * MINUTE_MS;
    expect(await short(shop, token)).toBe(NOT_NOW);
    const asked = server.asked;
    // The crowd does not queue at a server that is down.
    for (let count = 0; count < 5; count += 1) await short(shop, token);
    expect(server.asked).toBe(asked);
    server.isDown = false;
    shop.clock.ms += 2_000;
    expect(await short(shop, token)).toBe('202');
  });

  test('that never came make nobody wait for a stranger', async () => {
    const { shop, server } = openKeyShop([ec.jwk]);
    server.isDown = true;
    expect(await short(shop, await ec.sign())).toBe(NOT_NOW);
    const answer = await told(
      shop.order({ headers: { authorization: `Bearer ${await ec.sign()}` } }),
    );
    expect(answer.headers.get('retry-after')).toBe('2');
  });

  test('are never taken for a secret', async () => {
    const { publicKey } = await generateKeyPair('RS256', { extractable: true });
    const pem = await exportSPKI(publicKey);
    const jwk = { ...(await exportJWK(publicKey)), kid: 'r1' };
    const { shop } = openKeyShop([jwk]);
    const forge = (secret: string) =>
      new SignJWT({ sub: 'user-4711' })
        .setProtectedHeader({ alg: 'HS256', kid: 'r1' })
        .sign(new TextEncoder().encode(secret));
    expect(await short(shop, await forge(pem))).toBe(UNAUTHENTICATED);
    expect(await short(shop, await forge(JSON.stringify(jwk)))).toBe(UNAUTHENTICATED);
  });

  test('that are secrets, for encryption or private are left out', async () => {
    const k = btoa('0'.repeat(43));
    const { shop } = openKeyShop([
      { kty: 'oct', k, kid: 's1' },
      { ...rsa.jwk, kid: 'enc', use: 'enc' },
      { ...ec.jwk, d: 'AAAA' },
      ed.jwk,
    ]);
    expect(await short(shop, await ed.sign())).toBe('202');
    expect(await short(shop, await ec.sign())).toBe(UNAUTHENTICATED);
    expect(await short(shop, await rsa.sign({}, { kid: 'enc' }))).toBe(UNAUTHENTICATED);
  });

  test('need no id where there is one', async () => {
    const { kid: _kid, ...jwk } = ec.jwk;
    const { shop } = openKeyShop([jwk]);
    expect(await short(shop, await ec.sign({}, { kid: undefined }))).toBe('202');
  });

  test.each([
    ['no JSON', () => new Response('<html>')],
    ['no keys', () => Response.json({ keys: [] })],
    ['far too much', () => Response.json({ keys: [], more: 'x'.repeat(70_000) })],
    ['a redirect', () => new Response(null, { status: 302, headers: { location: '/x' } })],
  ])('that are %s are no keys', async (_name, answer) => {
    const { shop } = openKeyShop([]);
    shop.twist.origin = ({ path }) => (path === '/keys.json' ? answer() : undefined);
    expect(await short(shop, await ec.sign())).toBe(NOT_NOW);
  });

  test('are not even looked at for what is no token', async () => {
    const { shop, server } = openKeyShop([ec.jwk]);
    for (const token of ['a', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.', await signWith(JWT_SECRET)]) {
      expect(await short(shop, token)).toBe(UNAUTHENTICATED);
    }
    expect(server.asked).toBe(0);
  });
});
