/**
 * LeaderboardStore on Redis: a sorted set a sale, a hash for its curve, and the number of the last
 * result beside them, moved in one script. The race accepted: `top`, `curve` and `count` are asked
 * one after the other, so they may be a batch apart.
 */
import { DEFAULT_KEY_PREFIX } from '../admit/stock-keys.ts';
import { type RedisConnection, RedisReplyError } from '../redis.ts';
import { loadStatement } from '../statements.ts';
import { type BoardBatch, checkBatch, type LeaderboardStore } from './board.ts';
import { boardKeys } from './board-keys.ts';

export const BOARD_SCRIPTS = {
  apply: loadStatement(new URL('./lua/apply-board-3.lua', import.meta.url)),
  rank: loadStatement(new URL('./lua/rank-1.lua', import.meta.url)),
};

export interface RedisBoardOptions {
  /** Closed with the store. */
  redis: RedisConnection;
  keyPrefix?: string;
  /** Replaced by tests only, to see them fail once a guard is gone. */
  scripts?: typeof BOARD_SCRIPTS;
}

export function createRedisBoard(options: RedisBoardOptions): LeaderboardStore {
  const { redis, keyPrefix = DEFAULT_KEY_PREFIX, scripts = BOARD_SCRIPTS } = options;
  const apply = redis.script(scripts.apply);
  const rank = redis.script(scripts.rank);
  const keysOf = (saleId: string) => boardKeys(keyPrefix, saleId);

  return {
    async cursor(saleId) {
      const reply = await redis.command('GET', keysOf(saleId).cursor);
      return reply === null ? 0 : countOf(reply);
    },
    async apply(batch) {
      checkBatch(batch);
      const { cursor, ranks, curve } = keysOf(batch.saleId);
      const reply = await apply([cursor, ranks, curve], parametersOf(batch));
      if (reply !== 'applied' && reply !== 'other-cursor') throw unexpected(reply);
      return reply;
    },
    async top(saleId, count) {
      if (count < 1) return [];
      const { ranks } = keysOf(saleId);
      const reply = await redis.command('ZRANGE', ranks, 0, count - 1, 'WITHSCORES');
      return pairsOf(reply).map(([buyerId, position], index) => ({
        rank: index + 1,
        buyerId,
        position: countOf(position),
      }));
    },
    async rank(saleId, buyerId) {
      const reply = await rank([keysOf(saleId).ranks], [buyerId]);
      if (reply === null) return undefined;
      if (!Array.isArray(reply) || reply.length !== 2) throw unexpected(reply);
      return { rank: countOf(reply[0]) + 1, buyerId, position: countOf(reply[1]) };
    },
    async curve(saleId) {
      const reply = await redis.command('HGETALL', keysOf(saleId).curve);
      return pairsOf(reply)
        .map(([second, units]) => ({ second: countOf(second), units: Number(units) }))
        .filter(({ units }) => units !== 0)
        .sort((one, other) => one.second - other.second);
    },
    async count(saleId) {
      return countOf(await redis.command('ZCARD', keysOf(saleId).ranks));
    },
    ping: redis.ping,
    close: redis.close,
  };
}

function parametersOf({ from, to, changes, curve }: BoardBatch): (string | number)[] {
  const coming: (string | number)[] = [];
  const leaving: string[] = [];
  for (const { buyerId, position } of changes) {
    if (position === undefined) leaving.push(buyerId);
    else coming.push(position, buyerId);
  }
  const points = curve.flatMap(({ second, units }) => [second, units]);
  return [from, to, coming.length / 2, leaving.length, ...coming, ...leaving, ...points];
}

/** Members with their scores, or fields with their values, in turn. */
function pairsOf(reply: unknown): [string, string][] {
  if (!Array.isArray(reply)) throw unexpected(reply);
  const pairs: [string, string][] = [];
  for (let index = 0; index < reply.length; index += 2) {
    const [member, value]: unknown[] = [reply[index], reply[index + 1]];
    if (typeof member !== 'string' || value === undefined || value === null)
      throw unexpected(reply);
    pairs.push([member, String(value)]);
  }
  return pairs;
}

function countOf(reply: unknown): number {
  const count = Number(reply);
  if (!Number.isSafeInteger(count) || count < 0) throw unexpected(reply);
  return count;
}

function unexpected(reply: unknown): RedisReplyError {
  const seen = String(JSON.stringify(reply)).slice(0, 200);
  return new RedisReplyError(`redis answered ${seen}, which is nothing of a board`);
}
