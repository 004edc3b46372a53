/**
 * Every variable: a bad value stops the start and says its name, what is wrong and what would be
 * right.
 */
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../origin/config.ts';
import { refusalOf } from './config.refusal.ts';
import { BAD_TRACES, TRACES } from './config.traces.ts';
import { LEAST_ENVIRONMENT, runOrigin } from './run-origin.ts';

const LEAST = { ...LEAST_ENVIRONMENT, LOG_LEVEL: undefined };
const SHORT_KEY = `k1:${Buffer.alloc(31).toString('base64')}`;
const WEBHOOK_KEY = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
const NAMED_TOKEN = 'the-token-of-anna';
const STRIPE = { STRIPE_SECRET_KEY: 'sk_test_4711', STRIPE_WEBHOOK_SECRET: 'whsec_4711' };
/** Each backend is spoken to in secret. */
const CERTIFICATES = ['STOCK', 'LOG', 'BOOK', 'LEASE'].map((part) => ({
  [`${part}_TLS_CA_FILE`]: '/ca.pem',
  [`${part}_TLS_CERT_FILE`]: '/client.pem',
  [`${part}_TLS_KEY_FILE`]: '/client.key',
}));
const SECURED = {
  ...Object.assign({}, ...CERTIFICATES),
  STOCK_URL: 'rediss://redis.example',
  LEASE_URL: 'etcd://etcd.example:2379',
  LOG_URL: 'kafka://kafka.example',
  BOOK_URL: 'mysql://sluice:4711@mysql.example/sluice',
  ...{ LOG_TLS: 'on', BOOK_TLS: 'on', LEASE_TLS: 'on', LOG_SASL_MECHANISM: 'plain' },
  ...{ LOG_SASL_USERNAME: 'sluice', LOG_SASL_PASSWORD: 'the password of Kafka' },
  ...{ LEASE_USER: 'sluice', LEASE_PASSWORD: 'the password of etcd' },
};
const OPEN_STOCK = { STOCK_TLS_CA_FILE: '', STOCK_TLS_CERT_FILE: '', STOCK_TLS_KEY_FILE: '' };
/** Everything that may be left out is there. */
const WHOLE = {
  ...{ ...SECURED, ...LEAST, ...STRIPE },
  ...{ SANDBOX_PUBLIC_URL: 'https://sandbox.example', WEBHOOK_URL: 'https://shop.example/events' },
  ...{ WEBHOOK_SECRET: WEBHOOK_KEY, EDGE_URL: 'https://shop.example' },
  OPERATOR_TOKENS: `anna:viewer:${NAMED_TOKEN}`,
  ...{ STRIPE_URL: 'http://localhost:12111', TRUSTED_PROXIES: '10.0.0.0/8', ...TRACES },
};
/** Their examples say where they come from, and are not taken themselves. */
const SECRETS = [
  ...['PASS_KEYS', 'OPERATOR_TOKEN', 'OPERATOR_TOKENS', 'SANDBOX_SECRET', 'WEBHOOK_SECRET'],
  ...['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'OTEL_EXPORTER_OTLP_HEADERS'],
];
/** They may be left out. */
const OPTIONAL = [
  ...['SANDBOX_PUBLIC_URL', 'STRIPE_URL', ...Object.keys({ ...STRIPE, ...TRACES })],
  ...['WEBHOOK_URL', 'WEBHOOK_SECRET', 'OPERATOR_TOKENS', 'TRUSTED_PROXIES', 'EDGE_URL'],
];

const BAD: [name: string, value: string, problem: RegExp][] = [
  ['ORIGIN_HOST', '', /character/],
  ['ORIGIN_PORT', '0', />=1/],
  ['ORIGIN_PORT', '65536', /<=65535/],
  ['ORIGIN_PORT', 'http', /number/],
  ['ORIGIN_PORT', '80.5', /int/],
  ['STOCK_URL', 'memcached://127.0.0.1', /sqlite: redis:\/\/ rediss:\/\//],
  ['STOCK_URL', '', /must begin with/],
  ['LOG_URL', 'redis://127.0.0.1', /sqlite: kafka:\/\//],
  ['BOOK_URL', 'postgres://127.0.0.1', /sqlite: mysql:\/\//],
  ['LEASE_URL', 'etcd', /sqlite: redis:\/\/ rediss:\/\/ etcd:\/\//],
  ['LEASE_URL', 'etcd://a:2379/prefix', /must be etcd:\/\/host:port/],
  ['LEASE_URL', 'etcd://sluice@a:2379', /user:password/],
  ['DATA_DIR', '', /character/],
  ['ROLES', 'api,sell', /"all" or some of api,.*,notify,leaderboard,feed,reconcile/],
  ['ROLES', '', /"all" or some of/],
  ['ROLES', 'api,api', /"all" or some of/],
  ['ACCEPT_AFTER', 'never', /log/],
  ['ACCEPT_WAIT_MS', '0', />=1/],
  ['ADMIT_MAX_IN_FLIGHT', '0', />=1/],
  ['ON_STOCK_OUTAGE', 'panic', /pause/],
  ['STOCK_OUTAGE_SHARE', '1.5', /from 0 to 1/],
  ['STOCK_OUTAGE_SHARE', '', /from 0 to 1/],
  ['STOCK_OUTAGE_AFTER_MS', '10', />=1000/],
  ['PASS_KEYS', 'secret-without-id', /id:base64|32 bytes/],
  ['PASS_KEYS', SHORT_KEY, /32 bytes/],
  ['OPERATOR_TOKEN', 'too-short', /16 characters/],
  ['OPERATOR_TOKENS', NAMED_TOKEN, /entry 1 must be name:role:token/],
  ['OPERATOR_TOKENS', `anna:admin:${NAMED_TOKEN}`, /viewer or operator/],
  ['OPERATOR_TOKENS', 'anna:viewer:too-short', /16 characters/],
  ['OPERATOR_TOKENS', `operator:viewer:${NAMED_TOKEN}`, /name operator is given twice/],
  ['TRUSTED_PROXIES', '10.0.0.0/33', /no network/],
  ['PAY_WINDOW_MS', '999', />=1000/],
  ['PAYMENT_PROVIDER', 'paypal', /sandbox/],
  ['SANDBOX_URL', 'http://10.0.0.1:8790', /https:\/\/, or http:\/\/ for a loopback/],
  ['SANDBOX_URL', 'http://127.0.0.1.example', /loopback/],
  ['SANDBOX_PUBLIC_URL', 'javascript:alert(1)', /https:/],
  ['SANDBOX_SECRET', 'c2VjcmV0', /whsec_/],
  ['SANDBOX_SECRET', `whsec_${Buffer.alloc(23).toString('base64')}`, /24 to 64 bytes/],
  ['STRIPE_SECRET_KEY', 'sk_test 4711', /spaces/],
  ['STRIPE_WEBHOOK_SECRET', 'whsec_4711\n', /spaces/],
  ['STRIPE_URL', 'api.stripe.com', /https:/],
  ['SHOP_URL', 'http://shop.example', /loopback/],
  ['EDGE_URL', 'http://shop.example', /loopback/],
  ['WEBHOOK_URL', 'ftp://shop.example', /https:/],
  ['WEBHOOK_SECRET', 'whsec_short', /24 to 64 bytes/],
  ['RELAY_AFTER_MS', '99', />=100/],
  ['LEASE_TTL_MS', '5', />=1000/],
  ['SHUTDOWN_DELAY_MS', '-1', />=0/],
  ['STOCK_PREFIX', 'UPPER', /a-z/],
  ['LOG_PREFIX', 'a/b', /a-z/],
  ['LOG_LANES', '0', />=1/],
  ['LOG_LANES', '65', /<=64/],
  ['LOG_PARTITIONS', '257', /<=256/],
  ['LOG_REPLICATION', '10', /<=9/],
  ['LOG_LEVEL', 'loud', /info/],
  ...BAD_TRACES,
  ...['STOCK', 'LOG', 'BOOK', 'LEASE'].flatMap((part) =>
    ['CA', 'CERT', 'KEY'].map((what): (typeof BAD)[number] => [
      ...([`${part}_TLS_${what}_FILE`, 'ca.pem', /begins with \//] as const),
    ]),
  ),
  ...['LOG', 'BOOK', 'LEASE'].map((part): (typeof BAD)[number] => [`${part}_TLS`, 'yes', /on/]),
  ['LEASE_USER', 'slu\nice', /line ends/],
  ['LEASE_PASSWORD', 'pass\tword', /line ends/],
  ['LOG_SASL_MECHANISM', 'gssapi', /scram-sha-256/],
  ['LOG_SASL_USERNAME', 'slu\nice', /line ends/],
  ['LOG_SASL_PASSWORD', 'pass\tword', /line ends/],
  ['FAILPOINTS', 'settle.never=kill', /failpoint/],
];

describe('a bad value', () => {
  test.each(BAD)('of %s: "%s"', (name, value, problem) => {
    const message = refusalOf({ ...LEAST, WEBHOOK_SECRET: WEBHOOK_KEY, [name]: value });
    expect(message.split('\n'), 'one line').toHaveLength(1);
    expect(message).toMatch(new RegExp(`^${name}: `));
    const [said = '', example = ''] = message.split(`; for example ${name}=`);
    expect(said).toMatch(problem);
    expect(example).toMatch(/\S/);
  });

  test('stands in the table for every variable that there is', () => {
    const known = Object.keys(parseConfig(WHOLE)).sort();
    expect([...new Set(BAD.map(([name]) => name))].sort()).toEqual(known);
  });

  test.each(BAD.filter(([name]) => !SECRETS.includes(name)))(
    'of %s comes with an example that is taken (%s)',
    (name, value) => {
      const example = refusalOf({ ...WHOLE, [name]: value }).split(`${name}=`)[1] ?? '';
      const rest = name === 'STOCK_URL' ? { ...WHOLE, ...OPEN_STOCK } : WHOLE;
      expect(() => parseConfig({ ...rest, [name]: example })).not.toThrow();
    },
  );

  test('is told of each variable, all at once', () => {
    const message = refusalOf({ ...LEAST, ORIGIN_PORT: 'x', ROLES: 'x', LOG_LANES: 'x' });
    const names = message.split('\n').map((line) => line.split(':')[0]);
    expect(names.sort()).toEqual(['LOG_LANES', 'ORIGIN_PORT', 'ROLES']);
  });

  test('is told beside what is refused in production and what belongs together', () => {
    const message = refusalOf({
      ...{ ...LEAST, SANDBOX_SECRET: undefined, NODE_ENV: 'production', LOG_LANES: 'x' },
      ...{ FAILPOINTS: 'settle.before-commit=kill', WEBHOOK_URL: 'https://shop.example/events' },
    });
    expect(message.split('\n').map((line) => line.split(':')[0])).toEqual([
      ...['LOG_LANES', 'FAILPOINTS', 'PAYMENT_PROVIDER', 'SANDBOX_SECRET', 'WEBHOOK_SECRET'],
    ]);
  });

  test.each([
    ['PASS_KEYS', SHORT_KEY],
    ['OPERATOR_TOKEN', 'a-bad-token'],
    ['OPERATOR_TOKENS', NAMED_TOKEN],
    ['SANDBOX_SECRET', 'a-bad-secret'],
    ['WEBHOOK_SECRET', `${WEBHOOK_KEY}!`],
    ['STOCK_URL', 'memcached://user:password@host'],
    ['WEBHOOK_URL', 'http://user:password@shop.example'],
  ])('of the secret %s is not repeated', (name, secret) => {
    expect(refusalOf({ ...LEAST, [name]: secret })).not.toContain(secret);
  });

  test('is told without the secrets beside it', () => {
    const told = refusalOf({ ...WHOLE, ORIGIN_PORT: 'x', PASS_KEYS: SHORT_KEY, SHOP_URL: 'x' });
    const secrets = [
      SHORT_KEY,
      LEAST.OPERATOR_TOKEN,
      LEAST.SANDBOX_SECRET,
      WEBHOOK_KEY,
      NAMED_TOKEN,
    ];
    for (const secret of [...secrets, ...Object.values(STRIPE)]) expect(told).not.toContain(secret);
  });
});

describe('what is not given', () => {
  test.each(['PASS_KEYS', 'OPERATOR_TOKEN'])('%s is missing', (name) => {
    expect(refusalOf({ ...LEAST, [name]: undefined })).toMatch(
      new RegExp(`^${name}: is missing; for example ${name}=`),
    );
  });

  test.each(OPTIONAL)('%s may be empty, too', (name) => {
    expect(parseConfig({ ...LEAST, [name]: '' })).toEqual(parseConfig(LEAST));
  });

  test('is missing where it is needed, although it is there and empty', () => {
    expect(refusalOf({ ...LEAST, SANDBOX_SECRET: '' })).toMatch(
      /^SANDBOX_SECRET: is missing while PAYMENT_PROVIDER is sandbox/,
    );
    const emptySecret = { WEBHOOK_URL: 'https://shop.example/events', WEBHOOK_SECRET: '' };
    expect(refusalOf({ ...LEAST, ...emptySecret })).toMatch(/^WEBHOOK_SECRET: is missing while/);
  });

  test('has a default that runs on nothing but a disk', () => {
    expect(parseConfig(LEAST)).toMatchObject({
      ORIGIN_HOST: '127.0.0.1',
      ORIGIN_PORT: 8788,
      STOCK_URL: 'sqlite:',
      LOG_URL: 'sqlite:',
      BOOK_URL: 'sqlite:',
      LEASE_URL: 'sqlite:',
      DATA_DIR: '.sluice',
      ROLES: ['api', 'relay', 'settle', 'sweep', 'notify', 'leaderboard', 'feed', 'reconcile'],
      PAYMENT_PROVIDER: 'sandbox',
      SANDBOX_URL: 'http://127.0.0.1:8790',
      SHOP_URL: 'http://127.0.0.1:8787',
      ACCEPT_AFTER: 'log',
      FAILPOINTS: [],
    });
  });
});

describe('what belongs together', () => {
  const stripe = { ...LEAST, PAYMENT_PROVIDER: 'stripe', SANDBOX_SECRET: undefined };
  const shop = { ...LEAST, WEBHOOK_URL: 'https://shop.example/events' };

  test.each([
    ['SANDBOX_SECRET', { ...LEAST, SANDBOX_SECRET: undefined }, 'PAYMENT_PROVIDER is sandbox'],
    ['STRIPE_SECRET_KEY', { ...stripe, STRIPE_WEBHOOK_SECRET: 'whsec_4711' }, 'is stripe'],
    ['STRIPE_WEBHOOK_SECRET', { ...stripe, STRIPE_SECRET_KEY: 'sk_test_4711' }, 'is stripe'],
    ['WEBHOOK_SECRET', shop, 'WEBHOOK_URL is set'],
  ])('%s is missing where it is needed', (name, environment, why) => {
    const message = refusalOf(environment);
    expect(message.split('\n')).toHaveLength(1);
    expect(message).toMatch(
      new RegExp(`^${name}: is missing while .*${why}; for example ${name}=`),
    );
  });

  test('is told all at once', () => {
    const names = refusalOf({ ...stripe, WEBHOOK_URL: shop.WEBHOOK_URL }).split('\n');
    expect(names.map((line) => line.split(':')[0])).toEqual([
      'STRIPE_SECRET_KEY',
      'STRIPE_WEBHOOK_SECRET',
      'WEBHOOK_SECRET',
    ]);
  });

  test('is taken when it is there, and asks for nothing else', () => {
    expect(parseConfig({ ...stripe, ...STRIPE })).toMatchObject({ PAYMENT_PROVIDER: 'stripe' });
    expect(parseConfig({ ...shop, WEBHOOK_SECRET: WEBHOOK_KEY })).toMatchObject({
      WEBHOOK_SECRET: WEBHOOK_KEY,
    });
    expect(parseConfig(LEAST)).not.toHaveProperty('WEBHOOK_URL');
  });
});

test('who takes the money is named in production', () => {
  const production = { ...LEAST, NODE_ENV: 'production' };
  expect(refusalOf(production)).toMatch(
    /^PAYMENT_PROVIDER: must be named .*takes no money; for example PAYMENT_PROVIDER=stripe$/,
  );
  for (const PAYMENT_PROVIDER of ['sandbox', 'stripe']) {
    const named = { ...production, ...STRIPE, PAYMENT_PROVIDER };
    expect(parseConfig(named)).toMatchObject({ PAYMENT_PROVIDER });
  }
});

test('roles are read in any order, with spaces', () => {
  expect(parseConfig({ ...LEAST, ROLES: 'settle, api' }).ROLES).toEqual(['api', 'settle']);
});

test('failpoints are refused in production', () => {
  const environment = { ...LEAST, FAILPOINTS: 'settle.before-commit=kill' };
  expect(parseConfig(environment).FAILPOINTS).toHaveLength(1);
  expect(refusalOf({ ...environment, NODE_ENV: 'production' })).toMatch(
    /^FAILPOINTS: .*production/,
  );
});

test('the process ends with these lines and nothing else', async () => {
  const environment = { ...LEAST_ENVIRONMENT, ORIGIN_PORT: 'http', OPERATOR_TOKEN: 'short' };
  const ended = await runOrigin(environment);
  expect(ended.exitCode).toBe(1);
  expect(ended.errors).toHaveLength(2);
  expect(ended.errors[0]).toMatch(/^sluice: ORIGIN_PORT: .*; for example ORIGIN_PORT=8788$/);
  expect(ended.errors[1]).toMatch(/^OPERATOR_TOKEN: must be at least 16 characters; for example/);
  expect(ended.output).toBe('');
});
