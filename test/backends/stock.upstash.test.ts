/**
 * The stock ledger's suite on Redis over HTTP, and random steps beside the embedded store: fewer
 * than at the socket, whose scripts these are. One by one: two calls may overtake each other.
 */
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createRedisStock } from '../../origin/admit/redis-stock.ts';
import { createSqliteStock } from '../../origin/admit/sqlite-stock.ts';
import { MAX_FILL, MAX_RESERVE_BATCH, type StockLedger } from '../../origin/admit/stock.ts';
import type { EmbeddedDatabase } from '../../origin/embedded.ts';
import { startUpstashInFront, type UpstashInFront } from '../gateways/upstash-redis.ts';
import { describeWithRedis, forgetKeys, freshKeyPrefix } from './redis.ts';
import { exerciseStock } from './stock.exercise.ts';
import { createDice, randomSteps, takeStep } from './stock.steps.ts';
import { createTrial, order, request } from './stock.trial.ts';
import { createStockWatch } from './stock.watch.ts';

const STEPS = 2_000;
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
/** A tenth of what the smallest plan takes: no answer or request comes near any limit. */
const MOST_BYTES = 1024 * 1024;

describeWithRedis('redis over http', () => {
  const keyPrefix = freshKeyPrefix();
  let inFront: UpstashInFront;
  let stock: StockLedger;
  beforeAll(async () => {
    // No call is given up because the machine stood still for a moment.
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout(20 * ms));
    inFront = await startUpstashInFront();
    stock = createRedisStock({ redis: inFront.redis, keyPrefix });
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await inFront.close();
    await forgetKeys(keyPrefix);
  });

  exerciseStock('redis over http', async () => ({ stock, close: async () => undefined }));

  test(`agrees with the embedded on ${STEPS} random steps (SEED=${SEED})`, {
    timeout: 600_000,
  }, async () => {
    const sqlite = createSqliteStock(memoryDatabase());
    const watch = createStockWatch();
    const steps = randomSteps(createDice(SEED), STEPS, ['phone', 'ticket', 'shoe']);
    for (const [index, step] of steps.entries()) {
      const about = `step ${index} of SEED=${SEED}: ${JSON.stringify(step)}`;
      const reply = await takeStep(sqlite, step);
      expect(await takeStep(stock, step), about).toEqual(reply);
      watch.saw(step, reply);
      if (index % 10 !== 0) continue;
      const terms = await sqlite.terms(step.saleId);
      expect(await stock.terms(step.saleId), about).toEqual(terms);
      watch.saw({ kind: 'terms', saleId: step.saleId }, terms);
    }
  });

  test('the largest calls stay far below what the vendor takes', async () => {
    const { counts } = inFront.gateway;
    const { load, reserve, freeze, fill, saleId } = createTrial(stock);
    await load(1_000);
    // Whatever is allowed in a buyer id, at its longest, and of it what JSON writes as two bytes.
    const buyer = (number: number) => String(number).padStart(64, '\\"');
    const all = Array.from({ length: MAX_FILL }, (_, number) => number);
    counts.largestRequestBytes = 0;
    counts.largestAnswerBytes = 0;
    await reserve(all.slice(0, MAX_RESERVE_BATCH).map((at) => request(at, { buyerId: buyer(at) })));
    await stock.confirm(saleId, all.map(order));
    await freeze();
    const holdings = all.map((at) => ({ orderId: order(at), buyerId: buyer(at), quantity: 999 }));
    expect(await fill({ holdings, releasedIds: all.map(order) })).toBe('filled');
    let cursor: string | undefined = '';
    const seen = new Set<string>();
    while (cursor !== undefined) {
      const page = await stock.holdings({ saleId, cursor });
      for (const { buyerId } of page.holdings) seen.add(buyerId);
      cursor = page.next;
    }
    expect(seen).toEqual(new Set(all.map(buyer)));
    expect(counts.largestRequestBytes).toBeGreaterThan(25_000);
    expect(counts.largestRequestBytes).toBeLessThan(MOST_BYTES / 10);
    expect(counts.largestAnswerBytes).toBeLessThan(MOST_BYTES / 4);
  });

  test('an order costs one request, a batch of them one as well', async () => {
    const { counts } = inFront.gateway;
    const { load, verdicts } = createTrial(stock);
    await load(200);
    await verdicts([request(900)]);
    const before = counts.requests;
    await verdicts([request(901)]);
    await verdicts(Array.from({ length: MAX_RESERVE_BATCH }, (_, at) => request(at)));
    expect(counts.requests - before).toBe(2);
    expect(counts.synced, 'reads its own writes').toBeGreaterThan(1);
    expect([...counts.headers].filter((name) => name.includes('telemetry'))).toEqual([]);
  });
});

/** Writes at once and to no disk: what is compared here is what the statements say. */
function memoryDatabase(): EmbeddedDatabase {
  const raw = new DatabaseSync(':memory:');
  return { raw, write: async (work) => work(), close: () => raw.close() };
}
