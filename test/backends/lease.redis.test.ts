/**
 * The lease suite on a real Redis, whose clock goes on by itself; and what only Redis can do to a
 * lease: lose it with all its data.
 */
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { leaseKeys } from '../../origin/admit/stock-keys.ts';
import { createRedisLease } from '../../origin/lease/redis-lease.ts';
import { connectRedis } from '../../origin/redis-socket.ts';
import { pause } from '../../origin/timer.ts';
import { exerciseLease } from './lease.exercise.ts';
import { describeWithRedis, forgetKeys, freshKeyPrefix, redisUrl } from './redis.ts';

describeWithRedis('redis', () => {
  exerciseLease('redis', async () => {
    const keyPrefix = freshKeyPrefix();
    const redis = new Redis(redisUrl);
    const lease = createRedisLease({ redis: connectRedis({ url: redisUrl }), keyPrefix });
    return {
      lease,
      passTime: pause,
      async nowMs() {
        const [seconds, microseconds] = await redis.time();
        return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
      },
      async close() {
        await redis.quit();
        await lease.close();
        await forgetKeys(keyPrefix);
      },
    };
  });

  test('the fence goes on growing when redis lost everything', async () => {
    const keyPrefix = freshKeyPrefix();
    const redis = new Redis(redisUrl);
    const lease = createRedisLease({ redis: connectRedis({ url: redisUrl }), keyPrefix });
    const want = { name: 'relay', holder: 'ann', ttlMs: 60_000 };
    const before = await lease.acquire(want);
    const keys = leaseKeys(keyPrefix, 'relay');
    expect(await redis.ttl(keys.fence)).toBe(-1);
    await redis.del(keys.grant, keys.fence);
    await pause(5);
    const after = await lease.acquire({ ...want, holder: 'bob' });
    expect(after?.fence).toBeGreaterThan(before?.fence ?? Number.POSITIVE_INFINITY);
    await redis.quit();
    await lease.close();
    await forgetKeys(keyPrefix);
  });
});
