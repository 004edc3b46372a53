/**
 * The gateway speaks as the vendor's page on the REST API says, to the vendor's own client and to
 * plain requests; and that client executes again what it lost, unless told not to.
 */
import { Redis as UpstashClient } from '@upstash/redis';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWithRedis, forgetKeys, freshKeyPrefix, redisUrl } from '../backends/redis.ts';
import { addresses } from '../stack/addresses.ts';
import { startUpstashGateway, type UpstashGateway } from './upstash.ts';

const TOKEN = 'token-of-the-vendor';
const MAX_REQUEST_BYTES = 4_000;

describeWithRedis('the gateway', () => {
  const prefix = freshKeyPrefix();
  const key = (name: string) => `${prefix}${name}`;
  let gateway: UpstashGateway;
  beforeAll(async () => {
    const limits = { maxRequestBytes: MAX_REQUEST_BYTES };
    gateway = await startUpstashGateway({ redis: addresses.redis, token: TOKEN, ...limits });
  });
  afterAll(async () => {
    await gateway.close();
    await forgetKeys(prefix);
  });

  async function ask(path: string, body: unknown, change: RequestInit = {}) {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const request = { method: 'POST', headers, body: JSON.stringify(body), ...change };
    const response = await fetch(`${gateway.url}${path}`, request);
    return { status: response.status, body: await response.json() };
  }

  test('answers a command as JSON: null, numbers, text, lists', async () => {
    expect(await ask('/', ['SET', key('a'), 'b', 'EX', 100])).toEqual(ok('OK'));
    expect(await ask('/', ['GET', key('none')])).toEqual(ok(null));
    expect(await ask('/', ['APPEND', key('a'), 'c'])).toEqual(ok(2));
    expect(await ask('/', ['MGET', key('a'), key('none')])).toEqual(ok(['bc', null]));
    const get = { method: 'GET', body: null };
    expect(await ask(`/get/${key('a')}`, '', get)).toEqual(ok('bc'));
  });

  test('answers in base64 on request, all text but OK', async () => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'upstash-encoding': 'base64' };
    expect(await ask('/', ['SET', key('b'), 'OK'], { headers })).toEqual(ok('OK'));
    expect(await ask('/', ['MGET', key('b'), key('a')], { headers })).toEqual(ok(['T0s=', 'YmM=']));
    const script = "return {1, {'a', 'é'}, 'b'}";
    expect(await ask('/', ['EVAL', script, 0], { headers })).toEqual(
      ok([1, ['YQ==', 'w6k='], 'Yg==']),
    );
  });

  test('answers a pipeline with 200 and an error of its own for each command', async () => {
    const commands = [
      ['SET', key('c'), 'x'],
      ['INCR', key('c')],
      ['BLPOP', key('d'), 1],
    ];
    const { status, body } = await ask('/pipeline', commands);
    expect(status).toBe(200);
    expect(body).toEqual([
      { result: 'OK' },
      { error: expect.stringMatching(/^ERR value is not an integer/) },
      { error: expect.stringMatching(/^ERR Command is not available: 'BLPOP'/) },
    ]);
  });

  test('answers a transaction, and discards it whole when a command is not offered', async () => {
    const commands = [
      ['SET', key('e'), '1'],
      ['INCR', key('e')],
    ];
    expect((await ask('/multi-exec', commands)).body).toEqual([{ result: 'OK' }, { result: 2 }]);
    const discarded = await ask('/multi-exec', [...commands, ['BLPOP', key('d'), 1]]);
    expect(discarded).toMatchObject({ status: 400, body: { error: expect.any(String) } });
    expect((await ask('/', ['GET', key('e')])).body).toEqual({ result: '2' });
  });

  test('refuses what the vendor refuses, with its words', async () => {
    const wrong = { headers: { authorization: 'Bearer other' } };
    const error = (text: string) => ({ error: expect.stringContaining(text) });
    const cases = [
      [await ask('/', ['PING'], wrong), 401, 'WRONGPASS invalid or missing auth token'],
      [await ask('/', ['PING'], { headers: {} }), 401, 'WRONGPASS'],
      [await ask('/', ['PING'], { method: 'DELETE' }), 405, 'not allowed'],
      [await ask('/', 'PING'), 400, 'ERR failed to parse'],
      [await ask('/', ['GET']), 400, "wrong number of arguments for 'get'"],
      [await ask('/', ['SET', key('f'), 'x'.repeat(MAX_REQUEST_BYTES)]), 400, 'max request size'],
    ] as const;
    for (const [answer, status, text] of cases) {
      expect(answer).toEqual({ status, body: error(text) });
    }
  });

  test('serves the vendor’s client as it comes', async () => {
    const client = new UpstashClient({ url: gateway.url, token: TOKEN });
    await client.hset(key('hash'), { name: 'Zoë', count: 3 });
    expect(await client.hgetall(key('hash'))).toEqual({ name: 'Zoë', count: 3 });
    expect(await client.eval('return {KEYS[1], 7}', [key('g')], [])).toEqual([key('g'), 7]);
  });

  test.each([
    ['as it comes', {}, 6],
    ['with retry: false', { retry: false as const }, 2],
    ['with no retries', { retry: { retries: 0 } }, 1],
  ])('counts what the client executes of one lost INCR: %s', async (name, options, times) => {
    const given = 'retry' in options ? options : { retry: { backoff: () => 0 } };
    const client = new UpstashClient({ url: gateway.url, token: TOKEN, ...given });
    gateway.faults.order({ kind: 'lose-answer' }, times);
    await expect(client.incr(key(name))).rejects.toThrow();
    expect(gateway.faults.left()).toBe(0);
    const redis = new Redis(redisUrl);
    expect(await redis.get(key(name))).toBe(String(times));
    await redis.quit();
  });
});

function ok(result: unknown) {
  return { status: 200, body: { result } };
}
