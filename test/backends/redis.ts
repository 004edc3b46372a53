/**
 * The real Redis of the stack for tests, each file of tests with a key prefix of its own. Without
 * the server the tests are skipped on a laptop, with the reason in their name, and fail in CI.
 */
import { Redis } from 'ioredis';
import { describe } from 'vitest';
import { addresses, serverUrls } from '../stack/addresses.ts';
import { accepts } from '../stack/are-up.ts';

export const redisUrl = serverUrls(addresses).redis;

const available = await accepts(addresses.redis);
if (!available && process.env.CI) {
  throw new Error(`no redis at ${redisUrl}: run "npm run stack up" before the tests`);
}

/** `describe` that says why when it skips. */
export function describeWithRedis(name: string, define: () => void): void {
  if (available) describe(name, define);
  else describe.skip(`${name} (skipped: no redis at ${redisUrl})`, define);
}

export function freshKeyPrefix(): string {
  return `sluice-test-${crypto.randomUUID()}:`;
}

/** Deletes all keys that begin with `prefix`. */
export async function forgetKeys(prefix: string): Promise<void> {
  const redis = new Redis(redisUrl);
  for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1_000 })) {
    if (keys.length > 0) await redis.unlink(keys);
  }
  await redis.quit();
}
