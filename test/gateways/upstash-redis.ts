/** A gateway in front of the stack's Redis, and a connection of ours through it. */
import type { RedisConnection } from '../../origin/redis.ts';
import { connectUpstash } from '../../origin/redis-http.ts';
import { addresses } from '../stack/addresses.ts';
import { startUpstashGateway, type UpstashGateway } from './upstash.ts';

export interface UpstashInFront {
  gateway: UpstashGateway;
  redis: RedisConnection;
  close(): Promise<void>;
}

export async function startUpstashInFront(): Promise<UpstashInFront> {
  const token = `token-${crypto.randomUUID()}`;
  const gateway = await startUpstashGateway({ redis: addresses.redis, token });
  const redis = connectUpstash({ url: gateway.url, token });
  return { gateway, redis, close: gateway.close };
}
