/** Every bad variable is told at once, and hides nothing of the rest. */
import { expect, test } from 'vitest';
import { checkConfig } from '../../../cli/doctor/check-config.ts';

const GOOD = {
  PASS_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  OPERATOR_TOKEN: 'a token of this shop',
  SANDBOX_SECRET: `whsec_${Buffer.alloc(32, 2).toString('base64')}`,
  EDGE_URL: 'https://shop.example',
};

test('a good configuration is one line', () => {
  expect(checkConfig(GOOD)).toMatchObject({
    findings: [{ group: 'config', state: 'ok' }],
    bad: [],
  });
});

test('each bad variable is a line with its name, what is wrong and an example', () => {
  const { findings, config, bad } = checkConfig({
    ...GOOD,
    LOG_LANES: 'many',
    LOG_URL: 'http://kafka',
    BOOK_URL: 'mysql://user:secret@host/shop',
  });
  expect(findings.map(({ name, state }) => [name, state])).toEqual([
    ['LOG_URL', 'fail'],
    ['LOG_LANES', 'fail'],
  ]);
  expect(findings[0]).toMatchObject({
    detail: expect.stringMatching(/^must be direct, or begin with/),
    advice: 'for example LOG_URL=kafka://127.0.0.1:9092',
  });
  expect(bad).toEqual(['LOG_URL', 'LOG_LANES']);
  expect(config, 'the rest is still to be looked at').toMatchObject({
    BOOK_URL: 'mysql://user:secret@host/shop',
    LOG_LANES: 4,
  });
});

test('without what there is no default for nothing else can be looked at', () => {
  const { findings, config } = checkConfig({});
  expect(findings.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['PASS_KEYS', 'OPERATOR_TOKEN', 'SANDBOX_SECRET']),
  );
  expect(config).toBeUndefined();
});

test('what is allowed and seldom wanted is a warning', () => {
  const kafka = { LOG_URL: 'kafka://a:9092,b:9092', ACCEPT_AFTER: 'outbox' };
  const production = { NODE_ENV: 'production', PAYMENT_PROVIDER: 'sandbox' };
  const { EDGE_URL: _edge, ...without } = GOOD;
  const { findings } = checkConfig({ ...without, ...kafka, ...production });
  expect(findings.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'variables ok',
    'EDGE_URL warn',
    'LOG_REPLICATION warn',
    'ACCEPT_AFTER warn',
  ]);
});
