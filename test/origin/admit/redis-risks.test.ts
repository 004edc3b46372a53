/**
 * Which settings of Redis are told to be a risk. The server is a stand-in, since the real one is
 * shared and its settings are right.
 */
import type { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { redisRisks } from '../../../origin/admit/redis-risks.ts';
import { type RedisConnection, RedisUnavailableError } from '../../../origin/redis.ts';

const SAFE = { appendonly: 'yes', appendfsync: 'always', 'maxmemory-policy': 'noeviction' };

test('safe settings are no risk', async () => {
  expect(await redisRisks(redisWith(SAFE))).toEqual([]);
});

for (const [setting, value] of [
  ['appendonly', 'no'],
  ['appendfsync', 'everysec'],
  ['appendfsync', 'no'],
  ['maxmemory-policy', 'allkeys-lru'],
] as const) {
  test(`${setting} ${value} is one line that names it`, async () => {
    const risks = await redisRisks(redisWith({ ...SAFE, [setting]: value }));
    expect(risks).toHaveLength(1);
    expect(risks[0]).toContain(`${setting} is ${value}, not `);
    expect(risks[0]).not.toContain('\n');
  });
}

test('a redis that tells no settings is a risk for each', async () => {
  const redis = {
    run: () => Promise.reject(new RedisUnavailableError('NOPERM')),
  } as unknown as RedisConnection;
  const risks = await redisRisks(redis);
  expect(risks).toHaveLength(3);
  for (const risk of risks) expect(risk).toContain('cannot be read (NOPERM)');
});

function redisWith(settings: Record<string, string>): RedisConnection {
  const config = async (_verb: string, name: string) => [name, settings[name] ?? ''];
  const client = { config } as unknown as Redis;
  return { run: (command: (redis: Redis) => unknown) => command(client) } as RedisConnection;
}
