/**
 * StockLedger on Redis: each call one Lua script over the keys of one bucket, atomic and safe to
 * repeat. The race accepted: when the answer to a `reserve` is lost, the connection or the buyer
 * sends it again, and is told `held`, `accepting`, of its own order id in place of `reserved`; such
 * an order has its outbox entry, and the relay brings it to the log.
 */
import type { RedisConnection } from '../redis.ts';
import { loadStatement } from '../statements.ts';
import { createRedisRecovery } from './redis-recovery.ts';
import { holdingOf, oneOf, reserveReplyOf, termsOf, toBase36 } from './redis-replies.ts';
import { redisRisks } from './redis-risks.ts';
import { createRedisScans } from './redis-scans.ts';
import { type DeliveryReply, ONLY_BUCKET, type ReserveCall, type StockLedger } from './stock.ts';
import { checkHold, checkRelease, checkReserve } from './stock-arguments.ts';
import { type BucketKeys, bucketKeys, DEFAULT_KEY_PREFIX } from './stock-keys.ts';

/** Fields in one HDEL: well under a millisecond of Redis's single thread. */
const CONFIRM_CHUNK = 1_000;

const DELIVERY_REPLIES: readonly DeliveryReply[] = ['applied', 'already', 'newer', 'recovering'];

const LINEAGE = loadStatement(new URL('./lua/lineage-1.lua', import.meta.url));

export const STOCK_SCRIPTS = {
  load: withLineage(new URL('./lua/load-3.lua', import.meta.url)),
  freeze: withLineage(new URL('./lua/freeze-3.lua', import.meta.url)),
  fill: withLineage(new URL('./lua/fill-3.lua', import.meta.url)),
  reserve: loadStatement(new URL('./lua/reserve-4.lua', import.meta.url)),
  release: loadStatement(new URL('./lua/release-4.lua', import.meta.url)),
  hold: loadStatement(new URL('./lua/hold-3.lua', import.meta.url)),
  find: loadStatement(new URL('./lua/find-2.lua', import.meta.url)),
  terms: withLineage(new URL('./lua/terms-2.lua', import.meta.url)),
};

function withLineage(script: URL): string {
  return `${LINEAGE}\n${loadStatement(script)}`;
}

export interface RedisStockOptions {
  /** Closed with the ledger. */
  redis: RedisConnection;
  keyPrefix?: string;
  /** Replaced by tests only, to see them fail once a guard is gone. */
  scripts?: typeof STOCK_SCRIPTS;
}

export function createRedisStock(options: RedisStockOptions): StockLedger {
  const { redis, keyPrefix = DEFAULT_KEY_PREFIX, scripts = STOCK_SCRIPTS } = options;
  const run = prepareScripts(redis, scripts);

  const keysBySale = new Map<string, BucketKeys>();
  function keysOf(saleId: string): BucketKeys {
    const keys = keysBySale.get(saleId) ?? bucketKeys(keyPrefix, saleId, ONLY_BUCKET);
    keysBySale.set(saleId, keys);
    return keys;
  }

  return {
    ...createRedisRecovery(run, keysOf),
    ...createRedisScans(redis, keysOf),
    async reserve(call) {
      checkReserve(call);
      const { state, buyers, outbox, released } = keysOf(call.saleId);
      const reply = await run.reserve([state, buyers, outbox, released], reserveParameters(call));
      return reserveReplyOf(reply, call.requests.length);
    },
    async confirm(saleId, orderIds) {
      const { outbox } = keysOf(saleId);
      for (let start = 0; start < orderIds.length; start += CONFIRM_CHUNK) {
        const chunk = orderIds.slice(start, start + CONFIRM_CHUNK);
        await redis.command('HDEL', outbox, ...chunk);
      }
    },
    async find(saleId, buyerId) {
      const { buyers, outbox } = keysOf(saleId);
      const reply = await run.find([buyers, outbox], [buyerId]);
      return reply === null ? undefined : holdingOf(reply);
    },
    async release(call) {
      checkRelease(call);
      const { state, buyers, outbox, released } = keysOf(call.saleId);
      const parameters = [call.epoch, call.orderId, call.buyerId, call.units];
      const reply = await run.release([state, buyers, outbox, released], parameters);
      return oneOf(DELIVERY_REPLIES, reply);
    },
    async hold(call) {
      checkHold(call);
      const { state, buyers, released } = keysOf(call.saleId);
      const parameters = [call.epoch, call.orderId, call.buyerId, call.quantity];
      const reply = await run.hold([state, buyers, released], parameters);
      return oneOf(DELIVERY_REPLIES, reply);
    },
    async terms(saleId) {
      const { state, outbox } = keysOf(saleId);
      const reply = await run.terms([state, outbox], []);
      return reply === null ? undefined : termsOf(reply);
    },
    async prepare() {
      const texts = Object.values(scripts);
      await Promise.all(texts.map((lua) => redis.command('SCRIPT', 'LOAD', lua)));
      return texts.length;
    },
    async clockMs() {
      const [seconds, microseconds] = (await redis.command('TIME')) as unknown[];
      return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
    },
    ping: redis.ping,
    risks: () => redisRisks(redis, keyPrefix),
    close: redis.close,
  };
}

function prepareScripts(redis: RedisConnection, scripts: typeof STOCK_SCRIPTS) {
  return {
    load: redis.script(scripts.load),
    freeze: redis.script(scripts.freeze),
    fill: redis.script(scripts.fill),
    reserve: redis.script(scripts.reserve),
    release: redis.script(scripts.release),
    hold: redis.script(scripts.hold),
    find: redis.script(scripts.find),
    terms: redis.script(scripts.terms),
  };
}

function reserveParameters(call: ReserveCall): (string | number)[] {
  const parameters: (string | number)[] = [call.epoch, call.perBuyer, toBase36(call.nowMs)];
  for (const { orderId, buyerId, quantity } of call.requests) {
    parameters.push(orderId, buyerId, quantity);
  }
  return parameters;
}
