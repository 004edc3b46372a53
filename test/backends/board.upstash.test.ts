/** The leaderboard's and the lease's suites on Redis over HTTP. */
import { Redis } from 'ioredis';
import { createRedisBoard } from '../../origin/leaderboard/redis-board.ts';
import { createRedisLease } from '../../origin/lease/redis-lease.ts';
import { pause } from '../../origin/timer.ts';
import { startUpstashInFront } from '../gateways/upstash-redis.ts';
import { exerciseBoard } from './board.exercise.ts';
import { exerciseLease } from './lease.exercise.ts';
import { describeWithRedis, forgetKeys, freshKeyPrefix, redisUrl } from './redis.ts';

describeWithRedis('redis over http', () => {
  exerciseBoard('redis over http', async () => {
    const keyPrefix = freshKeyPrefix();
    const { redis, close } = await startUpstashInFront();
    return {
      board: createRedisBoard({ redis, keyPrefix }),
      async close() {
        await close();
        await forgetKeys(keyPrefix);
      },
    };
  });

  exerciseLease('redis over http', async () => {
    const keyPrefix = freshKeyPrefix();
    const { redis, close } = await startUpstashInFront();
    const clock = new Redis(redisUrl);
    return {
      lease: createRedisLease({ redis, keyPrefix }),
      passTime: pause,
      async nowMs() {
        const [seconds, microseconds] = await clock.time();
        return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
      },
      async close() {
        await clock.quit();
        await close();
        await forgetKeys(keyPrefix);
      },
    };
  });
});
