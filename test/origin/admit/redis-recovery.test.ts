/**
 * What only the Redis adapter can get wrong when a sale is frozen, filled and loaded: lost replies,
 * scripts that trust their arguments, and the lineage of servers that tell less than they should.
 */
import { Redis } from 'ioredis';
import { afterAll, expect, test } from 'vitest';
import { createRedisStock, STOCK_SCRIPTS } from '../../../origin/admit/redis-stock.ts';
import { bucketKeys } from '../../../origin/admit/stock-keys.ts';
import { connectRedis } from '../../../origin/redis-socket.ts';
import { describeWithRedis, forgetKeys, freshKeyPrefix, redisUrl } from '../../backends/redis.ts';
import { createTrial, order, request, termsOf } from '../../backends/stock.trial.ts';
import { startRedisProxy } from './redis-proxy.ts';

describeWithRedis('a recovery of the stock on redis', () => {
  const keyPrefix = freshKeyPrefix();
  const redis = new Redis(redisUrl);
  afterAll(async () => {
    await redis.quit();
    await forgetKeys(keyPrefix);
  });

  test('lost replies of a recovery are asked for again without harm', async () => {
    const proxy = await startRedisProxy();
    const stock = createRedisStock({ redis: connectRedis({ url: proxy.url }), keyPrefix });
    const { freeze, fill, reopen, saleId } = createTrial(stock);
    await stock.ping();
    proxy.cutNextReply();
    expect(await freeze()).toBe('frozen');
    proxy.cutNextReply();
    expect(await fill({ holdings: [request(1)], releasedIds: [order(2)] })).toBe('filled');
    proxy.cutNextReply();
    expect(await reopen()).toBe('loaded');
    expect(proxy.cuts()).toBe(3);
    expect(await stock.terms(saleId)).toEqual(termsOf({ epoch: 2, stock: 5 }));
    expect(await stock.find(saleId, 'buyer-1')).toMatchObject({ orderId: order(1) });
    await stock.close();
    await proxy.close();
  });

  test('the scripts of a recovery refuse what is not valid before their first write', async () => {
    const stock = createRedisStock({ redis: connectRedis({ url: redisUrl }), keyPrefix });
    const { freeze, saleId } = createTrial(stock);
    const { state, buyers, released } = bucketKeys(keyPrefix, saleId, 0);
    const keys = [state, buyers, released];
    for (const parameters of [
      ...['0', '-1', '1.5', 'nan', 'inf', '', 'x'].map((epoch) => [epoch, 'token-a']),
      ['2', ''],
    ]) {
      const reply = redis.eval(STOCK_SCRIPTS.freeze, 3, ...keys, ...parameters);
      await expect(reply, parameters.join(' ')).rejects.toThrow(/^SLUICE /);
    }
    expect(await redis.exists(state)).toBe(0);
    await freeze();
    const good = ['buyer-1', `${order(1)}1`];
    for (const parameters of [
      ...['', 'x', 'nan', 'inf', '-1', '0.5', '2'].map((count) => [count, ...good]),
      ['2', ...good, '', `${order(2)}1`],
      ...['', order(2), 'short', `${order(2)}+1`].map((holding) => ['2', ...good, 'b', holding]),
      ['1', ...good, order(2), 'short'],
      ['1', ...good, ...Array.from({ length: 2_000 }, (_, index) => order(index))],
    ]) {
      const reply = redis.eval(STOCK_SCRIPTS.fill, 3, ...keys, '2', 'token-a', ...parameters);
      await expect(reply, parameters.join(' ')).rejects.toThrow(/^SLUICE /);
    }
    expect(await redis.exists(buyers, released)).toBe(0);
    for (const parameters of [
      ...['0', '-1', '1.5', 'nan', 'inf', '', 'x'].map((epoch) => [epoch, '5']),
      ...['-1', '1.5', 'nan', 'inf', '', 'x'].map((units) => ['2', units]),
    ]) {
      const reply = redis.eval(STOCK_SCRIPTS.load, 3, ...keys, ...parameters, 'token-a');
      await expect(reply, parameters.join(' ')).rejects.toThrow(/^SLUICE /);
    }
    expect(await stock.terms(saleId)).toEqual(termsOf({ epoch: 2, frozen: true }));
    await stock.close();
  });

  test('a state without a lineage, as an earlier version wrote it, has the same', async () => {
    const stock = createRedisStock({ redis: connectRedis({ url: redisUrl }), keyPrefix });
    const { load, saleId } = createTrial(stock);
    await load(9);
    const { state } = bucketKeys(keyPrefix, saleId, 0);
    await redis.hdel(state, 'lineage');
    expect(await stock.terms(saleId)).toEqual(termsOf({ stock: 9 }));
    await redis.hset(state, 'lineage', 'a1:b2');
    expect(await stock.terms(saleId)).toEqual({ ...termsOf({ stock: 9 }), lineage: 'other' });
    await stock.close();
  });

  test('a server that tells no replication id has always the same lineage', async () => {
    const silent = (lua: string) => lua.replace("redis.pcall('INFO', section)", "''");
    const scripts = { ...STOCK_SCRIPTS };
    for (const script of ['load', 'freeze', 'fill', 'terms'] as const) {
      scripts[script] = silent(STOCK_SCRIPTS[script]);
      expect(scripts[script]).not.toBe(STOCK_SCRIPTS[script]);
    }
    const stock = createRedisStock({ redis: connectRedis({ url: redisUrl }), keyPrefix, scripts });
    const { freeze, fill, reopen, saleId } = createTrial(stock);
    expect(await freeze()).toBe('frozen');
    expect(await fill({})).toBe('filled');
    expect(await reopen()).toBe('loaded');
    expect(await stock.terms(saleId)).toEqual(termsOf({ epoch: 2, stock: 5 }));
    await redis.hset(bucketKeys(keyPrefix, saleId, 0).state, 'lineage', 'a1:b2');
    expect(await stock.terms(saleId)).toEqual(termsOf({ epoch: 2, stock: 5 }));
    await stock.close();
  });

  test('a state is small enough for the encoding that is read fastest', async () => {
    const stock = createRedisStock({ redis: connectRedis({ url: redisUrl }), keyPrefix });
    const { load, freeze, saleId } = createTrial(stock);
    const { state } = bucketKeys(keyPrefix, saleId, 0);
    await load(9);
    expect(await redis.object('ENCODING', state)).toBe('listpack');
    await freeze({ token: 'x'.repeat(64) });
    expect(await redis.object('ENCODING', state)).toBe('listpack');
    await stock.close();
  });
});
