/**
 * Embedded and Redis are given the same random steps and must give the same replies, and the same
 * board after each. `SEED=<number>` replays a run.
 */
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import type { EmbeddedDatabase } from '../../origin/embedded.ts';
import type { BoardBatch, LeaderboardStore } from '../../origin/leaderboard/board.ts';
import { createRedisBoard } from '../../origin/leaderboard/redis-board.ts';
import { createSqliteBoard } from '../../origin/leaderboard/sqlite-board.ts';
import { connectRedis } from '../../origin/redis-socket.ts';
import { describeWithRedis, forgetKeys, freshKeyPrefix, redisUrl } from './redis.ts';
import { createDice, type Dice } from './stock.steps.ts';

const STEPS = 1_500;
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
const SALES = ['phone', 'ticket'];
/** Few, of all kinds of bytes, so that they meet and tie. */
const BUYERS = Array.from({ length: 40 }, (_, index) => `${'aB9~-_'[index % 6]}${index}`);

describeWithRedis('embedded and redis', () => {
  const keyPrefix = freshKeyPrefix();
  const redis = createRedisBoard({ redis: connectRedis({ url: redisUrl }), keyPrefix });
  const sqlite = createSqliteBoard(memoryDatabase());
  afterAll(async () => {
    await redis.close();
    await forgetKeys(keyPrefix);
  });

  test(`agree on ${STEPS} random steps (SEED=${SEED})`, { timeout: 120_000 }, async () => {
    const dice = createDice(SEED);
    const cursors = new Map<string, number>();
    const seen = new Set<string>();
    for (let index = 0; index < STEPS; index += 1) {
      const batch = randomBatch(dice, cursors);
      const buyerId = BUYERS[dice(BUYERS.length)] ?? 'none';
      const count = dice(12);
      const about = `step ${index} of SEED=${SEED}: ${JSON.stringify(batch)}`;
      const [embedded, remote] = await Promise.all(
        [sqlite, redis].map((board) => afterStep(board, batch, { buyerId, count })),
      );
      expect(remote, about).toEqual(embedded);
      if (embedded?.reply === 'applied') cursors.set(batch.saleId, batch.to);
      seen.add(`${embedded?.reply}`).add(embedded?.rank === undefined ? 'absent' : 'ranked');
    }
    expect([...seen].sort()).toEqual(['absent', 'applied', 'other-cursor', 'ranked']);
  });
});

async function afterStep(
  board: LeaderboardStore,
  batch: BoardBatch,
  { buyerId, count }: { buyerId: string; count: number },
) {
  const { saleId } = batch;
  return {
    reply: await board.apply(batch),
    cursor: await board.cursor(saleId),
    top: await board.top(saleId, count),
    rank: await board.rank(saleId, buyerId),
    curve: await board.curve(saleId),
    count: await board.count(saleId),
  };
}

function randomBatch(dice: Dice, cursors: Map<string, number>): BoardBatch {
  const saleId = SALES[dice(SALES.length)] ?? 'none';
  const at = cursors.get(saleId) ?? 0;
  const from = dice(5) === 0 ? dice(at + 3) : at;
  const changed = new Set(Array.from({ length: dice(10) }, () => dice(BUYERS.length)));
  const changes = Array.from(changed, (index) => ({
    buyerId: BUYERS[index] ?? 'none',
    position: dice(3) === 0 ? undefined : dice(6) * 2 ** 46 + dice(3),
  }));
  const curve = Array.from({ length: dice(3) }, (_, point) => ({
    second: point * 100 + dice(5),
    units: dice(5) - 2,
  }));
  return { saleId, from, to: from + dice(4), changes, curve };
}

/** Writes at once and to no disk: what is compared here is what the statements say. */
function memoryDatabase(): EmbeddedDatabase {
  const raw = new DatabaseSync(':memory:');
  return { raw, write: async (work) => work(), close: () => raw.close() };
}
