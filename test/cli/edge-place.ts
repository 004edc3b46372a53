/** `sluice edge` as a process, and an origin that answers it and remembers what it was asked. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pause } from '../../origin/timer.ts';

export const PASS_KEYS = `k1:${Buffer.alloc(32, 1).toString('base64')}`;

export interface EdgeProcess {
  child: ChildProcess;
  lines: string[];
  errors: string[];
  ended: Promise<number | null>;
}

const running: EdgeProcess[] = [];

export function runEdge(args: string[], environment: Record<string, string> = {}): EdgeProcess {
  const child = spawn(process.execPath, ['cli/sluice.ts', 'edge', ...args], {
    cwd: new URL('../..', import.meta.url),
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const errors: string[] = [];
  collect(child.stdout, lines);
  collect(child.stderr, errors);
  const edge = { child, lines, errors, ended: once(child, 'close').then(([code]) => code) };
  running.push(edge);
  return edge;
}

/** Ends it as an operator would; resolves with its exit code. */
export function endEdge({ child, ended }: EdgeProcess): Promise<number | null> {
  child.kill('SIGTERM');
  return ended;
}

export async function endAllEdges(): Promise<void> {
  await Promise.all(running.map(endEdge));
}

function collect(stream: NodeJS.ReadableStream | null, lines: string[]): void {
  let rest = '';
  stream?.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
}

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let waitedMs = 0; !(await holds()); waitedMs += 20) {
    if (waitedMs > 30_000) throw new Error('it never came about');
    await pause(20);
  }
}

export interface StandInOrigin {
  url: string;
  /** What was passed on for buyers. */
  orders: IncomingMessage[];
  /** Each order waits for it. */
  beforeAnswer: Promise<void>;
  close(): void;
}

/** Has one sale, `phone`, that is open to everybody. */
export async function startOrigin(): Promise<StandInOrigin> {
  const orders: IncomingMessage[] = [];
  const server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url?.startsWith('/edge/sales/')) return response.end(JSON.stringify(SALE));
    orders.push(request);
    await origin.beforeAnswer;
    response.statusCode = 202;
    response.end('{"orderId":"AAAAAAAAAAAAAAAAAAAAAA","state":"queued"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const origin: StandInOrigin = {
    url: `http://127.0.0.1:${port}`,
    orders,
    beforeAnswer: Promise.resolve(),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return origin;
}

const SALE = {
  saleId: 'phone',
  version: 1,
  title: 'A phone',
  price: 100,
  currency: 'CNY',
  units: 100,
  remaining: 100,
  perBuyer: 2,
  opensAtMs: 1,
  closesAtMs: 5e12,
  paused: false,
  soldOut: false,
  waitlist: { waiting: 0, cap: 0 },
  seed: Buffer.alloc(32, 7).toString('base64url'),
  shareSteps: [{ atMs: 0, share: 1 }],
  // So little that one token bucket has all of it.
  ratePerSecond: 10,
  fed: true,
};

/** A guest whom the edge has met before, clicking until they are not told to ask again. */
export async function order(edgeUrl: string, headers: Record<string, string> = {}) {
  const clock = await fetch(`${edgeUrl}/api/clock`, { headers });
  const cookie = clock.headers.get('set-cookie') ?? '';
  const idempotencyKey = crypto.randomUUID();
  for (let clicks = 0; ; clicks += 1) {
    const answer = await fetch(`${edgeUrl}/api/sales/phone/orders`, {
      method: 'POST',
      body: '{"quantity":1}',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': idempotencyKey,
        cookie: cookie.slice(0, cookie.indexOf(';')),
        ...headers,
      },
    });
    // After a restart, tokens that were given out before count as used until their time is over.
    if (!answer.headers.has('retry-after') || clicks === MOST_CLICKS) return answer;
    await pause(200);
  }
}

const MOST_CLICKS = 50;
