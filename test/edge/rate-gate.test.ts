/** The rate gate: what a request does with the tokens there are. Many isolates: isolates.test.ts */
import { describe, expect, test } from 'vitest';
import { type Holding, rateGate } from '../../edge/gates/rate-gate.ts';
import { shardCount } from '../../edge/held-tokens.ts';
import type { LeaseAsk } from '../../edge/objects/shard.ts';
import { openSale, openShop, START_MS, told } from './shop.ts';

const NOW = 1_000_000;
const rested = { index: 0, notBeforeMs: 0, failed: false };

describe('the decision', () => {
  const nothing: Holding = { blocks: [], shards: [rested], askingUntilMs: 0, demandTokens: 0 };
  const block = { tokens: 1, expiresAtMs: NOW + 1 };
  const off = { ...rested, notBeforeMs: NOW + 70 };
  const cases: [name: string, change: Partial<Holding>, verdict: object][] = [
    ['spends what is there', { blocks: [block] }, { kind: 'spend', refill: undefined }],
    [
      'spends and refills when it runs low',
      { blocks: [block], demandTokens: 10 },
      { kind: 'spend', refill: rested },
    ],
    [
      'leaves refilling to whoever does it already',
      { blocks: [block], demandTokens: 10, askingUntilMs: NOW + 1 },
      { kind: 'spend', refill: undefined },
    ],
    [
      'does not spend what has expired',
      { blocks: [{ ...block, expiresAtMs: NOW }] },
      { kind: 'ask' },
    ],
    ['asks when there is nothing', {}, { kind: 'ask', shard: rested }],
    ['waits while another asks', { askingUntilMs: NOW + 1 }, { kind: 'wait' }],
    ['asks when the other never came back', { askingUntilMs: NOW }, { kind: 'ask' }],
    [
      'asks its own shard, not the next one',
      { shards: [rested, { ...rested, index: 1 }] },
      { kind: 'ask', shard: { index: 0 } },
    ],
    [
      'asks the next one while its own fails',
      {
        shards: [
          { ...off, failed: true },
          { ...rested, index: 1 },
        ],
      },
      { kind: 'ask', shard: { index: 1 } },
    ],
    [
      'asks its own again after a while',
      {
        shards: [
          { ...off, failed: true, notBeforeMs: NOW },
          { ...rested, index: 1 },
        ],
      },
      { kind: 'ask', shard: { index: 0 } },
    ],
    [
      'refuses without a call until its own shard may be asked',
      { shards: [off, { ...rested, index: 1 }] },
      { kind: 'too-fast', retryAfterMs: 70 },
    ],
    [
      'does not refill before its shard may be asked',
      { blocks: [block], demandTokens: 10, shards: [off] },
      { kind: 'spend', refill: undefined },
    ],
    [
      'is closed when all shards have failed',
      {
        shards: [
          { ...off, notBeforeMs: NOW + 90, failed: true },
          { ...off, failed: true },
        ],
      },
      { kind: 'unavailable', retryAfterMs: 70 },
    ],
    [
      'is only too fast while one shard still answers',
      { shards: [{ ...off, failed: true }, off] },
      { kind: 'too-fast', retryAfterMs: 70 },
    ],
  ];
  test.each(cases)('%s', (_name, change, verdict) => {
    expect(rateGate({ ...nothing, ...change }, NOW)).toMatchObject(verdict);
  });

  test.each([
    [0.5, 1],
    [1_999, 1],
    [2_000, 2],
    [1_000_000, 4],
  ])('a rate of %d has %d shards of at most 4 in a region', (rate, shards) => {
    expect(shardCount(rate, 4)).toBe(shards);
  });
});

describe('a sale with a rate', () => {
  test('refuses what is over it, without a call, and says when to come again', async () => {
    const shop = openShop(openSale({ ratePerSecond: 10 }));
    expect((await shop.order()).status).toBe(202);
    const refused = await told(shop.order());
    expect(refused).toMatchObject({ status: 429, type: '/problems/too-fast' });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.headers.get('ratelimit-policy')).toBe('"sale";q=10;w=1');
    expect(refused.headers.get('ratelimit')).toBe('"sale";r=0;t=1');
    const calls = shop.bucketCalls();
    for (let count = 0; count < 5; count += 1) expect((await shop.order()).status).toBe(429);
    expect(shop.bucketCalls()).toBe(calls);
    shop.clock.ms += 100;
    expect((await shop.order()).status).toBe(202);
  });

  test('says what it allows on an admitted order, too', async () => {
    const answer = await openShop().order();
    expect(answer.headers.get('ratelimit-policy')).toBe('"sale";q=1000;w=1');
    expect(answer.headers.get('ratelimit')).toMatch(/^"sale";r=\d+;t=0$/);
  });

  test('writes a rate below 1 as one in a longer window', async () => {
    const shop = openShop(openSale({ ratePerSecond: 0.3 }));
    expect((await shop.order()).headers.get('ratelimit-policy')).toBe('"sale";q=1;w=4');
  });

  test('serves many who come to a cold isolate in the same moment', async () => {
    const shop = openShop();
    const answers = await Promise.all(Array.from({ length: 60 }, () => shop.order()));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(60);
    expect(shop.bucketCalls()).toBeLessThanOrEqual(15);
  });

  test('is closed while its buckets fail, and open again after that', async () => {
    const shop = openShop();
    shop.twist.bucket = () => Promise.reject(new Error('object is gone'));
    for (let count = 0; count < 6; count += 1) {
      const answer = await told(shop.order());
      expect(answer).toMatchObject({ status: 503, type: '/problems/overloaded' });
    }
    expect(shop.orders()).toEqual([]);
    delete shop.twist.bucket;
    shop.clock.ms += 501;
    expect((await shop.order()).status).toBe(202);
  });

  test('is closed when its bucket does not answer in time', async () => {
    const shop = openShop();
    shop.twist.bucket = () => Promise.withResolvers<never>().promise;
    expect((await shop.order()).status).toBe(503);
    expect(shop.orders()).toEqual([]);
  });

  test('refuses, and does not ask for ever, when a bucket gives nothing and no time', async () => {
    const shop = openShop();
    let asked = 0;
    shop.twist.bucket = async () => {
      asked += 1;
      return { tokens: 0, livesMs: 250 };
    };
    expect((await shop.order()).status).toBe(429);
    expect(asked).toBe(1);
  });

  const names = async (ratePerSecond: number, cf?: IncomingRequestCfProperties) => {
    const shop = openShop(openSale({ ratePerSecond }));
    const asked: [name: string, region: string | undefined][] = [];
    shop.twist.bucket = async (name, _ask, region) => {
      asked.push([name, region]);
      return { tokens: 5, livesMs: 250 };
    };
    await shop.fetch('/api/sales/phone/orders', {
      method: 'POST',
      body: '{}',
      headers: { 'idempotency-key': 'click-0001' },
      ...(cf && { cf }),
    });
    return asked;
  };
  const inChina = { continent: 'AS', country: 'CN' } as IncomingRequestCfProperties;

  test('asks a shard of its region', async () => {
    expect(await names(1_000, inChina)).toEqual([['phone:apac:0', 'apac']]);
  });

  test('asks the one shard of all regions when the sale is slow', async () => {
    expect(await names(499, inChina)).toEqual([['phone:all:0', undefined]]);
  });

  test('knows of no regions outside of Cloudflare', async () => {
    expect(await names(1_000)).toEqual([['phone:all:0', undefined]]);
  });

  test('tells the bucket how many came, and what the origin said', async () => {
    const shop = openShop();
    const told: LeaseAsk[] = [];
    shop.twist.bucket = async (_name, ask) => {
      told.push(ask);
      return { tokens: 5, livesMs: 250 };
    };
    for (let count = 0; count < 6; count += 1) await shop.order();
    expect(told.at(0)).toMatchObject({ arrived: 1, alone: true, ratePerSecond: 1_000 });
    expect(told.reduce((sum, { arrived }) => sum + arrived, 0)).toBeGreaterThanOrEqual(5);
    const answered = told.reduce((sum, { pressure }) => sum + (pressure?.answered ?? 0), 0);
    expect(answered).toBeGreaterThanOrEqual(4);
  });

  test('does not spend what it leased 250 ms ago', async () => {
    const shop = openShop();
    shop.twist.bucket = async () => ({ tokens: 50, livesMs: 250 });
    await shop.order();
    shop.twist.bucket = async () => ({ tokens: 0, livesMs: 250, askAgainAfterMs: 100 });
    shop.clock.ms = START_MS + 249;
    expect((await shop.order()).status).toBe(202);
    shop.clock.ms = START_MS + 250;
    expect((await shop.order()).status).toBe(429);
  });
});
