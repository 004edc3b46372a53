/**
 * What a network and a busy vendor do to the stock ledger over HTTP. Each call is lost once, before
 * or after Redis executed it: it fails with one line, Redis executed it at most once, and asked
 * again it leaves what one call alone leaves.
 */
import { Redis } from 'ioredis';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createRedisStock } from '../../origin/admit/redis-stock.ts';
import type { StockLedger } from '../../origin/admit/stock.ts';
import { connectUpstash } from '../../origin/redis-http.ts';
import { type Fault, startUpstashGateway, type UpstashGateway } from '../gateways/upstash.ts';
import { startUpstashInFront } from '../gateways/upstash-redis.ts';
import { describeWithOwnRedis, startOwnRedis } from './own-redis.ts';
import { describeWithRedis, forgetKeys, freshKeyPrefix, redisUrl } from './redis.ts';
import { createTrial, order, request, type Trial } from './stock.trial.ts';

/** Longer than a call may take. */
const TOO_LONG_MS = 2_500;

const EXECUTED: [string, Fault][] = [
  ['its answer is lost', { kind: 'lose-answer' }],
  ['its answer breaks off', { kind: 'cut-body', delayMs: 10 }],
  ['its answer comes too late', { kind: 'delay', delayMs: TOO_LONG_MS }],
  ['its answer stops in the middle', { kind: 'cut-body', delayMs: TOO_LONG_MS }],
];
const NOT_EXECUTED: [string, Fault][] = [
  ['it is lost on the way', { kind: 'lose-request' }],
  ['there were too many (429)', { kind: 'too-many' }],
  ['the vendor has a fault (500)', { kind: 'page', status: 500 }],
  ['the vendor is away (502)', { kind: 'page', status: 502 }],
];

interface Call {
  name: string;
  prepare(trial: Trial): Promise<unknown>;
  ask(trial: Trial): Promise<unknown>;
  first: unknown;
  /** The reply when it was executed before. */
  again: unknown;
}

const held = { kind: 'held', orderId: order(1), quantity: 1, accepting: true };
const withOrder = async (trial: Trial) => {
  await trial.load(5);
  await trial.verdicts([request(1)]);
};
const holdings = [{ orderId: order(7), buyerId: 'buyer-7', quantity: 2 }];

const CALLS: Call[] = [
  {
    name: 'reserve',
    prepare: ({ load }) => load(5),
    ask: ({ verdicts }) => verdicts([request(1)]),
    first: [{ kind: 'reserved', seq: 1 }],
    again: [held],
  },
  {
    name: 'release',
    prepare: withOrder,
    ask: ({ release }) => release({}),
    first: 'applied',
    again: 'already',
  },
  {
    name: 'hold',
    prepare: withOrder,
    ask: ({ hold }) => hold({ orderId: order(3), buyerId: 'buyer-3', quantity: 2 }),
    first: 'applied',
    again: 'already',
  },
  {
    name: 'confirm',
    prepare: withOrder,
    ask: ({ stock, saleId }) => stock.confirm(saleId, [order(1)]),
    first: undefined,
    again: undefined,
  },
  {
    name: 'load',
    prepare: async () => undefined,
    ask: ({ load }) => load(5),
    first: 'loaded',
    again: 'loaded',
  },
  {
    name: 'fill',
    prepare: ({ freeze }) => freeze(),
    ask: ({ fill }) => fill({ holdings, releasedIds: [order(8)] }),
    first: 'filled',
    again: 'filled',
  },
];

describeWithRedis('the stock ledger over http', () => {
  const keyPrefix = freshKeyPrefix();
  let gateway: UpstashGateway;
  let stock: StockLedger;
  let close: () => Promise<void>;
  /** So often Redis executed anything for the gateway. */
  const executed = () => [...gateway.counts.executed.values()].reduce((sum, each) => sum + each, 0);
  beforeEach(async () => {
    const inFront = await startUpstashInFront();
    ({ gateway, close } = inFront);
    stock = createRedisStock({ redis: inFront.redis, keyPrefix });
    return close;
  });
  afterAll(() => forgetKeys(keyPrefix));

  async function everything({ saleId }: Trial) {
    const page = await stock.holdings({ saleId, cursor: '' });
    const pending = await stock.pending({ saleId, beforeMs: Number.MAX_SAFE_INTEGER, limit: 9 });
    const outbox = pending.map((entry) => ({ ...entry, saleId: 'the sale' }));
    return { terms: await stock.terms(saleId), holdings: page.holdings, outbox };
  }

  async function failsWith(call: Promise<unknown>): Promise<void> {
    const failure: unknown = await call.catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'redis-unavailable' });
    const { message } = failure as Error;
    expect(message).toMatch(/^redis at 127\.0\.0\.1:\d+ does not serve: [^\n]+$/);
    for (const hidden of [gateway.token, order(1), 'buyer-1'])
      expect(message).not.toContain(hidden);
  }

  describe.each(CALLS)('$name', ({ prepare, ask, first, again }) => {
    async function lostBy(fault: Fault, times: number, reply: unknown): Promise<void> {
      const control = createTrial(stock);
      await prepare(control);
      expect(await ask(control)).toEqual(first);

      const trial = createTrial(stock);
      await prepare(trial);
      const before = executed();
      gateway.faults.order(fault);
      await failsWith(ask(trial));
      expect(gateway.faults.left(), 'the fault happened').toBe(0);
      expect(executed() - before, 'executions').toBe(times);
      expect(await ask(trial)).toEqual(reply);
      expect(await everything(trial)).toEqual(await everything(control));
    }

    test.each(EXECUTED)('is executed once when %s', (_name, fault) => lostBy(fault, 1, again));
    test.each(NOT_EXECUTED)('is not executed when %s', (_name, fault) => lostBy(fault, 0, first));
  });

  test('scripts forgotten while calls are under way fail none of them', async () => {
    const redis = new Redis(redisUrl);
    const { load, verdicts, saleId } = createTrial(stock);
    await load(200);
    for (let round = 0; round < 20; round += 1) {
      const calls = Array.from({ length: 10 }, (_, at) => verdicts([request(round * 10 + at)]));
      await Promise.all([...calls, redis.script('FLUSH')]);
    }
    expect(await stock.terms(saleId)).toMatchObject({ stock: 0, takenUnits: 200, seq: 200 });
    await redis.quit();
  });

  test('a wrong token is one line that names the setting, not the token', async () => {
    const wrong = connectUpstash({ url: gateway.url, token: 'some-other-token' });
    const refused = createRedisStock({ redis: wrong, keyPrefix });
    const line = /^redis at 127\.0\.0\.1:\d+ refused UPSTASH_REDIS_REST_TOKEN: WRONGPASS [^\n]*$/;
    await expect(refused.ping()).rejects.toThrow(line);
    await expect(createTrial(refused).load(5)).rejects.toMatchObject({ code: 'redis-refused' });
    const risks = await refused.risks();
    expect(risks).toHaveLength(1);
    expect(risks[0]).toMatch(line);
    expect(risks[0]).not.toContain('some-other-token');
    expect(executed()).toBe(0);
  });

  test('a token that a proxy repeats is not shown', async () => {
    const { token } = gateway;
    const repeating = connectUpstash({ url: `${gateway.url}/nothing/${token}`, token });
    await expect(repeating.command('GET')).rejects.not.toThrow(token);
  });

  test('a rush takes turns, on connections that are not too many', async () => {
    gateway.faults.roundTrip(20);
    const { saleId } = createTrial(stock);
    const look = (number: number) => stock.find(saleId, `buyer-${number}`);
    // On a busy machine some may wait for too long.
    await Promise.allSettled(Array.from({ length: 400 }, (_, number) => look(number)));
    expect(gateway.counts.mostAtOnce).toBeGreaterThan(10);
    expect(gateway.counts.mostAtOnce).toBeLessThanOrEqual(100);
  });

  test('whoever waits for a turn at a vendor that hangs is told so, unsent', async () => {
    const redis = connectUpstash({ url: gateway.url, token: gateway.token });
    gateway.faults.order({ kind: 'delay', delayMs: 60_000 }, 300);
    const calls = Array.from({ length: 300 }, () => redis.ping());
    const ends = await Promise.allSettled(calls);
    const reasons = ends.map((end) => (end.status === 'rejected' ? String(end.reason) : ''));
    const notSent = reasons.filter((reason) => /it was not sent/.test(reason));
    expect(notSent).toHaveLength(200);
    expect(reasons.filter((reason) => /no answer within 2000 ms/.test(reason))).toHaveLength(100);
    expect(gateway.counts.requests).toBeLessThanOrEqual(100);
  });
});

describeWithOwnRedis('a redis that tells nothing of itself', () => {
  test('serves all the same, and says what cannot be known', async () => {
    const own = await startOwnRedis();
    const [user, password] = ['vendor', 'password'];
    const rules = ['on', `>${password}`, '~*', '&*', '+@all', '-info', '-config'];
    await own.ask('ACL', 'SETUSER', user, ...rules);
    const { host, port } = own;
    const redis = { host, port, username: user, password };
    const gateway = await startUpstashGateway({ redis, token: 'token-of-the-vendor' });
    const stock = createRedisStock({ redis: connectUpstash(gateway) });
    const { load, verdicts, freeze, fill, reopen, saleId } = createTrial(stock);
    await load(5);
    await verdicts([request(1)]);
    expect(await stock.terms(saleId)).toMatchObject({ lineage: 'same', stock: 4 });
    expect(await freeze()).toBe('frozen');
    expect(await fill({ holdings })).toBe('filled');
    expect(await reopen()).toBe('loaded');
    expect(await stock.terms(saleId)).toMatchObject({ epoch: 2, lineage: 'same', stock: 5 });
    const risks = await stock.risks();
    expect(risks).toHaveLength(4);
    for (const risk of risks) expect(risk).toMatch(/cannot be (?:read|known)/);
    await gateway.close();
    await own.remove();
  });
});
