/**
 * What other servers of Upstash's wire format may answer, within its page on the REST API or beside
 * it: read as what it is, or told in one line. Each request is counted, so none goes out twice.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RedisConnection } from '../../origin/redis.ts';
import { connectUpstash } from '../../origin/redis-http.ts';

const TOKEN = 'token-of-the-vendor';
const MISSING = 'NOSCRIPT No matching script. Please use EVAL.';

let redis: RedisConnection;
let answers: [status: number, body: string][] = [];
let asked: string[][] = [];
const server = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  asked.push(JSON.parse(Buffer.concat(parts).toString()));
  const [status, body] = answers.shift() ?? [500, ''];
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  redis = connectUpstash({ url: `http://127.0.0.1:${port}/`, token: TOKEN });
});
beforeEach(() => {
  asked = [];
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

async function failureOf(status: number, body: string): Promise<{ code: string; message: string }> {
  answers = [[status, body]];
  const error: unknown = await redis.command('GET', 'k').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(asked).toHaveLength(1);
  return error as Error & { code: string };
}

test.each([
  ['{"error":"WRONGPASS invalid or missing auth token"}'],
  ['{"error":"WRONGPASS invalid username-password pair or user is disabled."}'],
  ['{"error":"Unauthorized"}'],
  ['{"error":"Invalid token"}'],
  ['{"error":"ERR invalid or expired token"}'],
  ['Invalid token'],
  ['Unauthorized'],
])('a token refused with %s is told as that', async (body) => {
  const { code, message } = await failureOf(401, body);
  expect(code).toBe('redis-refused');
  expect(message).toContain('refused UPSTASH_REDIS_REST_TOKEN');
});

test.each([
  [400, '{"error":"ERR one\\nGET k two"}'],
  [400, `{"error":"ERR ${'long '.repeat(1_000)}"}`],
  [400, '{}'],
  [401, ''],
  [429, '{"error":"ERR max requests limit exceeded"}'],
  [500, 'null'],
  [503, '<html>\n<title>Away</title>\n</html>'],
  [200, 'null'],
  [200, '[]'],
  [200, ''],
  [200, '{"error":"ERR inside"}'],
  [204, ''],
])('an answer of %i (%# of these) is one short line', async (status, body) => {
  const { message } = await failureOf(status, body);
  expect(message).toMatch(/^redis at 127\.0\.0\.1:\d+ does not serve: [^\n]{1,200}$/);
  expect(message).not.toMatch(/Cannot (?:read|destructure)/);
});

test.each([
  [400, MISSING],
  [200, MISSING],
  [400, `ERR ${MISSING}`],
])('%i with %s is a script to be sent whole, once', async (status, error) => {
  answers = [
    [status, JSON.stringify({ error })],
    [200, '{"result":7}'],
  ];
  expect(await redis.script('return 7')(['k'], [1])).toBe(7);
  expect(asked).toEqual([
    ['EVALSHA', expect.stringMatching(/^[0-9a-f]{40}$/), '1', 'k', '1'],
    ['EVAL', 'return 7', '1', 'k', '1'],
  ]);
});

test.each(['SLUICE state is incomplete', 'ERR SLUICE state is incomplete'])(
  '%s is a refusal of the script',
  async (error) => {
    expect(await failureOf(400, JSON.stringify({ error }))).toMatchObject({
      code: 'redis-reply',
      message: 'a script refused: state is incomplete',
    });
  },
);
