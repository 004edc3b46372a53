/**
 * Embedded and Redis are given the same random steps and must give the same replies, and the same
 * terms after each; both must agree with a watch that keeps its own account. `SEED=<number>`
 * replays a run.
 */
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { createRedisStock } from '../../origin/admit/redis-stock.ts';
import { createSqliteStock } from '../../origin/admit/sqlite-stock.ts';
import type { StockLedger } from '../../origin/admit/stock.ts';
import type { EmbeddedDatabase } from '../../origin/embedded.ts';
import { connectRedis } from '../../origin/redis-socket.ts';
import { describeWithRedis, forgetKeys, freshKeyPrefix, redisUrl } from './redis.ts';
import { createDice, randomSteps, type Step, takeStep } from './stock.steps.ts';
import { createStockWatch } from './stock.watch.ts';

const STEPS = 10_000;
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));

describeWithRedis('embedded and redis', () => {
  const keyPrefix = freshKeyPrefix();
  const redis = createRedisStock({ redis: connectRedis({ url: redisUrl }), keyPrefix });
  const sqlite = createSqliteStock(memoryDatabase());
  afterAll(async () => {
    await redis.close();
    await forgetKeys(keyPrefix);
  });

  test(`agree on ${STEPS} random steps (SEED=${SEED})`, { timeout: 120_000 }, async () => {
    const watch = createStockWatch();
    const steps = randomSteps(createDice(SEED), STEPS, ['phone', 'ticket', 'shoe']);
    const kinds = new Set<string>();
    for (const [index, step] of steps.entries()) {
      const [embedded, remote] = await Promise.all([replies(sqlite, step), replies(redis, step)]);
      expect(remote, `step ${index} of SEED=${SEED}: ${JSON.stringify(step)}`).toEqual(embedded);
      watch.saw(step, embedded.reply);
      watch.saw({ kind: 'terms', saleId: step.saleId }, embedded.terms);
      for (const kind of verdictKinds(embedded.reply)) kinds.add(kind);
    }
    // A run that never came across a verdict would prove nothing about it.
    const ofOrders = ['held', 'recovering', 'reserved', 'resolved', 'sold-out'];
    const ofRecovery = ['filled', 'frozen', 'loaded', 'lost', 'newer'];
    const all = ['already', 'applied', ...ofOrders, ...ofRecovery];
    expect([...kinds].sort()).toEqual(expect.arrayContaining(all));
  });
});

async function replies(stock: StockLedger, step: Step) {
  const reply = takeStep(stock, step);
  const terms = stock.terms(step.saleId);
  return { reply: await reply, terms: await terms };
}

function verdictKinds(reply: unknown): string[] {
  if (typeof reply === 'string') return [reply];
  if (typeof reply !== 'object' || reply === null || !('kind' in reply)) return [];
  const verdicts = 'verdicts' in reply ? (reply.verdicts as { kind: string }[]) : [];
  return [String(reply.kind), ...verdicts.map((verdict) => verdict.kind)];
}

/** Writes at once and to no disk: what is compared here is what the statements say. */
function memoryDatabase(): EmbeddedDatabase {
  const raw = new DatabaseSync(':memory:');
  return { raw, write: async (work) => work(), close: () => raw.close() };
}
