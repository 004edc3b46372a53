/** Redis over HTTP in the configuration: encrypted, with a token that is never shown. */
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../origin/config.ts';
import { secretsOf } from '../../origin/redaction.ts';
import { LEAST_ENVIRONMENT } from './run-origin.ts';

const TOKEN = 'AYNgAS2553feg6a2d9842h2a0gcdb5f8efe9934DQ=';
const URLS = ['STOCK_URL', 'LEASE_URL'] as const;
const withToken = { ...LEAST_ENVIRONMENT, UPSTASH_REDIS_REST_TOKEN: TOKEN };

describe.each(URLS)('%s', (name) => {
  test.each(['https://eu1-some-cat-32748.upstash.io', 'http://127.0.0.1:8079', 'http://[::1]:80'])(
    'is taken as %s, with the token beside it',
    (url) => {
      const config = parseConfig({ ...withToken, [name]: url });
      expect(config).toMatchObject({ [name]: url, UPSTASH_REDIS_REST_TOKEN: TOKEN });
    },
  );

  test.each([
    ['not encrypted', 'http://upstash.example'],
    ['of a user', 'https://user:password@upstash.example'],
    ['no address', 'https://host:port'],
    ['one of another kind', 'httpsredis.example'],
  ])('that is %s is refused, and not repeated', (_what, url) => {
    const parse = () => parseConfig({ ...withToken, [name]: url });
    expect(parse).toThrow(
      new RegExp(`^${name}: must begin with one of sqlite: .*https://.*${name}=`),
    );
    expect(parse).not.toThrow(url);
  });

  test('over HTTP needs the token', () => {
    const parse = () => parseConfig({ ...LEAST_ENVIRONMENT, [name]: 'https://upstash.example' });
    const problem = `UPSTASH_REDIS_REST_TOKEN: is missing while ${name} is of HTTP; for example `;
    expect(parse).toThrow(problem);
  });
});

test('a token with a space is refused, and not repeated', () => {
  const parse = () => parseConfig({ ...withToken, UPSTASH_REDIS_REST_TOKEN: `${TOKEN} ${TOKEN}` });
  expect(parse).toThrow(/^UPSTASH_REDIS_REST_TOKEN: must not contain spaces/);
  expect(parse).not.toThrow(TOKEN);
});

test('an empty token is none', () => {
  const parse = (token: string) => parseConfig({ ...withToken, UPSTASH_REDIS_REST_TOKEN: token });
  expect(parse('')).not.toHaveProperty('UPSTASH_REDIS_REST_TOKEN');
  const needed = { ...withToken, STOCK_URL: 'https://upstash.example' };
  expect(() => parseConfig({ ...needed, UPSTASH_REDIS_REST_TOKEN: '' })).toThrow(
    /is missing while/,
  );
});

test('a token that nothing uses is no mistake: hosts set it for all they run', () => {
  expect(parseConfig(withToken).STOCK_URL).toBe('sqlite:');
});

test('the token is a secret of the environment', () => {
  expect(secretsOf(withToken)).toContain(TOKEN);
});
