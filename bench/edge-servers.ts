/**
 * The same Worker served in three ways: bare workerd (`sluice edge`), miniflare and `wrangler
 * dev`, asked in turns by the same load over kept connections. Refusals end in the edge (sold out);
 * admitted orders go on to an origin, which is this process, and wait for its answer.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorker } from '../cli/edge/bundle.ts';
import { startEdge } from '../cli/processes.ts';
import { systemRandom } from '../contract/random.ts';
import { createGuestCookies } from '../edge/guest-cookie.ts';
import { edgeHashing } from '../edge/hashing.ts';
import { load } from './load.ts';
import { median, table } from './report.ts';

const ROUNDS = 3;
const TURN_SECONDS = 1;
const WARM_UP_REQUESTS = 150;
const CONNECTIONS = 32;
const PORTS = { bare: 48_811, miniflare: 48_812, wrangler: 48_813 };
const WAYS = [
  { name: 'refused', saleId: 'sold', status: 409 },
  { name: 'admitted', saleId: 'open', status: 202 },
];
type Way = (typeof WAYS)[number];

const PASS_KEY = { id: 'bench', secret: new Uint8Array(32).fill(1) };
const guests = createGuestCookies(edgeHashing, [PASS_KEY]);
/** More than are asked for within a buyer's limit. */
const COOKIES = Array.from({ length: 30_000 }, () => {
  const { setCookie } = guests.mint(systemRandom, false);
  return setCookie.slice(0, setCookie.indexOf(';'));
});
let nextBuyer = 0;

interface EdgeServer {
  name: string;
  port: number;
  stop(): Promise<void>;
}

export async function edgeServers(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const origin = await startOrigin();
  const { port } = origin.address() as AddressInfo;
  const variables = {
    ORIGIN_URL: `http://127.0.0.1:${port}`,
    PASS_KEYS: `${PASS_KEY.id}:${Buffer.from(PASS_KEY.secret).toString('base64')}`,
    ALLOW_GUESTS: 'on',
    ADDRESS_LIMIT: 'off',
  };
  const servers: EdgeServer[] = [];
  try {
    for (const start of [startBare, startMiniflare, startWrangler]) {
      servers.push(await start(variables, folder));
    }
    console.log(
      table(['served by', 'refused/s', 'admitted/s', 'ratios to bare'], await drive(servers)),
    );
  } finally {
    for (const server of servers) await server.stop();
    origin.close();
    origin.closeAllConnections();
    rmSync(folder, { recursive: true });
  }
}

async function drive(servers: EdgeServer[]): Promise<string[][]> {
  const measured = new Map(servers.map(({ name }) => [name, { refused: [0], admitted: [0] }]));
  for (const lists of measured.values()) lists.refused.length = lists.admitted.length = 0;
  // The first round warms the code up, and says how many requests fill a turn.
  const counts = new Map<string, number>();
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const { name, port } of servers) {
      for (const way of WAYS) {
        const key = `${name} ${way.name}`;
        // After its rest a rate gate hands out little at first.
        await turn(way, port, WARM_UP_REQUESTS);
        const perSecond = await turn(way, port, counts.get(key) ?? WARM_UP_REQUESTS);
        counts.set(key, Math.ceil(perSecond * TURN_SECONDS));
        if (round >= 0) measured.get(name)?.[way.name as 'refused' | 'admitted'].push(perSecond);
      }
    }
  }
  const bare = measured.get('bare');
  return Array.from(measured, ([name, { refused, admitted }]) => {
    const ratios = [
      median(refused) / median(bare?.refused ?? []),
      median(admitted) / median(bare?.admitted ?? []),
    ];
    const shown = ratios.map((ratio) => ratio.toFixed(2)).join(' ');
    return [name, median(refused).toFixed(), median(admitted).toFixed(), shown];
  });
}

/**
 * Answers of the measured kind a second. A few others are no wonder: a rate gate that starts holds
 * buyers back for a moment. With many others it would be something else that is measured.
 */
async function turn({ saleId, status }: Way, port: number, count: number): Promise<number> {
  const requests = Array.from({ length: count }, () => requestOf(saleId));
  const { statuses, perSecond } = await load({ port, connections: CONNECTIONS, requests });
  const share = (statuses[status] ?? 0) / count;
  if (share > 0.9) return perSecond * share;
  throw new Error(`${saleId}: not ${status} alone, but ${JSON.stringify(statuses)}`);
}

function requestOf(saleId: string): Buffer {
  nextBuyer = (nextBuyer + 1) % COOKIES.length;
  const body = '{"quantity":1}';
  const head = [
    `POST /api/sales/${saleId}/orders HTTP/1.1`,
    'Host: shop.test',
    'Content-Type: application/json',
    `Cookie: ${COOKIES[nextBuyer]}`,
    `Idempotency-Key: ${crypto.randomUUID()}`,
    `Content-Length: ${body.length}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`, 'latin1');
}

/** A sale that is sold out, and one that lets more in than this machine can do. */
async function startOrigin(): Promise<Server> {
  const server = createServer((request, response) => {
    const [, saleId] = /^\/edge\/sales\/(\w+)$/.exec(request.url ?? '') ?? [];
    const order = { orderId: 'AAAAAAAAAAAAAAAAAAAAAA', saleId: 'open', state: 'queued' };
    response.statusCode = saleId === undefined ? 202 : 200;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(saleId === undefined ? order : saleOf(saleId)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function saleOf(saleId: string) {
  return {
    saleId,
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
    soldOut: saleId === 'sold',
    waitlist: { waiting: 0, cap: 0 },
    seed: Buffer.alloc(32, 7).toString('base64url'),
    shareSteps: [{ atMs: 0, share: 1 }],
    ratePerSecond: 1_000_000,
  };
}

type MiniflareModule = typeof import('miniflare');
type Variables = Record<string, string>;

async function startBare(variables: Variables, folder: string): Promise<EdgeServer> {
  const port = PORTS.bare;
  const place = { ...variables, DATA_DIR: folder, PORT: String(port) };
  const { stop } = await startEdge(place, `http://127.0.0.1:${port}`);
  return { name: 'bare', port, stop };
}

async function startMiniflare(variables: Variables, folder: string): Promise<EdgeServer> {
  const port = PORTS.miniflare;
  const ofWrangler = createRequire(createRequire(import.meta.url).resolve('wrangler/package.json'));
  const { Miniflare, convertV4MiniflareOptions } = ofWrangler('miniflare') as MiniflareModule;
  const { settings, code } = await bundleWorker();
  const objects = settings.objects.map(({ binding, className, hasSql }) => {
    return [binding, { className, useSQLite: hasSql }] as const;
  });
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port,
      modules: [{ type: 'ESModule', path: 'worker.js', contents: code }],
      compatibilityDate: settings.compatibilityDate,
      bindings: { ...settings.variables, ...variables },
      durableObjects: Object.fromEntries(objects),
      durableObjectsPersist: join(folder, 'miniflare'),
    }),
  );
  await miniflare.ready;
  return { name: 'miniflare', port, stop: () => miniflare.dispose() };
}

async function startWrangler(variables: Variables, folder: string): Promise<EdgeServer> {
  const port = PORTS.wrangler;
  const file = join(folder, 'edge.env');
  const lines = Object.entries(variables).map(([name, value]) => `${name}="${value}"\n`);
  writeFileSync(file, lines.join(''), { mode: 0o600 });
  const args = ['dev', '--port', String(port), '--inspector-port', '0', '--env-file', file];
  args.push('--persist-to', join(folder, 'wrangler'), '--log-level', 'error');
  const child: ChildProcess = spawn('wrangler', args, {
    env: { ...process.env, CI: 'true', WRANGLER_SEND_METRICS: 'false' },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  const answers = () => fetch(`http://127.0.0.1:${port}/api/clock`).catch(() => undefined);
  while (!(await answers())?.ok) await new Promise((resolve) => setTimeout(resolve, 100));
  return {
    name: 'wrangler dev',
    port,
    async stop() {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      await once(child, 'exit');
    },
  };
}
