/**
 * What is read of the stock ledger on Redis without a script: long hashes, in small steps, so that
 * nobody's reservation waits for them. A scan may show an entry twice, and misses none that is
 * there throughout.
 */
import type { Reservation } from '../../contract/log/codec.ts';
import type { RedisConnection } from '../redis.ts';
import { holdingOf, type OutboxEntry, outboxEntryOf, scanPageOf } from './redis-replies.ts';
import { ONLY_BUCKET, type StockLedger } from './stock.ts';
import type { BucketKeys } from './stock-keys.ts';

/** What one HSCAN step looks at: well under a millisecond of Redis's single thread. */
const SCAN_COUNT = 1_000;

export function createRedisScans(
  redis: RedisConnection,
  keysOf: (saleId: string) => BucketKeys,
): Pick<StockLedger, 'holdings' | 'pending'> {
  return {
    async holdings({ saleId, cursor }) {
      const { buyers } = keysOf(saleId);
      const from = cursor === '' ? '0' : cursor;
      const scan = await redis.command('HSCAN', buyers, from, 'COUNT', SCAN_COUNT);
      const page = scanPageOf(scan);
      const holdings = page.entries.map(([buyerId, value]) => {
        const { orderId, quantity } = holdingOf(`-${value}`);
        return { buyerId, orderId, quantity };
      });
      return { holdings, next: page.cursor === '0' ? undefined : page.cursor };
    },
    async pending({ saleId, beforeMs, limit }) {
      const entries = await readOutbox(redis, keysOf(saleId).outbox);
      const old = entries.filter((entry) => entry.reservedAtMs < beforeMs);
      old.sort((one, other) => one.epoch - other.epoch || one.seq - other.seq);
      const wanted = old.slice(0, limit);
      return wanted.map((entry): Reservation => ({ saleId, bucket: ONLY_BUCKET, ...entry }));
    },
  };
}

/** It is long while the log is down. */
async function readOutbox(redis: RedisConnection, outbox: string): Promise<OutboxEntry[]> {
  const entries = new Map<string, OutboxEntry>();
  let cursor = '0';
  do {
    const reply = await redis.command('HSCAN', outbox, cursor, 'COUNT', SCAN_COUNT);
    const page = scanPageOf(reply);
    for (const [orderId, value] of page.entries) {
      entries.set(orderId, outboxEntryOf(orderId, value));
    }
    cursor = page.cursor;
  } while (cursor !== '0');
  return [...entries.values()];
}
