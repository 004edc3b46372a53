/**
 * What ends a command before its time: Ctrl-C (130, and no half-written file), and a reader that
 * has seen enough (0, and no further page is asked for). The origin is one that has no last page,
 * or that does not answer at all.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compileCache } from '../compile-cache.ts';

const ROOT = new URL('../..', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'sluice-interrupt-'));
const running: ChildProcess[] = [];
let server: Server;
/** Pages that were asked for, and from which one on there is no answer. */
let pages: number;
let silentFrom: number;

const ORDERS = Array.from({ length: 100 }, (_, index) => ({
  orderId: `q83vASNFZ4mrze8BI0V${String(index).padStart(3, 'n')}`,
  saleId: 'phone',
  state: 'reserved',
  quantity: 1,
  payBefore: '2030-01-01T00:00:00.000Z',
  buyerId: `buyer-${index}`,
  settledAt: '2029-01-01T00:00:00.000Z',
}));

beforeAll(async () => {
  server = createServer((_request, response) => {
    pages += 1;
    if (pages >= silentFrom) return;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ orders: ORDERS, next: ORDERS.at(-1)?.orderId }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
beforeEach(() => {
  pages = 0;
  silentFrom = Number.POSITIVE_INFINITY;
});
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

function start(args: string[]): ChildProcess {
  const child = spawn(process.execPath, ['cli/sluice.ts', ...args], {
    cwd: ROOT,
    env: {
      ...{ PATH: process.env.PATH, ...compileCache, OPERATOR_TOKEN: 'a token' },
      ORIGIN_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  return child;
}

const errorsOf = ({ stderr }: ChildProcess) => (stderr === null ? '' : text(stderr));

describe('Ctrl-C', () => {
  test('ends a command that waits for its answer, with 130 and without a word', async () => {
    silentFrom = 1;
    const child = start(['sale', 'list']);
    const errors = errorsOf(child);
    await expect.poll(() => pages, { timeout: 30_000 }).toBe(1);
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([130, null]);
    expect(await errors).toBe('');
  });

  test('takes the file away that was being written', async () => {
    silentFrom = 3;
    const child = start(['order', 'export', 'phone', '--out', join(folder, 'orders.csv')]);
    await expect.poll(() => pages, { timeout: 30_000 }).toBe(3);
    await expect.poll(() => readdirSync(folder)).toEqual([expect.stringMatching(/\.part$/)]);
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([130, null]);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a reader that has seen enough', () => {
  test.each([
    ['a list', ['order', 'list', 'phone', '--limit', '10000000']],
    ['a list as JSON', ['order', 'list', 'phone', '--limit', '10000000', '--json']],
    ['an export', ['order', 'export', 'phone']],
  ])('ends %s with 0, and no error', async (_name, args) => {
    const child = start(args);
    const errors = errorsOf(child);
    await once(child.stdout ?? child, 'data');
    child.stdout?.destroy();
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await errors).toBe('');
  });
});
