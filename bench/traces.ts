/**
 * What traces cost an API process: its processor time an order, and orders a second, without a
 * collector, with one at 1 %, and with every order traced: `npm run bench traces`. Three origins
 * with the role `api` on the same servers, in turns, each as often first as last; what is traced
 * bears a context, as the edge sends it. What else the machine does moves all of these by more than
 * 1 % of the orders can: what one traced order costs is known best from where all are.
 */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createOperatorClient } from '../cli/operator-client.ts';
import { TRACEPARENT_HEADER, toTraceparent } from '../contract/trace-context.ts';
import { pause } from '../origin/timer.ts';
import { openSale } from '../test/flow/sale.ts';
import { freePort, openShop, type Shop } from '../test/flow/shop.ts';
import { load } from './load.ts';
import { median, table } from './report.ts';
import { orderRequests } from './requests.ts';

const ROUNDS = 9;
const WARM_UP_ROUNDS = 3;
/** So few that their passes stand until the last is sent, also where much else is done. */
const REQUESTS = 5_000;
/** So few that a machine that does much else refuses hardly any of them. */
const CONNECTIONS = 64;
const LEAST_ACCEPTED = 0.98;
/** Spans gather for a second; all ways are given it. */
const SPANS_ARE_SENT_MS = 1_500;

const FIGURES = [
  ['µs of the processor an order', 'microsecondsAnOrder'],
  ['orders/s', 'ordersPerSecond'],
] as const;

/** Which requests bear a context: every so many-th. */
const WAYS = { off: undefined, '1 %': 100, all: 1 } as const;
type WayName = keyof typeof WAYS;
const NAMES = Object.keys(WAYS) as WayName[];

interface Way {
  name: WayName;
  port: number;
  pid: number;
}

interface Measured {
  ordersPerSecond: number;
  /** Processor time of the origin. */
  microsecondsAnOrder: number;
}

export async function traces(): Promise<void> {
  const shop = await openShop('servers');
  const collector = await startCollector();
  try {
    const ways: Way[] = [];
    for (const name of NAMES) ways.push(await start(shop, name, collector.url));
    const rounds: Record<WayName, Measured>[] = [];
    for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
      const measured: Partial<Record<WayName, Measured>> = {};
      for (const turn of ways.keys()) {
        const way = ways[(round + turn) % ways.length];
        if (way !== undefined) measured[way.name] = await measure(shop, way, round);
      }
      if (round >= WARM_UP_ROUNDS) rounds.push(measured as Record<WayName, Measured>);
    }
    for (const [unit, figure] of FIGURES) print(rounds, unit, figure);
    console.log(`The collector got ${collector.bytes()} bytes.`);
  } finally {
    await shop.close();
    collector.close();
  }
}

function print(rounds: Record<WayName, Measured>[], unit: string, figure: keyof Measured): void {
  const ratio = (name: WayName) => rounds.map(({ off, [name]: on }) => on[figure] / off[figure]);
  const all: [string, number[]][] = [
    ...NAMES.map((name): [string, number[]] => [name, rounds.map((round) => round[name][figure])]),
    ['1 % / off', ratio('1 %')],
    ['all / off', ratio('all')],
  ];
  const rows = all.map(([name, each]) => [name, median(each), ...each]);
  console.log(`${table([`traces (${unit})`, 'median', 'rounds'], rows)}\n`);
}

async function start(shop: Shop, name: WayName, collectorUrl: string): Promise<Way> {
  const port = await freePort();
  const { pid } = await shop.startOrigin({
    ...{ ROLES: 'api', ORIGIN_PORT: String(port) },
    ...(WAYS[name] !== undefined && { OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl }),
  });
  return { name, port, pid };
}

async function measure(shop: Shop, { name, port, pid }: Way, round: number): Promise<Measured> {
  const saleId = `traces-${NAMES.indexOf(name)}-${round}`;
  // The shop's operator speaks with the address of its environment, which no origin has here.
  const { OPERATOR_TOKEN: token = '', PASS_KEYS: passKeys = '' } = shop.environment;
  const operator = createOperatorClient(`http://127.0.0.1:${port}`, token);
  await openSale({ ...shop, operator }, { saleId, units: REQUESTS });
  const crowd = { passKeys, saleId, crowd: 'bench', count: REQUESTS, nowMs: Date.now() };
  const plain = orderRequests(crowd);
  const every = WAYS[name];
  const requests = plain.map((request, index) =>
    every !== undefined && index % every === 0 ? withContext(request, index) : request,
  );
  const before = processorMs(pid);
  const { statuses, perSecond } = await load({ port, connections: CONNECTIONS, requests });
  // What is left to send is sent within a second.
  await pause(SPANS_ARE_SENT_MS);
  const spentMs = processorMs(pid) - before;
  const accepted = statuses[202] ?? 0;
  if (accepted < REQUESTS * LEAST_ACCEPTED) {
    throw new Error(`too many refused: ${JSON.stringify(statuses)}`);
  }
  return {
    ordersPerSecond: (perSecond * accepted) / REQUESTS,
    microsecondsAnOrder: (spentMs * 1_000) / accepted,
  };
}

/** Of all threads of a process, as Linux counts it: in nanoseconds. */
function processorMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.reduce((sum, thread) => sum + threadMs(pid, thread), 0);
}

function threadMs(pid: number, thread: string): number {
  const [spentNs] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
  return Number(spentNs) / 1_000_000;
}

function withContext(request: Buffer, index: number): Buffer {
  const id = (index + 1).toString(16);
  const context = { traceId: id.padStart(32, '0'), spanId: id.padStart(16, '0') };
  const header = `${TRACEPARENT_HEADER}: ${toTraceparent(context)}\r\ncontent-type: `;
  return Buffer.from(request.toString('latin1').replace('content-type: ', header), 'latin1');
}

/** Takes what it is sent, and does nothing with it: its own work is not to be measured. */
async function startCollector() {
  let bytes = 0;
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on('end', () => response.writeHead(200).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, bytes: () => bytes, close: () => server.close() };
}
