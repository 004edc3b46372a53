/** The settings of who may come: what they become, and which stop the Worker by name. */
import { describe, expect, test } from 'vitest';
import { parseEnvironment } from '../../edge/environment.ts';

const BARE = {
  ORIGIN_URL: 'http://origin.test',
  PASS_KEYS: `new:${btoa('1'.repeat(32))}`,
};
const SECRET = 'x'.repeat(32);

test('without any, no tokens are taken, nobody is asked, and addresses are limited', () => {
  expect(parseEnvironment(BARE)).toMatchObject({
    ...{ buyerJwtSecret: undefined, buyerJwtSecretOld: undefined, buyerJwksUrl: undefined },
    ...{ buyerJwtIssuer: undefined, buyerJwtAudience: undefined, turnstile: undefined },
    ...{ trustedAddressHeader: 'cf-connecting-ip', addressLimit: 200 },
  });
});

test('all that are given are there', () => {
  const given = {
    ...BARE,
    BUYER_JWKS_URL: 'http://127.0.0.1:9000/keys.json',
    BUYER_JWT_ISSUER: 'https://shop.test',
    TURNSTILE_SECRET: 'secret',
    TURNSTILE_SITE_KEY: '1x00AA',
    TRUSTED_ADDRESS_HEADER: 'X-Real-IP',
    ADDRESS_LIMIT: 'off',
  };
  expect(parseEnvironment(given)).toMatchObject({
    buyerJwksUrl: given.BUYER_JWKS_URL,
    buyerJwtIssuer: 'https://shop.test',
    turnstile: {
      secret: 'secret',
      siteKey: '1x00AA',
      verifyUrl: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
    },
    trustedAddressHeader: 'x-real-ip',
    addressLimit: undefined,
  });
  expect(parseEnvironment({ ...BARE, ADDRESS_LIMIT: '50' }).addressLimit).toBe(50);
});

describe('what would let in whom it should keep out stops the Worker', () => {
  test.each<[string, Record<string, string>]>([
    ['BUYER_JWT_SECRET', { BUYER_JWT_SECRET: 'short' }],
    ['BUYER_JWT_SECRET_OLD', { BUYER_JWT_SECRET: SECRET, BUYER_JWT_SECRET_OLD: 'short' }],
    ['BUYER_JWT_SECRET_OLD', { BUYER_JWT_SECRET_OLD: SECRET }],
    ['BUYER_JWKS_URL', { BUYER_JWKS_URL: 'http://shop.test/keys.json' }],
    ['BUYER_JWKS_URL', { BUYER_JWKS_URL: 'http://127.0.0.1.evil.test/keys.json' }],
    ['BUYER_JWKS_URL', { BUYER_JWKS_URL: 'https://user:word@shop.test/keys.json' }],
    ['BUYER_JWKS_URL', { BUYER_JWKS_URL: 'keys.json' }],
    ['BUYER_JWKS_URL', { BUYER_JWKS_URL: 'https://shop.test/k', BUYER_JWT_SECRET: SECRET }],
    ['TURNSTILE_SECRET', { TURNSTILE_SECRET: 'secret' }],
    ['TURNSTILE_SECRET', { TURNSTILE_SITE_KEY: '1x00AA' }],
    ['TURNSTILE_SITE_KEY', { TURNSTILE_SECRET: 'secret', TURNSTILE_SITE_KEY: '"><script>' }],
    ['TURNSTILE_VERIFY_URL', { TURNSTILE_VERIFY_URL: 'http://vendor.test/' }],
    ['TRUSTED_ADDRESS_HEADER', { TRUSTED_ADDRESS_HEADER: 'X Real IP' }],
    ['ADDRESS_LIMIT', { ADDRESS_LIMIT: '0' }],
    ['ADDRESS_LIMIT', { ADDRESS_LIMIT: 'many' }],
  ])('%s of %o', (name, given) => {
    expect(() => parseEnvironment({ ...BARE, ...given })).toThrow(name);
  });
});
