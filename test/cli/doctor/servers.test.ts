/**
 * `sluice doctor` against the real servers and a running shop, whole and with each part of it
 * broken: what is wrong is told with its name, what is right is not held against it.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeWithOwnRedis, startOwnRedis } from '../../backends/own-redis.ts';
import { missingServers, openShop, type Shop } from '../../flow/shop.ts';
import { createSluice } from '../run-sluice.ts';

const missing = await missingServers('servers');

interface Finding {
  group: string;
  name: string;
  state: string;
  detail: string;
  advice?: string;
}

async function doctor(shop: Shop, change: Record<string, string> = {}, only?: string) {
  const args = ['doctor', '--json', ...(only === undefined ? [] : ['--only', only])];
  const ended = await createSluice(shop).run(args, { ...shop.environment, ...change });
  expect(ended.errors).toEqual([]);
  const findings: Finding[] = ended.output
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
  const failed = findings.filter(({ state }) => state === 'fail');
  expect(ended.exitCode, ended.output).toBe(failed.length > 0 ? 1 : 0);
  return { findings, failed };
}

describe.skipIf(missing !== undefined)(`the real servers${missing ? ` (${missing})` : ''}`, () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop('servers');
    await shop.startOrigin();
    shop.environment.EDGE_URL = await shop.startEdge();
  });
  afterAll(() => shop.close());

  test('are whole: nothing fails, and each says which it is', async () => {
    const { findings, failed } = await doctor(shop);
    expect(failed).toEqual([]);
    const of = (name: string) => findings.find((finding) => finding.name === name)?.detail;
    expect(of('STOCK_URL, LEASE_URL')).toMatch(/^answers in [\d.]+ ms, Redis \d+\.\d+\.\d+$/);
    expect(of('BOOK_URL')).toMatch(/^answers in [\d.]+ ms, (MariaDB|MySQL) \d+\.\d+\.\d+/);
    expect(of('LOG_URL')).toMatch(/^answers in .* ms, Kafka of 1 broker, topic test-\w+\.orders/);
    expect(findings.filter(({ group }) => group === 'clocks')).toMatchObject([
      { name: 'origin', state: 'ok' },
      { name: 'book', state: 'ok' },
      { name: 'redis', state: 'ok' },
      { name: 'edge', state: 'ok' },
    ]);
    expect(findings.filter(({ group }) => group === 'edge')).toMatchObject([
      { name: 'key t1', state: 'ok' },
      { name: 'its origin', state: 'ok', detail: "takes the edge's passes" },
    ]);
  });

  test('with a wrong password, a wrong address and a bad variable, tell all of it', async () => {
    const { BOOK_URL = '' } = shop.environment;
    const { failed } = await doctor(
      shop,
      {
        BOOK_URL: BOOK_URL.replace(/\/\/[^@]*@/, '//sluice:wrong@'),
        LOG_URL: 'kafka://127.0.0.1:9',
        LEASE_URL: 'etcd://127.0.0.1:9',
        LOG_LANES: 'many',
      },
      'config,backends',
    );
    const told = failed.map(({ name, detail, advice }) => `${name}: ${detail}; ${advice}`);
    expect(told).toEqual([
      expect.stringMatching(/^LOG_LANES: .*; for example LOG_LANES=4$/),
      expect.stringMatching(/^LOG_URL: .*127\.0\.0\.1:9 .*; start it, or correct LOG_URL$/),
      expect.stringMatching(/^BOOK_URL: .*denied.*; correct the user and the password/),
      expect.stringMatching(/^LEASE_URL: .*127\.0\.0\.1:9.*; start it, or correct LEASE_URL$/),
    ]);
    expect(told.join()).not.toContain('wrong@');
  });

  test('with other keys than the edge, and an edge that is away', async () => {
    const key = Buffer.alloc(32, 7).toString('base64');
    const { failed } = await doctor(shop, { PASS_KEYS: `t1:${key}` }, 'edge');
    expect(failed).toMatchObject([{ name: 'key t1', detail: 'the edge refuses its passes' }]);
    const away = await doctor(shop, { EDGE_URL: 'http://127.0.0.1:9' }, 'edge');
    expect(away.failed).toMatchObject([
      { name: 'EDGE_URL', advice: expect.stringMatching(/set EDGE_URL/) },
    ]);
  });
});

describeWithOwnRedis('a redis', () => {
  test('that forgets at a restart, and drops what is old, is warned of', async () => {
    const redis = await startOwnRedis();
    const shop = await openShop('embedded');
    try {
      await redis.ask('CONFIG', 'SET', 'appendonly', 'no');
      await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
      const { findings, failed } = await doctor(shop, { STOCK_URL: redis.url }, 'backends');
      expect(failed).toEqual([]);
      const warned = findings.filter(({ name, state }) => name === 'STOCK_URL' && state === 'warn');
      expect(warned.map(({ detail, advice }) => `${detail}; ${advice}`)).toEqual([
        expect.stringMatching(/^appendonly is no, not yes: .*; write appendonly yes into/),
        expect.stringMatching(/^maxmemory-policy is allkeys-lru, .*; write maxmemory-policy/),
      ]);
      await redis.ask('CONFIG', 'SET', 'requirepass', 'secret');
      const refused = await doctor(shop, { STOCK_URL: redis.url }, 'backends');
      expect(refused.failed).toMatchObject([{ name: 'STOCK_URL' }]);
      expect(refused.failed[0]?.detail).toMatch(/NOAUTH/);
      expect(refused.failed[0]?.advice).toMatch(/^correct the user and the password in STOCK_URL=/);
    } finally {
      await shop.close();
      await redis.remove();
    }
  });
});
