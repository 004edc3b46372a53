/**
 * The leaderboard's suite on a real Redis, what only Redis can lose, and the suite against scripts
 * whose guards were taken away, one at a time: it is able to fail.
 */
import { Redis } from 'ioredis';
import { afterAll, expect, test } from 'vitest';
import { boardKeys } from '../../origin/leaderboard/board-keys.ts';
import { BOARD_SCRIPTS, createRedisBoard } from '../../origin/leaderboard/redis-board.ts';
import { connectRedis } from '../../origin/redis-socket.ts';
import { brokenPromises, exerciseBoard } from './board.exercise.ts';
import { createBoardTrial, places } from './board.trial.ts';
import { describeWithRedis, forgetKeys, freshKeyPrefix, redisUrl } from './redis.ts';

const BREAKS: readonly { guard: string; from: string; to: string; promise: string }[] = [
  {
    guard: 'the look at where the board is',
    from: "if (cursor or '0') ~= from then return 'other-cursor' end",
    to: '',
    promise: 'a batch sent again changes nothing',
  },
  {
    guard: 'the move of the board',
    from: "redis.call('SET', cursorKey, to)",
    to: '',
    promise: 'of many who send the same batch at once, one is heard',
  },
];

describeWithRedis('redis', () => {
  exerciseBoard('redis', async () => {
    const keyPrefix = freshKeyPrefix();
    const board = createRedisBoard({ redis: connectRedis({ url: redisUrl }), keyPrefix });
    return {
      board,
      close: async () => {
        await board.close();
        await forgetKeys(keyPrefix);
      },
    };
  });
});

describeWithRedis('redis by itself', () => {
  const keyPrefix = freshKeyPrefix();
  const redis = new Redis(redisUrl);
  afterAll(async () => {
    await redis.quit();
    await forgetKeys(keyPrefix);
  });

  test('what is left of a board without its cursor goes when it begins anew', async () => {
    const board = createRedisBoard({ redis: connectRedis({ url: redisUrl }), keyPrefix });
    const trial = createBoardTrial(board);
    const curve = [{ second: 1, units: 1 }];
    await trial.apply({ from: 0, to: 5, changes: places({ ann: 3 }), curve });
    await redis.del(boardKeys(keyPrefix, trial.saleId).cursor);
    expect(await board.cursor(trial.saleId)).toBe(0);
    await trial.apply({ from: 0, to: 6, changes: places({ bob: 4 }), curve });
    expect(await trial.standing()).toEqual(['1 bob@4']);
    expect(await board.curve(trial.saleId)).toEqual(curve);
    await board.close();
  });

  for (const { guard, from, to, promise } of BREAKS) {
    test(`the suite fails without ${guard}`, async () => {
      expect(BOARD_SCRIPTS.apply).toContain(from);
      const scripts = { ...BOARD_SCRIPTS, apply: BOARD_SCRIPTS.apply.replace(from, to) };
      const board = createRedisBoard({
        redis: connectRedis({ url: redisUrl }),
        keyPrefix: `${keyPrefix}x:`,
        scripts,
      });
      expect(await brokenPromises(board)).toContain(promise);
      await board.close();
    });
  }
});
