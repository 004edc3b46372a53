/**
 * The result feed under a crowd: 10,000 buyers' sockets on one bare workerd, then all of a sale's
 * winners told at once, as the origin would post it. Raw sockets, since a client that costs more
 * than the server would be what is measured. Counts what arrived, at whom, and when.
 */
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEdge } from '../cli/processes.ts';
import { systemClock } from '../contract/clock.ts';
import { FEED_LIMITS, FEED_PROTOCOL, type FeedResult } from '../contract/feed.ts';
import { createPassKeeper } from '../contract/pass.ts';
import { systemRandom } from '../contract/random.ts';
import { createGuestCookies } from '../edge/guest-cookie.ts';
import { createPostResults } from '../origin/feed/post-results.ts';
import { nodeHashing } from '../origin/hashing.ts';
import { createLogger } from '../origin/logger.ts';
import { median, table } from './report.ts';

const SOCKETS = Math.min(Number(process.env.SOCKETS ?? 10_000), mostSockets());
const ROUNDS = 5;
/** Handshakes under way: a crowd does not connect one by one. */
const AT_ONCE = 64;
/** As many as origin/feed/follow.ts has. */
const POSTS_AT_ONCE = 4;
const ROUND_WITHIN_MS = 8_000;
const PORT = 48_831;
const SALE_ID = 'fed';
const PASS_KEY = { id: 'bench', secret: new Uint8Array(32).fill(1) };
const HEADER_END = '\r\n\r\n';

interface Page {
  buyerId: string;
  socket: Socket;
}

/** What is done with all that arrives. */
interface Ear {
  hear(buyerId: string, frame: Buffer): void;
}

/** What one round heard. */
interface Round {
  arrivedMs: number[];
  wrong: number;
}

export async function feed(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const origin = createServer((_, response) => response.end(JSON.stringify(SALE)));
  origin.listen(0, '127.0.0.1');
  await once(origin, 'listening');
  const place = {
    DATA_DIR: folder,
    PORT: String(PORT),
    ORIGIN_URL: `http://127.0.0.1:${(origin.address() as AddressInfo).port}`,
    PASS_KEYS: `${PASS_KEY.id}:${Buffer.from(PASS_KEY.secret).toString('base64')}`,
    ALLOW_GUESTS: 'on',
    ADDRESS_LIMIT: 'off',
  };
  const edge = await startEdge(place, `http://127.0.0.1:${PORT}`);
  const pages: Page[] = [];
  try {
    await drive(pages, folder);
  } finally {
    for (const { socket } of pages) socket.destroy();
    await edge.stop();
    origin.close();
    origin.closeAllConnections();
    rmSync(folder, { recursive: true });
  }
}

async function drive(pages: Page[], folder: string): Promise<void> {
  const ear: Ear = { hear: () => undefined };
  const before = serverOf(folder);
  const startedAt = performance.now();
  const todo = Array.from({ length: SOCKETS }, newGuest);
  const connecting = Array.from({ length: AT_ONCE }, async () => {
    for (let guest = todo.pop(); guest !== undefined; guest = todo.pop()) {
      const { buyerId } = guest;
      const socket = await shake(guest.cookie);
      socket.on('data', (data) => ear.hear(buyerId, data));
      pages.push({ buyerId, socket });
    }
  });
  await Promise.all(connecting);
  const seconds = (performance.now() - startedAt) / 1_000;
  const connected = serverOf(folder);
  const memory = (connected.megabytes - before.megabytes) / (SOCKETS / 1_000);
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push(await tellAll(pages, round, ear));
  }
  const cpuMs = (serverOf(folder).cpuMs - connected.cpuMs) / (ROUNDS * SOCKETS);
  const last = rounds.map(({ arrivedMs }) => arrivedMs.at(-1) ?? Number.NaN);
  const half = rounds.map(({ arrivedMs }) => arrivedMs[arrivedMs.length >> 1] ?? Number.NaN);
  const told = rounds.map(({ arrivedMs }) => String(arrivedMs.length)).join(' ');
  const wrong = rounds.reduce((sum, round) => sum + round.wrong, 0);
  const show = (values: number[]) => values.map((value) => value.toFixed()).join(' ');
  console.log(
    table(
      [`${SOCKETS} sockets`, 'median', 'rounds'],
      [
        ['told, all of them (ms)', median(last).toFixed(), show(last)],
        ['told, half of them (ms)', median(half).toFixed(), show(half)],
        ['pages told, of others’ orders', String(wrong), told],
        ['connecting (sockets/s)', (SOCKETS / seconds).toFixed(), ''],
        ['CPU of workerd a page told (µs)', (cpuMs * 1_000).toFixed(), ''],
        ['memory of workerd (MB per 1,000 sockets)', memory.toFixed(1), ''],
      ],
    ),
  );
}

function newGuest() {
  const { buyerId, setCookie } = guests.mint(systemRandom, false);
  return { buyerId, cookie: setCookie.slice(0, setCookie.indexOf(';')) };
}
const guests = createGuestCookies(nodeHashing, [PASS_KEY]);

async function shake(cookie: string): Promise<Socket> {
  const socket = connect(PORT, '127.0.0.1');
  // Whoever waits for it hears of the end by `once`; afterwards it is a page that is not told.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const head = [
    `GET /api/sales/${SALE_ID}/feed HTTP/1.1`,
    'Host: shop.test',
    'Origin: http://shop.test',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    `Sec-WebSocket-Protocol: ${FEED_PROTOCOL}`,
    `Cookie: ${cookie}`,
  ];
  socket.write(head.join('\r\n') + HEADER_END);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  const text = answer.toString('latin1');
  if (text.startsWith('HTTP/1.1 101') && text.endsWith(HEADER_END)) return socket;
  throw new Error(`no socket: ${text.slice(0, 200)}`);
}

/** One result for each page; resolves when all have it, or ROUND_WITHIN_MS are over. */
async function tellAll(pages: readonly Page[], round: number, ear: Ear): Promise<Round> {
  const results = pages.map(({ buyerId }, index) => resultFor(buyerId, round, index));
  const expected = new Map(results.map(({ buyerId, order }) => [buyerId, order.orderId]));
  const heard: Round = { arrivedMs: [], wrong: 0 };
  const all = Promise.withResolvers<void>();
  const startedAt = performance.now();
  ear.hear = (buyerId, frame) => {
    if (!frame.includes(expected.get(buyerId) ?? 'nobody')) heard.wrong += 1;
    else heard.arrivedMs.push(performance.now() - startedAt);
    if (heard.arrivedMs.length === pages.length) all.resolve();
  };
  await post(results);
  const late = setTimeout(all.resolve, ROUND_WITHIN_MS);
  await all.promise;
  clearTimeout(late);
  return heard;
}

function resultFor(buyerId: string, round: number, index: number): FeedResult {
  const orderId = `${round}-${index}`.padEnd(22, '-');
  const payBefore = '2026-11-11T00:05:00.000Z';
  return {
    buyerId,
    order: { orderId, saleId: SALE_ID, state: 'reserved', quantity: 1, payBefore },
  };
}

async function post(results: readonly FeedResult[]): Promise<void> {
  const postBatch = createPostResults({
    edgeUrl: `http://127.0.0.1:${PORT}`,
    passes: createPassKeeper(nodeHashing, [PASS_KEY]),
    fetch,
    nowMs: systemClock.nowMs,
    logger: createLogger('error', []),
  });
  const batches: FeedResult[][] = [];
  for (let start = 0; start < results.length; start += FEED_LIMITS.results) {
    batches.push(results.slice(start, start + FEED_LIMITS.results));
  }
  const posting = Array.from({ length: POSTS_AT_ONCE }, async () => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      const outcome = await postBatch(SALE_ID, batch);
      if (outcome.kind !== 'posted') throw new Error(`not posted: ${outcome.reason}`);
    }
  });
  await Promise.all(posting);
}

const SALE = {
  saleId: SALE_ID,
  version: 1,
  title: 'A phone',
  price: 100,
  currency: 'CNY',
  units: 100,
  remaining: 100,
  perBuyer: 1,
  opensAtMs: 1,
  closesAtMs: 5e12,
  paused: false,
  soldOut: false,
  waitlist: { waiting: 0, cap: 0 },
  seed: Buffer.alloc(32, 7).toString('base64url'),
  shareSteps: [{ atMs: 0, share: 1 }],
  ratePerSecond: 1_000,
  fed: true,
};

/** workerd holds two descriptors for each; what this process may open, it may. */
function mostSockets(): number {
  try {
    const [, most] = /Max open files +(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return most === undefined ? Number.POSITIVE_INFINITY : Math.floor((Number(most) - 200) / 2);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

interface ServerUse {
  megabytes: number;
  cpuMs: number;
}

/** Of the processes that serve from `folder`; NaN where the system does not tell (Linux does). */
function serverOf(folder: string): ServerUse {
  try {
    const pids = readdirSync('/proc').filter((name) => isServing(name, folder));
    const uses = pids.map(useOf);
    return {
      megabytes: uses.reduce((sum, { megabytes }) => sum + megabytes, 0),
      cpuMs: uses.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    };
  } catch {
    return { megabytes: Number.NaN, cpuMs: Number.NaN };
  }
}

function isServing(pid: string, folder: string): boolean {
  if (!/^\d+$/.test(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
  } catch {
    // It has ended since it was listed.
    return false;
  }
}

function useOf(pid: string): ServerUse {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [, kilobytes = 'NaN'] = /VmRSS:\s+(\d+) kB/.exec(status) ?? [];
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // After the name in brackets: user and system time are the 12th and 13th, in hundredths.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const cpuMs = (Number(fields[11]) + Number(fields[12])) * 10;
  return { megabytes: Number(kilobytes) / 1_024, cpuMs };
}
