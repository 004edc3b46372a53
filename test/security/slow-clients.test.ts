/**
 * Clients that send slowly, too much or all at once, against the server that the origin uses and
 * its own limits: each costs a connection for some seconds and nothing else.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { MAX_BODY_BYTES } from '../../contract/order.ts';
import { createHttpServer, SERVER_LIMITS } from '../../origin/http/server.ts';
import { pause } from '../../origin/timer.ts';
import { openShop, type Shop, type ShopProcess } from '../flow/shop.ts';
import { startWatched, whenUp } from './watched-origin.ts';

let shop: Shop;
let origin: ShopProcess;
let port: number;

beforeAll(async () => {
  shop = await openShop('embedded');
  origin = await shop.startOrigin();
  port = Number(new URL(origin.url).port);
});
afterAll(() => shop.close());

interface Client {
  socket: Socket;
  /** All that came, once the server has closed the connection; and after how long. */
  closed: Promise<{ answer: string; afterMs: number }>;
}

function open(toPort = port): Client {
  const socket = connect({ host: '127.0.0.1', port: toPort });
  onTestFinished(() => void socket.destroy());
  const startedMs = performance.now();
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk;
  });
  // A reset is one way to be closed.
  socket.on('error', () => {});
  const closed = once(socket, 'close').then(() => ({
    answer,
    afterMs: performance.now() - startedMs,
  }));
  return { socket, closed };
}

/** One byte every half second, for as long as the server listens. */
async function trickle({ socket, closed }: Client, byte: string): Promise<void> {
  let open = true;
  void closed.then(() => {
    open = false;
  });
  while (open) {
    socket.write(byte);
    await pause(500);
  }
}

const POST = 'POST /api/sales/phone/orders HTTP/1.1\r\nhost: a\r\n';

describe('a client', () => {
  test('that never ends its headers is closed after 10 s', async () => {
    const client = open();
    client.socket.write(POST);
    void trickle(client, 'a');
    const { answer, afterMs } = await client.closed;
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(afterMs).toBeGreaterThan(SERVER_LIMITS.headersTimeoutMs - 100);
    expect(afterMs).toBeLessThan(SERVER_LIMITS.headersTimeoutMs + 9_000);
  });

  test('that sends its body byte by byte is closed after 20 s', async () => {
    const client = open();
    client.socket.write(`${POST}content-length: 8000\r\n\r\n`);
    void trickle(client, 'a');
    const { afterMs } = await client.closed;
    expect(afterMs).toBeGreaterThan(SERVER_LIMITS.requestTimeoutMs - 100);
    expect(afterMs).toBeLessThan(SERVER_LIMITS.requestTimeoutMs + 20_000);
  });

  test('that opens a connection and says nothing is closed', async () => {
    const { afterMs } = await open().closed;
    expect(afterMs).toBeLessThan(SERVER_LIMITS.headersTimeoutMs + 9_000);
  });

  test.each([
    ['one header of 20 kB', `${POST}x: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['a target of 20 kB', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`],
    ['two thousand headers', `${POST}${'x: 0123456789\r\n'.repeat(2_000)}\r\n`],
  ])('that sends %s is refused', async (_name, request) => {
    const client = open();
    client.socket.write(request);
    expect((await client.closed).answer).toMatch(/^HTTP\/1.1 431 /);
  });

  test.each([
    ['declared', `content-length: ${MAX_BODY_BYTES + 1}\r\n\r\n`],
    ['chunked', `transfer-encoding: chunked\r\n\r\n3000\r\n${'a'.repeat(0x3000)}`],
  ])('that sends too large a body, %s, is refused before it ends', async (_name, rest) => {
    const client = open();
    client.socket.write(`${POST}${rest}`);
    expect((await client.closed).answer).toMatch(/^HTTP\/1.1 413 /);
  });

  test.each([
    ['two lengths', 'content-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['a length and chunks', 'content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a header with a bare line feed', 'x: a\nsluice-pass: b\n\n'],
    ['no HTTP', '\u0000\u0001\u0002'],
  ])('that sends %s is refused, not guessed at', async (_name, rest) => {
    const client = open();
    client.socket.write(rest.startsWith('\u0000') ? rest : `${POST}${rest}`);
    client.socket.end();
    expect((await client.closed).answer).toMatch(/^HTTP\/1.1 4\d\d /);
  });

  test('hinders nobody: two hundred of them, and a request is answered', async () => {
    const slow = Array.from({ length: 200 }, () => open());
    for (const { socket } of slow) socket.write(`${POST}content-length: 8000\r\n\r\na`);
    const answer = await fetch(`${origin.url}/healthz`, { signal: AbortSignal.timeout(20_000) });
    expect(answer.status).toBe(200);
  });
});

test('clients that go away in the middle of their bodies leave nothing in the log', async () => {
  const watched = await startWatched({
    ...shop.environment,
    DATA_DIR: `${shop.environment.DATA_DIR}/w`,
  });
  await whenUp(watched);
  const gone = Array.from({ length: 50 }, () => open(Number(new URL(watched.url).port)));
  for (const { socket } of gone) socket.write(`${POST}content-length: 8000\r\n\r\na`);
  await pause(500);
  for (const { socket } of gone) socket.destroy();
  await pause(500);
  expect(watched.printed()).toBe('');
});

test('connections over the limit are dropped, those below it live', async () => {
  const limits = { ...SERVER_LIMITS, connections: 3 };
  const server = createHttpServer(() => new Response('here'), limits);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port: own } = server.address() as AddressInfo;
  const kept = [open(own), open(own), open(own)];
  await Promise.all(kept.map(({ socket }) => once(socket, 'connect')));
  const count = () =>
    new Promise((resolve) => server.getConnections((_error, connections) => resolve(connections)));
  await expect.poll(count).toBe(kept.length);
  const over = open(own);
  over.socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  expect((await over.closed).answer).toBe('');
  const [first] = kept;
  first?.socket.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
  expect((await first?.closed)?.answer).toMatch(/here/);
});
