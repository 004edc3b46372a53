/**
 * A search for secrets: origins are started with a recognisable one in every place that takes one,
 * their backends refuse them or are away, their requests fail; then all that they printed and
 * answered, metrics included, is looked through.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { pause } from '../../origin/timer.ts';
import { freePort } from '../flow/shop.ts';
import { createEdgeStandIn } from '../origin/http/edge-stand-in.ts';
import { addresses } from '../stack/addresses.ts';
import { serversAreUp } from '../stack/are-up.ts';
import { startWatched, type Watched, whenUp } from './watched-origin.ts';

const up = await serversAreUp();
if (!up && process.env.CI) throw new Error('the real servers are not up; run: npm run stack up');

/** In every secret: what the search looks for. */
const MARK = 'q7Zk4vXw';
const key = (name: string) => Buffer.from(`${name}-`.padEnd(20)).toString('base64url') + MARK;
const PASS_KEYS = `k1:${(key('pass') + key('pass')).padEnd(64, 'A')}`;
const SECRETS = {
  PASS_KEYS,
  OPERATOR_TOKEN: `operator-token-${MARK}`,
  SANDBOX_SECRET: `whsec_${(key('sandbox') + MARK).replaceAll(/[-_]/g, 'x').padEnd(44, 'A')}`,
  STRIPE_SECRET_KEY: `sk_test_${MARK}4711`,
  STRIPE_WEBHOOK_SECRET: `whsec_${MARK}stripe`,
  WEBHOOK_SECRET: `whsec_${(key('webhook') + MARK).replaceAll(/[-_]/g, 'x').padEnd(44, 'A')}`,
};

const folder = mkdtempSync(join(tmpdir(), 'sluice-search-'));
let closedPort: number;
beforeAll(async () => {
  closedPort = await freePort();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const startIt = (variables: Record<string, string>) =>
  startWatched({ ...SECRETS, ...variables, DATA_DIR: mkdtempSync(join(folder, 'data-')) });

/** Asks each kind of route, rightly and wrongly. */
async function askAll(origin: Watched): Promise<void> {
  const operator = { authorization: `Bearer ${SECRETS.OPERATOR_TOKEN}` };
  const sale = {
    ...{ saleId: 'phone', title: 'A phone', units: 10, price: 100, currency: 'EUR' },
    opensAt: new Date(Date.now() - 1_000).toISOString(),
    closesAt: new Date(Date.now() + 3_600_000).toISOString(),
  };
  const create = { method: 'POST', headers: operator, body: JSON.stringify(sale) };
  await origin.ask('/operator/sales', create);
  await origin.ask('/operator/sales', { ...create, body: '{' });
  await origin.ask('/operator/sales', { ...create, headers: { authorization: `Bearer ${MARK}` } });
  for (const path of ['sales', 'sales/phone', 'sales/phone/audit', 'deliveries', 'nothing']) {
    await origin.ask(`/operator/${path}`, { headers: operator });
  }
  const edge = createEdgeStandIn({ originUrl: origin.url, passKeys: PASS_KEYS, saleId: 'phone' });
  const pass = { 'sluice-pass': edge.sign({}), 'idempotency-key': 'one-click-of-one-buyer' };
  const click = { method: 'POST', headers: pass, body: '{"quantity":1}' };
  await origin.ask('/api/sales/phone/orders', click);
  await origin.ask('/api/sales/phone/orders', { ...click, headers: { 'sluice-pass': 'v1.k1' } });
  const mine = edge.sign({ method: 'GET', path: '/api/sales/phone/orders/mine', body: '' });
  await origin.ask('/api/sales/phone/orders/mine', { headers: { 'sluice-pass': mine } });
  for (const path of ['/readyz', '/metrics', '/openapi.json', '/docs', '/nothing']) {
    await origin.ask(path);
  }
}

/** `AllButTheDocument`: the openapi document names variables nowhere, so all is searched. */
function expectNoSecret(origin: Watched): void {
  for (const text of [...origin.printed().split('\n'), ...origin.answered]) {
    // The pass is what the edge may know, and is never answered; nor is it printed.
    expect(text).not.toContain(MARK);
  }
}

describe('no secret is shown by an origin that cannot start', () => {
  test.each<[string, () => Record<string, string>, RegExp]>([
    ['book away', () => ({ BOOK_URL: `mysql://a:${MARK}@127.0.0.1:${closedPort}/a` }), /sluice: ./],
    ['book that is no URL', () => ({ BOOK_URL: `mysql://a:${MARK}@host:port` }), /sluice: ./],
    ['stock that is no URL', () => ({ STOCK_URL: `redis://:${MARK}@host:port` }), /sluice: ./],
    ['stock of another kind', () => ({ STOCK_URL: `memcached://:${MARK}@host` }), /STOCK_URL: /],
    [
      'log away, with a login',
      () => ({
        ...{ LOG_URL: `kafka://127.0.0.1:${closedPort}`, LOG_SASL_PASSWORD: `password-${MARK}` },
        ...{ LOG_SASL_MECHANISM: 'scram-sha-256', LOG_SASL_USERNAME: 'sluice' },
      }),
      /does not answer/,
    ],
    ['pass keys without an id', () => ({ PASS_KEYS: MARK }), /PASS_KEYS: /],
    ['token that is too short', () => ({ OPERATOR_TOKEN: MARK }), /OPERATOR_TOKEN: /],
    ['tokens of no shape', () => ({ OPERATOR_TOKENS: `a:b:c:${MARK}` }), /OPERATOR_TOKENS: /],
    ['webhook with a login', () => ({ WEBHOOK_URL: `https://a:${MARK}@shop.example` }), /WEBHOOK/],
    ['bad webhook secret', () => ({ WEBHOOK_SECRET: `whsec_${MARK}` }), /WEBHOOK_SECRET: /],
    ['key with a space', () => ({ STRIPE_SECRET_KEY: `sk ${MARK}` }), /STRIPE_SECRET_KEY: /],
  ])('%s', async (_name, variables, said) => {
    const origin = await startIt(variables());
    await origin.ended;
    expect(origin.printed()).toMatch(said);
    expectNoSecret(origin);
  });

  test.skipIf(!up)('the book refuses its password', async () => {
    const { host, port, user } = addresses.mariadb;
    const origin = await startIt({ BOOK_URL: `mysql://${user}:${MARK}@${host}:${port}/sluice` });
    await origin.ended;
    expect(origin.printed()).toMatch(/sluice: BOOK_URL: .* Access denied/);
    expectNoSecret(origin);
  });

  test.skipIf(!up)('the stock refuses its password', async () => {
    const url = `redis://sluice:${MARK}@${hostAndPort()}`;
    const origin = await startIt({ STOCK_URL: url, LEASE_URL: url });
    await origin.ended;
    expect(origin.printed()).toMatch(/sluice: STOCK_URL, LEASE_URL: redis at .* WRONGPASS/);
    expectNoSecret(origin);
  });

  test.skipIf(!up)('the log takes no login', async () => {
    const { host, port } = addresses.kafka;
    const origin = await startIt({
      ...{ LOG_URL: `kafka://${host}:${port}`, LOG_SASL_PASSWORD: `password-${MARK}` },
      ...{ LOG_SASL_MECHANISM: 'scram-sha-256', LOG_SASL_USERNAME: 'sluice' },
    });
    await origin.ended;
    expect(origin.printed()).toMatch(/Kafka at .* does not answer/);
    expectNoSecret(origin);
  });
});

describe('no secret is shown by an origin that runs', () => {
  test('on the embedded backends, with a shop that is away', async () => {
    const origin = await startIt({
      WEBHOOK_URL: `http://127.0.0.1:${closedPort}/hook?key=${MARK}`,
    });
    await whenUp(origin);
    await askAll(origin);
    await pause(1_500);
    expect(await origin.ask('/operator/deliveries', authorized())).toBe(200);
    expectNoSecret(origin);
  });

  test.skipIf(!up).each([
    ['is away', () => `redis://sluice:${MARK}@127.0.0.1:${closedPort}`],
    ['does not speak TLS', () => `rediss://sluice:${MARK}@${hostAndPort()}`],
  ])('with a Redis that %s', async (_name, url) => {
    const origin = await startIt({ STOCK_URL: url(), LEASE_URL: url() });
    await whenUp(origin);
    await askAll(origin);
    const printed = () => origin.printed();
    await expect.poll(printed).toMatch(/STOCK_URL, LEASE_URL: redis at .* does not serve/);
    expect(origin.answered.join('\n')).toMatch(/503/);
    expectNoSecret(origin);
  });

  test.each([401, 400])('with a provider that repeats its key in a %i', async (refusal) => {
    const provider = createServer((request, response) => {
      const { authorization } = request.headers;
      response.writeHead(refusal, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: `Invalid API Key: ${authorization}` } }));
    }).listen(0, '127.0.0.1');
    await once(provider, 'listening');
    onTestFinished(() => void provider.close());
    const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    const origin = await startIt({ PAYMENT_PROVIDER: 'stripe', STRIPE_URL: url });
    await whenUp(origin);
    await askAll(origin);
    const edge = createEdgeStandIn({ originUrl: origin.url, passKeys: PASS_KEYS, saleId: 'phone' });
    const { body } = await edge.send({});
    const pay = { path: `/api/orders/${body.orderId}/payment`, body: '', idempotencyKey: '' };
    for (let tries = 0; tries < 150; tries += 1) {
      const pass = { 'sluice-pass': edge.sign(pay) };
      await origin.ask(pay.path, { method: 'POST', headers: pass });
      if (!origin.answered.at(-1)?.includes('not settled')) break;
      await pause(100);
    }
    const printed = () => origin.printed();
    await expect.poll(printed).toMatch(/Invalid API Key/);
    for (const path of ['payments', 'orders']) {
      expect(await origin.ask(`/operator/sales/phone/${path}`, authorized())).toBe(200);
    }
    expect(origin.answered.join('\n')).toMatch(refusal === 401 ? /payment-unavail/ : /not-payable/);
    expectNoSecret(origin);
  });
});

const authorized = () => ({ headers: { authorization: `Bearer ${SECRETS.OPERATOR_TOKEN}` } });

function hostAndPort(): string {
  return `${addresses.redis.host}:${addresses.redis.port}`;
}
