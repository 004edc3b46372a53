/**
 * `sluice edge` as an operator lives it on a machine of their own: it serves pages and orders,
 * keeps its objects over a restart, ends in order, shows no secret, and says in a line what is
 * wrong.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { freePort } from '../flow/shop.ts';
import {
  type EdgeProcess,
  endAllEdges,
  endEdge,
  order,
  PASS_KEYS,
  runEdge,
  type StandInOrigin,
  startOrigin,
  until,
} from './edge-place.ts';

let dataDir: string;
let origin: StandInOrigin;
let port: string;
let url: string;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'sluice-edge-'));
  origin = await startOrigin();
  port = String(await freePort());
  url = `http://127.0.0.1:${port}`;
});
// Also one that a test that failed has left.
afterEach(endAllEdges);
afterAll(() => {
  origin.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const variables = () => ({ ORIGIN_URL: origin.url, PASS_KEYS, ALLOW_GUESTS: 'on' });

async function startEdge(change: Record<string, string> = {}): Promise<EdgeProcess> {
  const edge = runEdge(['--port', port, '--data-dir', dataDir], { ...variables(), ...change });
  await until(() => edge.lines.length > 0 || edge.errors.length > 0);
  expect(edge.errors).toEqual([]);
  expect(edge.lines).toEqual([`The edge is at ${url}`]);
  return edge;
}

/** The files of all objects that were ever asked, and how many values they keep. */
function keptObjects(): { files: string[]; values: number } {
  const objects = join(dataDir, 'edge', 'objects');
  const all = readdirSync(objects, { recursive: true, encoding: 'utf8' });
  const files = all.filter((name) => /\/[0-9a-f]{64}\.sqlite$/.test(name)).sort();
  const values = files.map((name) => {
    const file = new DatabaseSync(join(objects, name), { readOnly: true });
    const tables = file.prepare('SELECT name FROM sqlite_schema WHERE name = ?').all('_cf_KV');
    const rows = tables.length === 0 ? [] : file.prepare('SELECT key FROM _cf_KV').all();
    file.close();
    return rows.length;
  });
  return { files, values: values.reduce((sum, count) => sum + count, 0) };
}

function processesOf(folder: string): string[] {
  const all = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  return all.filter((line) => line.includes(folder) && line.includes('workerd'));
}

test('serves pages and orders, and keeps its objects over a restart', async () => {
  const first = await startEdge();
  const page = await fetch(`${url}/s/phone`);
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect((await fetch(`${url}/nothing`)).status).toBe(404);
  expect((await fetch(`${url}/api/nothing`)).headers.get('content-type')).toContain('json');

  const answer = await order(url);
  expect([answer.status, await answer.json()]).toMatchObject([202, { state: 'queued' }]);
  expect(origin.orders.at(-1)?.headers['sluice-pass']).toContain('k1');
  expect(await endEdge(first)).toBe(0);
  expect(first.errors).toEqual([]);
  expect(processesOf(dataDir)).toEqual([]);
  const { files, values } = keptObjects();
  expect(values).toBeGreaterThan(0);

  const second = await startEdge();
  expect((await order(url)).status).toBe(202);
  expect(await endEdge(second)).toBe(0);
  expect(keptObjects().files, 'the same objects').toEqual(files);
});

test('finishes what it has begun when it is ended', async () => {
  const edge = await startEdge();
  const { promise, resolve } = Promise.withResolvers<void>();
  origin.beforeAnswer = promise;
  const before = origin.orders.length;
  const answer = order(url);
  await until(() => origin.orders.length > before);
  edge.child.kill('SIGTERM');
  setTimeout(resolve, 300);
  expect((await answer).status).toBe(202);
  expect(await edge.ended).toBe(0);
});

test('carries WebSockets, and does not wait for them when it is ended', async () => {
  const edge = await startEdge();
  const clock = await fetch(`${url}/api/clock`);
  const cookie = clock.headers.get('set-cookie')?.split(';')[0] ?? '';
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/sales/phone/feed`, {
    headers: { cookie, origin: url },
  });
  await once(socket, 'open');
  const closed = once(socket, 'close');
  const endedAtMs = performance.now();
  expect(await endEdge(edge)).toBe(0);
  await closed;
  expect(performance.now() - endedAtMs).toBeLessThan(25_000);
});

test('takes from the proxy in front that the buyer came by TLS, and their headers', async () => {
  const edge = await startEdge();
  const byTls = await fetch(`${url}/api/clock`, { headers: { 'x-forwarded-proto': 'https' } });
  expect(byTls.headers.get('set-cookie')).toContain('Secure');
  const plain = await fetch(`${url}/api/clock`);
  expect(plain.headers.get('set-cookie')).not.toContain('Secure');
  await endEdge(edge);
});

test('shows no secret to other users of the machine', async () => {
  const secret = Buffer.alloc(40, 9).toString('base64');
  const file = join(dataDir, 'jwt.secret');
  writeFileSync(file, `${secret}\n`);
  const edge = await startEdge({ BUYER_JWT_SECRET_FILE: file });
  const folder = join(dataDir, 'edge');
  expect(statSync(folder).mode & 0o077).toBe(0);
  const [workerd = ''] = processesOf(dataDir);
  expect(workerd).toContain('workerd');
  const written = readdirSync(folder).filter((name) => /\.(capnp|js)$/.test(name));
  expect(written.length).toBe(2);
  const shown = [workerd, ...written.map((name) => readFileSync(join(folder, name), 'utf8'))];
  for (const key of [secret, PASS_KEYS]) expect(shown.join('')).not.toContain(key);
  // It reached the Worker all the same.
  const token = { authorization: 'Bearer a.b.c' };
  expect((await order(url, token)).status).toBe(401);
  await endEdge(edge);
});

test('writes what the Worker logs to its output', async () => {
  const edge = await startEdge({ ORIGIN_URL: 'http://127.0.0.1:1' });
  const answer = await fetch(`${url}/api/sales/phone`);
  expect(answer.status).toBe(503);
  await until(() => edge.lines.length > 1);
  expect(JSON.parse(edge.lines[1] ?? '')).toMatchObject({ level: 'error' });
  expect(edge.errors).toEqual([]);
  await endEdge(edge);
});

test('a second edge over the same data does not start', async () => {
  const edge = await startEdge();
  const other = String(await freePort());
  const second = runEdge(['--port', other, '--data-dir', dataDir], variables());
  expect(await second.ended).toBe(1);
  const folder = join(dataDir, 'edge');
  const message = `another edge has the data in ${folder} open; give another --data-dir`;
  expect(second.errors).toEqual([`sluice: ${message}`]);
  await endEdge(edge);
});

test('what a killed one left behind is named before another starts', async () => {
  const edge = await startEdge();
  const exited = once(edge.child, 'exit');
  edge.child.kill('SIGKILL');
  await exited;
  const other = String(await freePort());
  const second = runEdge(['--port', other, '--data-dir', dataDir], variables());
  expect(await second.ended).toBe(1);
  const [message = ''] = second.errors;
  const left = /^sluice: an edge that was killed left process (\d+) behind/.exec(message)?.[1];
  expect(left).toBeDefined();
  process.kill(Number(left), 'SIGKILL');
});

test.each([
  ['a missing variable', { PASS_KEYS: '' }, /^sluice: PASS_KEYS: /],
  ['a bad variable', { RATE_SHARDS: '0.5' }, /^sluice: RATE_SHARDS: /],
  ['a bad port', { PORT: 'http' }, /^sluice: PORT: must be a port number from 1 to 65535/],
])('%s is one line, and nothing is started', async (_what, change, message) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-edge-'));
  const environment = { PORT: String(await freePort()), ...variables(), ...change };
  const edge = runEdge(['--data-dir', folder], environment);
  expect(await edge.ended).not.toBe(0);
  expect(edge.errors).toEqual([expect.stringMatching(message)]);
  expect(edge.lines).toEqual([]);
  rmSync(folder, { recursive: true });
});

test('a port in use, a strange address and a folder that cannot be made are one line', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const inUse = typeof address === 'object' ? String(address?.port) : '';
  const free = String(await freePort());
  const cases: [string[], string][] = [
    [['--port', inUse, '--data-dir', dataDir], `port ${inUse} is in use; give another with --port`],
    [
      ['--port', free, '--host', '192.0.2.1', '--data-dir', dataDir],
      '192.0.2.1 is no address of this machine; give one with --host',
    ],
    [
      ['--port', free, '--data-dir', '/dev/null/x'],
      "/dev/null/x/edge cannot be used: ENOTDIR: not a directory, mkdir '/dev/null/x/edge'",
    ],
  ];
  for (const [args, message] of cases) {
    const edge = runEdge(args, variables());
    expect(await edge.ended).toBe(1);
    expect(edge.errors).toEqual([`sluice: ${message}`]);
  }
  taken.close();
});
