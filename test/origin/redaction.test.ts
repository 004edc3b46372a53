/** Which parts of the environment are secrets, and that no spelling of one is left in a text. */
import { describe, expect, test } from 'vitest';
import { createRedact, secretsOf } from '../../origin/redaction.ts';

const KEY = Buffer.alloc(32, 0xfb).toString('base64');

describe('secrets of the environment', () => {
  test.each<[string, string, string[]]>([
    ['OPERATOR_TOKEN', 'a-token-of-an-operator', ['a-token-of-an-operator']],
    ['PASS_KEYS', `k1:${KEY}`, [KEY.replace(/=$/, '')]],
    ['OPERATOR_TOKENS', 'ada:operator:0123456789abcdef0123', ['0123456789abcdef0123']],
    ['WEBHOOK_SECRET', `whsec_${KEY}`, [KEY.replace(/=$/, '')]],
    ['BOOK_URL', 'mysql://sluice:pa%2Fss-word@db.example/sluice', ['pa%2Fss-word', 'pa/ss-word']],
    ['LEASE_URL', 'etcd://sluice:pa%2Fss-word@a:2379,b:2379', ['pa%2Fss-word', 'pa/ss-word']],
    ['LEASE_PASSWORD', 'password-of-etcd', ['password-of-etcd']],
    ['STOCK_URL', 'rediss://:only-a-password@redis.example', ['only-a-password']],
    ['WEBHOOK_URL', 'https://shop.example/hook?token=4711-4711', ['token=4711-4711']],
    ['BOOK_URL', 'mysql://not a url:password-here', ['mysql://not a url:password-here']],
  ])('%s=%s', (name, value, expected) => {
    expect(secretsOf({ [name]: value })).toEqual(expect.arrayContaining(expected));
  });

  test('are neither hosts, users nor what is no secret', () => {
    const environment = {
      STOCK_URL: 'redis://127.0.0.1:6379',
      BOOK_URL: 'mysql://sluice:sluice@127.0.0.1:3306/sluice',
      OPERATOR_TOKENS: 'ada:operator:0123456789abcdef',
      SHOP_URL: 'https://shop.example/a-long-path',
    };
    const secrets = secretsOf(environment);
    const text = 'sluice at 127.0.0.1:3306 for operator ada, https://shop.example/a-long-path';
    expect(createRedact(secrets)(text)).toBe(text);
  });
});

describe('a text', () => {
  test.each([
    ['as it is', (secret: string) => secret],
    ['in JSON', (secret: string) => JSON.stringify({ secret })],
    ['in JSON in JSON', (secret: string) => JSON.stringify(JSON.stringify(secret))],
    ['in a URL', (secret: string) => `mysql://a:${encodeURIComponent(secret)}@b`],
    ['twice', (secret: string) => `${secret} ${secret}`],
  ])('holds no secret %s', (_name, write) => {
    for (const secret of ['pass/word with "quotes"', 'back\\slash-word', 'plain-secret']) {
      const shown = createRedact([secret])(write(secret));
      expect(shown).toContain('[secret]');
      expect(shown).not.toMatch(/pass.{1,3}word|slash-word|plain-secret/);
    }
  });

  test('shows nothing of a secret that begins like another', () => {
    const redact = createRedact(['secret-12', 'secret-12345']);
    expect(redact('secret-12345 secret-12')).toBe('[secret] [secret]');
  });
});
