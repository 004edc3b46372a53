/**
 * The rate gate: what a request does with the tokens there are, and what many isolates do together.
 */
import { describe, expect, test } from 'vitest';
import { type Holding, rateGate } from '../../edge/gates/rate-gate.ts';
import { shardCount } from '../../edge/held-tokens.ts';
import { simulateIsolates } from './isolates.ts';
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
      'asks the shard that has rested longest',
      { shards: [off, { ...rested, index: 1, notBeforeMs: NOW - 5 }, { ...rested, index: 2 }] },
      { kind: 'ask', shard: { index: 2 } },
    ],
    [
      'refuses without a call until the first shard may be asked',
      { shards: [{ ...off, notBeforeMs: NOW + 90 }, off] },
      { kind: 'too-fast', retryAfterMs: 70 },
    ],
    [
      'is closed when all shards have failed',
      { shards: [{ ...off, failed: true }] },
      { kind: 'unavailable', retryAfterMs: 70 },
    ],
    [
      'is only too fast while one shard still answers',
      { shards: [{ ...off, failed: true }, off] },
      { kind: 'too-fast' },
    ],
  ];
  test.each(cases)('%s', (_name, change, verdict) => {
    expect(rateGate({ ...nothing, ...change }, NOW)).toMatchObject(verdict);
  });

  test.each([
    [0.5, 1],
    [499, 1],
    [500, 2],
    [1_000, 4],
    [1_000_000, 4],
  ])('a rate of %d has %d shards of at most 4', (rate, shards) => {
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
    expect(asked).toBe(4);
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

describe('isolates together', () => {
  const seed = Number(crypto.getRandomValues(new Uint32Array(1))[0]);
  const skewed = [2_000, 1_000, 500, 250, 125, 60, 30, 15];
  const busy = [2_000, 1_000, 500, 300];

  test(`busy ones make at most 0.05 calls an admitted request (seed ${seed})`, async () => {
    const run = await simulateIsolates({ ratePerSecond: 1_000, demands: busy, seconds: 10, seed });
    expect(run.calls / run.admitted).toBeLessThanOrEqual(0.05);
    expect(run.admitted).toBeGreaterThan(0.95 * 10_000);
  });

  test(`are never let in above burst, rate and leases, however skewed (seed ${seed})`, async () => {
    const run = await simulateIsolates({
      ratePerSecond: 1_000,
      demands: skewed,
      seconds: 10,
      seed,
    });
    // 100 ms worth at the start, then the rate.
    expect(run.admitted).toBeLessThanOrEqual(1_000 * 10 + 100);
    expect(run.admitted).toBeGreaterThan(0.93 * 10_000);
    // In any second: the rate, a burst of 250 ms and what was leased before.
    expect(Math.max(...run.admittedBySecond)).toBeLessThanOrEqual(1_500);
  });

  test(`below the rate everybody is let in (seed ${seed})`, async () => {
    const demands = skewed.map((demand) => demand / 8);
    const run = await simulateIsolates({ ratePerSecond: 1_000, demands, seconds: 10, seed });
    expect(run.admitted / run.asked).toBeGreaterThan(0.99);
  });

  test.each([1, 2, 10, 60])(
    `admit about %d a second when that is the rate (seed ${seed})`,
    async (rate) => {
      const demands = [60, 30, 30];
      const run = await simulateIsolates({ ratePerSecond: rate, demands, seconds: 60, seed });
      expect(run.admitted).toBeLessThanOrEqual(rate * 60.1 + 1e-6);
      expect(run.admitted).toBeGreaterThan(rate * 60 * 0.85);
    },
  );
});
