/**
 * What only the Redis adapter can get wrong: lost replies, forgotten scripts, replies of another
 * shape, a Redis that is away.
 */
import { Redis } from 'ioredis';
import { afterAll, describe, expect, test } from 'vitest';
import { createRedisStock, STOCK_SCRIPTS } from '../../../origin/admit/redis-stock.ts';
import { bucketKeys } from '../../../origin/admit/stock-keys.ts';
import { connectRedis } from '../../../origin/redis-socket.ts';
import { describeWithRedis, forgetKeys, freshKeyPrefix, redisUrl } from '../../backends/redis.ts';
import { createTrial, order, request, termsOf } from '../../backends/stock.trial.ts';
import { startRedisProxy, startSilentServer } from './redis-proxy.ts';

describeWithRedis('the stock ledger on a redis that misbehaves', () => {
  const keyPrefix = freshKeyPrefix();
  const redis = new Redis(redisUrl);
  afterAll(async () => {
    await redis.quit();
    await forgetKeys(keyPrefix);
  });

  test('a lost reply takes the unit once, and shows the order as held and accepting', async () => {
    const proxy = await startRedisProxy();
    const stock = createRedisStock({ redis: connectRedis({ url: proxy.url }), keyPrefix });
    const { load, verdicts, saleId } = createTrial(stock);
    await load(5);
    proxy.cutNextReply();
    expect(await verdicts([request(1)])).toEqual([
      { kind: 'held', orderId: order(1), quantity: 1, accepting: true },
    ]);
    expect(proxy.cuts()).toBe(1);
    const terms = termsOf({ stock: 4, takenUnits: 1, seq: 1, outbox: 1 });
    expect(await stock.terms(saleId)).toEqual(terms);
    await stock.close();
    await proxy.close();
  });

  test('a lost reply of a hold is asked for again without harm', async () => {
    const proxy = await startRedisProxy();
    const stock = createRedisStock({ redis: connectRedis({ url: proxy.url }), keyPrefix });
    const { load, hold, saleId } = createTrial(stock);
    await load(5);
    proxy.cutNextReply();
    expect(await hold({ quantity: 2 })).toBe('already');
    const holding = { orderId: order(1), quantity: 2, accepting: false };
    expect(await stock.find(saleId, 'buyer-1')).toEqual(holding);
    await stock.close();
    await proxy.close();
  });

  test('a lost reply of a release gives the unit back once', async () => {
    const proxy = await startRedisProxy();
    const stock = createRedisStock({ redis: connectRedis({ url: proxy.url }), keyPrefix });
    const { load, verdicts, release, saleId } = createTrial(stock);
    await load(5);
    await verdicts([request(1)]);
    proxy.cutNextReply();
    expect(await release({})).toBe('already');
    expect(await stock.terms(saleId)).toMatchObject({ stock: 5 });
    await stock.close();
    await proxy.close();
  });

  test('scripts forgotten while calls are under way fail none of them', async () => {
    const stock = createRedisStock({ redis: connectRedis({ url: redisUrl }), keyPrefix });
    const { load, verdicts, saleId } = createTrial(stock);
    await load(400);
    const calls: Promise<unknown>[] = [];
    for (let number = 0; number < 400; number += 1) {
      calls.push(verdicts([request(number)]));
      if (number % 40 === 0) await redis.script('FLUSH');
    }
    await Promise.all(calls);
    expect(await stock.terms(saleId)).toMatchObject({ stock: 0, takenUnits: 400, seq: 400 });
    await stock.close();
  });

  for (const lua of [
    'return nil',
    "return 'OK'",
    'return {}',
    'return {4}',
    'return {4, 1, 2}',
    'return {-1, 1}',
    "return {'4', 1}",
    'return {4, -2}',
    'return {4, {}}',
    "return {4, '+order_00000000000000010'}",
    "return {4, '+order_0000000000000001'}",
    "return {4, '?order_00000000000000011'}",
  ]) {
    test(`a reply of another shape is an error: ${lua}`, async () => {
      const recovery = { load: lua, freeze: lua, fill: lua };
      const asked = { reserve: lua, find: lua, terms: lua, release: lua };
      const scripts = { ...STOCK_SCRIPTS, ...asked, ...recovery };
      const stock = createRedisStock({
        redis: connectRedis({ url: redisUrl }),
        keyPrefix,
        scripts,
      });
      const { reserve, release, freeze, fill, reopen, saleId } = createTrial(stock);
      for (const call of [freeze(), fill({}), reopen()]) {
        await expect(call).rejects.toMatchObject({ code: 'redis-reply' });
      }
      await expect(reserve([request(1)])).rejects.toMatchObject({ code: 'redis-reply' });
      await expect(release({})).rejects.toMatchObject({ code: 'redis-reply' });
      if (lua !== 'return nil') {
        await expect(stock.find(saleId, 'a')).rejects.toMatchObject({ code: 'redis-reply' });
        await expect(stock.terms(saleId)).rejects.toMatchObject({ code: 'redis-reply' });
      }
      await stock.close();
    });
  }

  test('an outbox entry of another shape is an error that names the order', async () => {
    const stock = createRedisStock({ redis: connectRedis({ url: redisUrl }), keyPrefix });
    const { saleId } = createTrial(stock);
    await redis.hset(bucketKeys(keyPrefix, saleId, 0).outbox, order(3), '1|2|x');
    const pending = stock.pending({ saleId, beforeMs: 1, limit: 1 });
    await expect(pending).rejects.toMatchObject({ code: 'redis-reply' });
    await expect(pending).rejects.toThrow(order(3));
    await stock.close();
  });

  test('the script of a hold refuses what is not valid before its first write', async () => {
    const stock = createRedisStock({ redis: connectRedis({ url: redisUrl }), keyPrefix });
    const { load, saleId } = createTrial(stock);
    await load(9);
    const { state, buyers, released } = bucketKeys(keyPrefix, saleId, 0);
    for (const parameters of [
      ['1', 'short', 'buyer-1', '1'],
      ['1', order(1), '', '1'],
      ...['0', '-1', '1.5', 'nan', 'inf', '', 'x', '1000000000'].map((quantity) => [
        ...['1', order(1), 'buyer-1', quantity],
      ]),
    ]) {
      const reply = redis.eval(STOCK_SCRIPTS.hold, 3, state, buyers, released, ...parameters);
      await expect(reply, parameters.join(' ')).rejects.toThrow(/^SLUICE /);
    }
    expect(await redis.exists(buyers)).toBe(0);
    await stock.close();
  });

  test('the script itself refuses what is not valid before its first write', async () => {
    const stock = createRedisStock({ redis: connectRedis({ url: redisUrl }), keyPrefix });
    const { load, saleId } = createTrial(stock);
    await load(9);
    const { state, buyers, outbox, released } = bucketKeys(keyPrefix, saleId, 0);
    const good = [order(1), 'buyer-1', '1'];
    const tooMany = Array.from({ length: 129 }, (_, number) => [order(number), `b${number}`, '1']);
    for (const parameters of [
      ['1', '4', 'z'],
      ['1', '4', 'z', ...good, order(2)],
      ['1', '0', 'z', ...good],
      ['1', 'four', 'z', ...good],
      ['1', '4', '-', ...good],
      ['1', '4', 'z', ...tooMany.flat()],
      ...['0', '-1', '5', '1.5', 'nan', 'inf', '', 'x'].map((quantity) => [
        ...['1', '4', 'z', ...good],
        ...[order(2), 'buyer-2', quantity],
      ]),
      ['1', '4', 'z', ...good, 'short', 'buyer-2', '1'],
      ['1', '4', 'z', ...good, order(2), '', '1'],
    ]) {
      const keys = [state, buyers, outbox, released];
      const reply = redis.eval(STOCK_SCRIPTS.reserve, 4, ...keys, ...parameters);
      await expect(reply, parameters.join(' ')).rejects.toThrow(/^SLUICE /);
    }
    const terms = termsOf({ stock: 9, takenUnits: 0, seq: 0, outbox: 0 });
    expect(await stock.terms(saleId)).toEqual(terms);
    await stock.close();
  });

  test('a state with a field missing is an error, and sells nothing', async () => {
    const stock = createRedisStock({ redis: connectRedis({ url: redisUrl }), keyPrefix });
    const { load, reserve, saleId } = createTrial(stock);
    await load(9);
    await redis.hdel(bucketKeys(keyPrefix, saleId, 0).state, 'seq');
    await expect(reserve([request(1)])).rejects.toMatchObject({ code: 'redis-reply' });
    expect(await stock.find(saleId, 'buyer-1')).toBeUndefined();
    await stock.close();
  });

  test('a broken connection is told and restored', async () => {
    const proxy = await startRedisProxy();
    const errors: string[] = [];
    const onConnectionError = (error: Error) => errors.push(error.message);
    const stock = createRedisStock({
      redis: connectRedis({ url: proxy.url, onConnectionError }),
      keyPrefix,
    });
    await stock.ping();
    await proxy.refuse();
    await expect(stock.ping()).rejects.toMatchObject({ code: 'redis-unavailable' });
    expect(errors.length).toBeGreaterThan(0);
    await proxy.accept();
    await expect.poll(() => stock.ping().then(() => 'serves'), { timeout: 20_000 }).toBe('serves');
    await stock.close();
    await proxy.close();
  });
});

describe('the stock ledger on a redis that is away', () => {
  test('a call to a server that never answers ends within its time limit', async () => {
    const server = await startSilentServer();
    const stock = createRedisStock({ redis: connectRedis({ url: server.url }) });
    const startedAt = performance.now();
    const call = createTrial(stock).reserve([request(1)]);
    await expect(call).rejects.toMatchObject({ code: 'redis-unavailable' });
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    await server.close();
    await stock.close();
  });

  test('a call to a port where nobody listens fails soon, and closing does not hang', async () => {
    const server = await startSilentServer();
    await server.close();
    const stock = createRedisStock({ redis: connectRedis({ url: server.url }) });
    const message = /^redis at 127\.0\.0\.1:\d+ does not serve: /;
    await expect(stock.ping()).rejects.toThrow(message);
    await stock.close();
  });
});
