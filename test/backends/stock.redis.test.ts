/**
 * The stock ledger's suite on a real Redis. What only Redis can do wrong is in
 * test/origin/admit/redis-stock.test.ts.
 */
import { createRedisStock } from '../../origin/admit/redis-stock.ts';
import { connectRedis } from '../../origin/redis-socket.ts';
import { describeWithRedis, forgetKeys, freshKeyPrefix, redisUrl } from './redis.ts';
import { exerciseStock } from './stock.exercise.ts';

describeWithRedis('redis', () => {
  exerciseStock('redis', async () => {
    const keyPrefix = freshKeyPrefix();
    const stock = createRedisStock({ redis: connectRedis({ url: redisUrl }), keyPrefix });
    return {
      stock,
      close: async () => {
        await stock.close();
        await forgetKeys(keyPrefix);
      },
    };
  });
});
