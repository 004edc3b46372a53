/**
 * LeaseStore on Redis. The server's clock alone decides when a grant ends. A holder that stops
 * without giving up is followed by the next once its time is over; that it may still be running
 * then is what the fence is for. A lost answer is asked again: the holder then has a higher fence,
 * no second grant.
 */
import { DEFAULT_KEY_PREFIX, leaseKeys } from '../admit/stock-keys.ts';
import { type RedisConnection, RedisReplyError } from '../redis.ts';
import { loadStatement } from '../statements.ts';
import type { LeaseStore } from './lease.ts';

const ACQUIRE = loadStatement(new URL('./lua/acquire-2.lua', import.meta.url));
const RENEW = loadStatement(new URL('./lua/renew-1.lua', import.meta.url));
const RELEASE = loadStatement(new URL('./lua/release-1.lua', import.meta.url));

export interface RedisLeaseOptions {
  /** Closed with the store. */
  redis: RedisConnection;
  keyPrefix?: string;
}

export function createRedisLease(options: RedisLeaseOptions): LeaseStore {
  const { redis, keyPrefix = DEFAULT_KEY_PREFIX } = options;
  const acquire = redis.script(ACQUIRE);
  const renew = redis.script(RENEW);
  const release = redis.script(RELEASE);

  return {
    async acquire({ name, holder, ttlMs }) {
      const { grant, fence } = leaseKeys(keyPrefix, name);
      const reply = await acquire([grant, fence], [holder, ttlMs]);
      if (reply === null) return undefined;
      const [number, expiresAtMs]: unknown[] = Array.isArray(reply) ? reply : [];
      return { name, holder, fence: countOf(number), expiresAtMs: countOf(expiresAtMs) };
    },
    async renew(grant, ttlMs) {
      const keys = leaseKeys(keyPrefix, grant.name);
      const reply = await renew([keys.grant], [grant.fence, grant.holder, ttlMs]);
      return reply === null ? undefined : { ...grant, expiresAtMs: countOf(reply) };
    },
    async release(grant) {
      const keys = leaseKeys(keyPrefix, grant.name);
      await release([keys.grant], [grant.fence, grant.holder]);
    },
    ping: redis.ping,
    close: redis.close,
  };
}

function countOf(reply: unknown): number {
  if (typeof reply === 'number' && Number.isSafeInteger(reply) && reply > 0) return reply;
  throw new RedisReplyError(`redis answered ${String(reply)} where a lease's number was expected`);
}
