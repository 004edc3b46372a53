/**
 * What a refusal at the edge costs, against a bare Hono text route: both in one workerd, driven in
 * turns over kept connections. Counts answers a second, and workerd's own CPU time a request, which
 * a machine that is busy with other things does not bend. The ratio to reach is 0.70.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '../contract/random.ts';
import type { SaleSnapshot } from '../contract/sale.ts';
import { createGuestCookies } from '../edge/guest-cookie.ts';
import { edgeHashing } from '../edge/hashing.ts';
import { median, table } from './report.ts';

const [EDGE_PORT, BARE_PORT] = [48_801, 48_802];
const ROUNDS = 15;
const TURN_MS = 600;
const CONNECTIONS = 16;
/** Requests in one write: keeps the load far cheaper than what it measures. */
const PIPELINED = 8;
/** Linux counts CPU time of a process in these. */
const CLOCK_TICK_MS = 10;
const COMPATIBILITY_DATE = '2026-10-01';
const HEADER = ['refusal', 'per second', 'workerd CPU, us', 'ratio by rate', 'ratio by CPU'];

const TURNS = [
  { name: 'bare Hono route', port: BARE_PORT, saleId: 'any', status: 200 },
  { name: 'time gate', port: EDGE_PORT, saleId: 'later', status: 403 },
  { name: 'sold-out gate', port: EDGE_PORT, saleId: 'sold', status: 409 },
  { name: 'draw', port: EDGE_PORT, saleId: 'undrawn', status: 429 },
];
type Turn = (typeof TURNS)[number];

const SALE: Omit<SaleSnapshot, 'saleId'> = {
  ...{ version: 1, title: 'A phone', price: 100, currency: 'CNY' },
  ...{ units: 100, remaining: 100, perBuyer: 1, waitlist: { waiting: 0, cap: 0 } },
  ...{ opensAtMs: 1, closesAtMs: 5e12, paused: false, soldOut: false, ratePerSecond: 1000 },
  ...{ seed: 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc', shareSteps: [] },
  access: { mode: 'everybody', version: 0 },
  fed: false,
};

/** Answers as the origin does, inside workerd: three sales, each with its own refusal. */
const ORIGIN_WORKER = `export default { fetch(request) {
  const saleId = new URL(request.url).pathname.split('/')[3];
  const own = saleId === 'later' ? { opensAtMs: 4e12 } : { soldOut: saleId === 'sold' };
  return Response.json({ ...${JSON.stringify(SALE)}, saleId, ...own });
} };`;

/** Every look-up misses, as workerd has no cache of its own. */
const CACHE_WORKER = `export default { fetch: ({ method }) => new Response(null, {
  status: method === 'PUT' ? 204 : 504, headers: { 'cf-cache-status': 'MISS' } }) };`;

const PASS_KEY = { id: 'bench', secret: new Uint8Array(32).fill(1) };
const guests = createGuestCookies(edgeHashing, [PASS_KEY]);
/** More than are asked for in a second, so that no buyer meets the limit for one. */
const COOKIES = Array.from({ length: 30_000 }, () => {
  const { setCookie } = guests.mint(systemRandom, false);
  return setCookie.slice(0, setCookie.indexOf(';'));
});
let nextBuyer = 0;

interface Measured {
  perSecond: number;
  cpuMicroseconds: number;
}

export async function edgeRefusal(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  let workerd: ChildProcess | undefined;
  try {
    workerd = await startWorkerd(folder);
    const results = new Map<string, Measured[]>(TURNS.map(({ name }) => [name, []]));
    // The first round warms the code up and does not count.
    for (const turn of TURNS) await drive(turn, workerd, TURN_MS / 2);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const turn of TURNS) {
        results.get(turn.name)?.push(await drive(turn, workerd, TURN_MS));
      }
    }
    console.log(table(HEADER, rowsOf(results)));
  } finally {
    workerd?.kill('SIGINT');
    rmSync(folder, { recursive: true });
  }
}

async function startWorkerd(folder: string): Promise<ChildProcess> {
  const modules = { origin: ORIGIN_WORKER, cache: CACHE_WORKER };
  for (const [name, text] of Object.entries(modules))
    writeFileSync(join(folder, `${name}.js`), text);
  mkdirSync(join(folder, 'objects'));
  bundle(folder, 'edge/index.ts', 'edge');
  bundle(folder, 'bench/edge-refusal.bare.ts', 'bare');
  writeFileSync(join(folder, 'config.capnp'), configText(folder));
  const binary: string = createRequire(import.meta.url)('workerd').default;
  const child = spawn(binary, ['serve', join(folder, 'config.capnp')], { stdio: 'inherit' });
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answered = await fetch(`http://127.0.0.1:${EDGE_PORT}/api/clock`).catch(() => undefined);
    if (answered?.ok) return child;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('workerd did not start');
}

/**
 * As it would be deployed; with a configuration of its own, since the yardstick has no bindings.
 */
function bundle(folder: string, entry: string, name: string) {
  const config = join(folder, `${name}.json`);
  const main = new URL(`../${entry}`, import.meta.url).pathname;
  writeFileSync(
    config,
    JSON.stringify({ name, main, compatibility_date: COMPATIBILITY_DATE, keep_names: false }),
  );
  const options = ['--dry-run', '--config', config, '--outdir', join(folder, name)];
  execFileSync('wrangler', ['deploy', ...options], { stdio: ['ignore', 'ignore', 'inherit'] });
  writeFileSync(join(folder, `${name}.js`), readFileSync(join(folder, name, bundleName(entry))));
}

function bundleName(entry: string): string {
  return entry.replace(/^.*\//, '').replace(/\.ts$/, '.js');
}

function configText(folder: string): string {
  const passKeys = `${PASS_KEY.id}:${Buffer.from(PASS_KEY.secret).toString('base64')}`;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "edge", worker = (
      modules = [(name = "edge.js", esModule = embed "edge.js")],
      compatibilityDate = "${COMPATIBILITY_DATE}",
      bindings = [
        (name = "ORIGIN_URL", text = "http://origin.test"),
        (name = "PASS_KEYS", text = "${passKeys}"),
        (name = "ALLOW_GUESTS", text = "on"),
        (name = "TOKEN_BUCKET", durableObjectNamespace = "TokenBucket"),
        (name = "SALE_NUMBERS", durableObjectNamespace = "SaleNumbers"),
      ],
      durableObjectNamespaces = [
        (className = "TokenBucket", uniqueKey = "bucket", enableSql = true),
        (className = "SaleNumbers", uniqueKey = "numbers", enableSql = true),
      ],
      durableObjectStorage = (localDisk = "objects"),
      globalOutbound = "origin",
      cacheApiOutbound = "cache",
    )),
    (name = "bare", worker = (
      modules = [(name = "bare.js", esModule = embed "bare.js")],
      compatibilityDate = "${COMPATIBILITY_DATE}",
    )),
    (name = "origin", worker = (
      modules = [(name = "origin.js", esModule = embed "origin.js")],
      compatibilityDate = "${COMPATIBILITY_DATE}",
    )),
    (name = "cache", worker = (
      modules = [(name = "cache.js", esModule = embed "cache.js")],
      compatibilityDate = "${COMPATIBILITY_DATE}",
    )),
    (name = "objects", disk = (path = "${folder}/objects", writable = true)),
  ],
  sockets = [
    (name = "edge", address = "127.0.0.1:${EDGE_PORT}", http = (), service = "edge"),
    (name = "bare", address = "127.0.0.1:${BARE_PORT}", http = (), service = "bare"),
  ],
);
`;
}

async function drive(turn: Turn, workerd: ChildProcess, durationMs: number): Promise<Measured> {
  const startedMs = performance.now();
  const cpuBeforeMs = cpuMs(workerd);
  const untilMs = startedMs + durationMs;
  const workers = Array.from({ length: CONNECTIONS }, () => driveConnection(turn, untilMs));
  const answered = (await Promise.all(workers)).reduce((sum, count) => sum + count, 0);
  const tookMs = performance.now() - startedMs;
  return {
    perSecond: (answered / tookMs) * 1_000,
    cpuMicroseconds: ((cpuMs(workerd) - cpuBeforeMs) / answered) * 1_000,
  };
}

/** Resolves with the number of answers. Every answer is checked to be the one that is measured. */
function driveConnection({ port, saleId, status }: Turn, untilMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let outstanding = 0;
    let answered = 0;
    let rest = '';
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('connect', send);
    socket.on('data', (bytes) => {
      const answers = `${rest}${bytes.toString('latin1')}`.split('HTTP/1.1 ');
      // The last piece may have been cut inside the word that is split at.
      rest = `HTTP/1.1 ${answers.pop() ?? ''}`;
      if (answers.some((answer) => answer !== '' && !answer.startsWith(String(status)))) {
        reject(new Error(`not a ${status}: ${answers.find((answer) => answer !== '')}`));
        socket.destroy();
      }
      count(socket, answers.filter((answer) => answer !== '').length);
    });

    function send() {
      outstanding += PIPELINED;
      socket.write(Array.from({ length: PIPELINED }, () => requestOf(saleId)).join(''));
    }

    function count(open: Socket, arrived: number) {
      answered += arrived;
      outstanding -= arrived;
      // The last answer stays in `rest` until the next one begins, so one is always outstanding.
      if (outstanding > 1) return;
      if (performance.now() < untilMs) send();
      else {
        open.destroy();
        resolve(answered);
      }
    }
  });
}

/** Of a crowd of guests, each with the cookie of an earlier visit, one after the other. */
function requestOf(saleId: string): string {
  nextBuyer = (nextBuyer + 1) % COOKIES.length;
  const body = '{"quantity":1}';
  return [
    `POST /api/sales/${saleId}/orders HTTP/1.1`,
    'Host: shop.test',
    'Content-Type: application/json',
    `Cookie: ${COOKIES[nextBuyer]}`,
    'Idempotency-Key: 7d4f3a52-1b1c-4a2e-9a57-0f4f1a9ed2c1',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

/** User and system time of workerd, from Linux. */
function cpuMs({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * CLOCK_TICK_MS;
}

function rowsOf(results: Map<string, Measured[]>): (string | number)[][] {
  const bare = results.get('bare Hono route') ?? [];
  return Array.from(results, ([name, measured]) => [
    name,
    median(measured.map(({ perSecond }) => perSecond)),
    median(measured.map(({ cpuMicroseconds }) => cpuMicroseconds)),
    median(ratios(measured, bare, ({ perSecond }) => perSecond)),
    median(ratios(measured, bare, ({ cpuMicroseconds }) => 1 / cpuMicroseconds)),
  ]);
}

/** Within a round, so that a machine that slows down bends none of them. */
function ratios(measured: Measured[], bare: Measured[], read: (one: Measured) => number): number[] {
  return measured.flatMap((one, round) => {
    const yardstick = bare[round];
    return yardstick === undefined ? [] : [read(one) / read(yardstick)];
  });
}
