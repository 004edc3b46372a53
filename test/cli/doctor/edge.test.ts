/** Edge and origin that do not trust each other are told apart from an edge that is away. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkEdge } from '../../../cli/doctor/check-edge.ts';
import { systemClock } from '../../../contract/clock.ts';
import { createPassKeeper, PASS_HEADER, parsePassKeys } from '../../../contract/pass.ts';
import { problem } from '../../../contract/problem.ts';
import { systemRandom } from '../../../contract/random.ts';
import { nodeHashing } from '../../../origin/hashing.ts';

const keyOf = (id: string, byte: number) =>
  `${id}:${Buffer.alloc(32, byte).toString('base64')}` as const;
/** What the edge answers to a sale that nobody has. */
let saleAnswer = { status: 404, name: 'unknown-sale' };
let server: Server;
let edgeUrl: string;

/** Judges passes as the edge does, and then finds every body wrong. */
beforeAll(async () => {
  const passes = createPassKeeper(nodeHashing, parsePassKeys(keyOf('k1', 1)));
  server = createServer(async (request, response) => {
    const body = (await request.toArray()).join('');
    const path = request.url ?? '';
    const pass = String(request.headers[PASS_HEADER] ?? '');
    const claims = { method: 'POST', path, body, idempotencyKey: '' };
    const verdict = passes.verify(pass, claims, systemClock.nowMs());
    const posted = verdict.kind === 'valid' ? [400, 'invalid-request'] : [403, 'no-pass'];
    const asked = [saleAnswer.status, saleAnswer.name];
    const [status, name] = request.method === 'POST' ? posted : asked;
    response.setHeader('connection', 'close').writeHead(Number(status));
    response.end(JSON.stringify(problem(Number(status), String(name), 'A stand-in').body));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  edgeUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const look = (keys: string, url = edgeUrl) =>
  checkEdge({
    ...{ edgeUrl: url, passKeys: parsePassKeys(keys), clock: systemClock, random: systemRandom },
  });

test('each key is asked about by itself', async () => {
  expect(await look(`${keyOf('k2', 2)},${keyOf('k1', 1)}`)).toMatchObject([
    { name: 'key k2', state: 'fail', advice: expect.stringContaining('the same PASS_KEYS') },
    { name: 'key k1', state: 'ok' },
    { name: 'its origin', state: 'ok' },
  ]);
});

test('an edge that its origin does not answer, or refuses, is told', async () => {
  saleAnswer = { status: 503, name: 'overloaded' };
  const [, origin] = await look(keyOf('k1', 1));
  expect(origin).toMatchObject({ name: 'its origin', state: 'fail' });
  expect(origin?.advice).toMatch(/ORIGIN_URL.*PASS_KEYS/);
});

test('one that is away is one line', async () => {
  const found = await look(keyOf('k1', 1), 'http://127.0.0.1:9');
  expect(found).toMatchObject([{ name: 'EDGE_URL', state: 'fail' }]);
});
