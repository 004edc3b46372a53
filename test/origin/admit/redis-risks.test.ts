/**
 * Which settings of Redis are told to be a risk. The server is a stand-in, since the real one is
 * shared and its settings are right.
 */
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

test('a redis that refuses to tell is a risk for each setting and for its lineage', async () => {
  const command = () => Promise.reject(new RedisUnavailableError('NOPERM'));
  const risks = await redisRisks(connection({ command, script: () => command }));
  expect(risks).toHaveLength(4);
  for (const risk of risks) expect(risk).toContain('cannot be read (NOPERM)');
});

test('a redis that knows no such settings, nor its replication id, is told so', async () => {
  const [command, script] = [async () => [], () => async () => ''];
  const risks = await redisRisks(connection({ command, script }));
  expect(risks).toHaveLength(4);
  for (const risk of risks) expect(risk).toMatch(/^redis: .* cannot be known[;:] \w/);
});

test('a redis that is away is one line, not one for each setting', async () => {
  const ping = () => Promise.reject(new RedisUnavailableError('redis at a refused the token'));
  expect(await redisRisks(connection({ ping }))).toEqual([
    'redis at a refused the token; its settings cannot be known',
  ]);
});

function redisWith(settings: Record<string, string>): RedisConnection {
  return connection({
    script: () => async () => '0a1b:2c3d',
    async command(_name, _verb, setting = '') {
      return [setting, settings[setting] ?? ''];
    },
  });
}

function connection(part: Partial<RedisConnection>): RedisConnection {
  const rest = { command: async () => null, script: () => async () => null };
  return { ...rest, ping: async () => undefined, close: async () => undefined, ...part };
}
