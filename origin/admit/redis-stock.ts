/**
 * StockLedger on Redis: each call one Lua script over the keys of one bucket, atomic and safe to
 * repeat. The race accepted: when the answer to a `reserve` is lost, the client sends it again, and
 * the caller sees `held`, `accepting`, of its own order id in place of `reserved`; such an order
 * has its outbox entry, and the relay brings it to the log.
 */
import type { Reservation } from '../../contract/log/codec.ts';
import { connectRedis, type RedisConnection, type RedisConnectionOptions } from '../redis.ts';
import { loadStatement } from '../statements.ts';
import {
  holdingOf,
  type OutboxEntry,
  oneOf,
  outboxEntryOf,
  reserveReplyOf,
  scanPageOf,
  termsOf,
  toBase36,
} from './redis-replies.ts';
import { redisRisks } from './redis-risks.ts';
import { ONLY_BUCKET, type ReserveCall, type StockLedger } from './stock.ts';
import { checkHold, checkLoad, checkRelease, checkReserve } from './stock-arguments.ts';
import { type BucketKeys, bucketKeys, DEFAULT_KEY_PREFIX } from './stock-keys.ts';

/** Fields in one HDEL: well under a millisecond of Redis's single thread. */
const CONFIRM_CHUNK = 1_000;
/** What one HSCAN step looks at, for the same reason. */
const SCAN_COUNT = 1_000;

export const STOCK_SCRIPTS = {
  load: loadStatement(new URL('./lua/load-3.lua', import.meta.url)),
  reserve: loadStatement(new URL('./lua/reserve-4.lua', import.meta.url)),
  release: loadStatement(new URL('./lua/release-4.lua', import.meta.url)),
  hold: loadStatement(new URL('./lua/hold-3.lua', import.meta.url)),
  find: loadStatement(new URL('./lua/find-2.lua', import.meta.url)),
  terms: loadStatement(new URL('./lua/terms-2.lua', import.meta.url)),
};

export interface RedisStockOptions extends Omit<RedisConnectionOptions, 'connectionName'> {
  keyPrefix?: string;
  /** Replaced by tests only, to see them fail once a guard is gone. */
  scripts?: typeof STOCK_SCRIPTS;
}

export function createRedisStock(options: RedisStockOptions): StockLedger {
  const { keyPrefix = DEFAULT_KEY_PREFIX, scripts = STOCK_SCRIPTS } = options;
  const redis = connectRedis({ ...options, connectionName: 'sluice-stock' });
  const { load, reserve, release, hold, find, terms } = prepareScripts(redis, scripts);

  const keysBySale = new Map<string, BucketKeys>();
  function keysOf(saleId: string): BucketKeys {
    const keys = keysBySale.get(saleId) ?? bucketKeys(keyPrefix, saleId, ONLY_BUCKET);
    keysBySale.set(saleId, keys);
    return keys;
  }

  return {
    async load(sale) {
      checkLoad(sale);
      const { state, buyers, released } = keysOf(sale.saleId);
      const reply = await load([state, buyers, released], [sale.epoch, sale.units]);
      return oneOf(['loaded', 'newer'], reply);
    },
    async reserve(call) {
      checkReserve(call);
      const { state, buyers, outbox, released } = keysOf(call.saleId);
      const reply = await reserve([state, buyers, outbox, released], reserveParameters(call));
      return reserveReplyOf(reply, call.requests.length);
    },
    async confirm(saleId, orderIds) {
      const { outbox } = keysOf(saleId);
      for (let start = 0; start < orderIds.length; start += CONFIRM_CHUNK) {
        const chunk = orderIds.slice(start, start + CONFIRM_CHUNK);
        await redis.run((client) => client.hdel(outbox, ...chunk));
      }
    },
    async find(saleId, buyerId) {
      const { buyers, outbox } = keysOf(saleId);
      const reply = await find([buyers, outbox], [buyerId]);
      return reply === null ? undefined : holdingOf(reply);
    },
    async pending({ saleId, beforeMs, limit }) {
      const entries = await readOutbox(redis, keysOf(saleId).outbox);
      const old = entries.filter((entry) => entry.reservedAtMs < beforeMs);
      old.sort((one, other) => one.epoch - other.epoch || one.seq - other.seq);
      const wanted = old.slice(0, limit);
      return wanted.map((entry): Reservation => ({ saleId, bucket: ONLY_BUCKET, ...entry }));
    },
    async release(call) {
      checkRelease(call);
      const { state, buyers, outbox, released } = keysOf(call.saleId);
      const parameters = [call.epoch, call.orderId, call.buyerId, call.units];
      const reply = await release([state, buyers, outbox, released], parameters);
      return oneOf(['applied', 'already', 'other-epoch'], reply);
    },
    async hold(call) {
      checkHold(call);
      const { state, buyers, released } = keysOf(call.saleId);
      const parameters = [call.epoch, call.orderId, call.buyerId, call.quantity];
      const reply = await hold([state, buyers, released], parameters);
      return oneOf(['applied', 'already', 'other-epoch'], reply);
    },
    async terms(saleId) {
      const { state, outbox } = keysOf(saleId);
      const reply = await terms([state, outbox], []);
      return reply === null ? undefined : termsOf(reply);
    },
    ping: redis.ping,
    risks: () => redisRisks(redis),
    close: redis.close,
  };
}

function prepareScripts(redis: RedisConnection, scripts: typeof STOCK_SCRIPTS) {
  return {
    load: redis.script(scripts.load),
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

/**
 * Reads the outbox in small steps, so that a long one (the log is down) never holds up
 * reservations. A scan may show an entry twice, and misses none that is there throughout.
 */
async function readOutbox(redis: RedisConnection, outbox: string): Promise<OutboxEntry[]> {
  const entries = new Map<string, OutboxEntry>();
  let cursor = '0';
  do {
    const reply = await redis.run((client) => client.hscan(outbox, cursor, 'COUNT', SCAN_COUNT));
    const page = scanPageOf(reply);
    for (const [orderId, value] of page.entries) {
      entries.set(orderId, outboxEntryOf(orderId, value));
    }
    cursor = page.cursor;
  } while (cursor !== '0');
  return [...entries.values()];
}
