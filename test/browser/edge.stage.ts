/**
 * The real edge, as a process of its own, in front of a stand-in origin that can be switched off
 * and on and counts what it is asked. The origin believes every request: what it is told is not
 * what is tested here.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEdge } from '../../cli/processes.ts';
import { systemClock } from '../../contract/clock.ts';
import { httpOf } from '../../contract/outcomes.ts';
import type { SaleSnapshot } from '../../contract/sale.ts';

export interface EdgeStage {
  url: string;
  /** What the origin says of its sale, `demo`. */
  sale: Partial<SaleSnapshot>;
  /** When the origin was asked for what, by this machine's clock. */
  asked: { atMs: number; path: string }[];
  stopOrigin(): Promise<void>;
  startOrigin(): Promise<void>;
  close(): Promise<void>;
}

export async function openEdgeStage(variables: Record<string, string> = {}): Promise<EdgeStage> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sluice-edge-'));
  const [originPort, port] = [await freePort(), await freePort()];
  let server: Server | undefined;
  const stage: EdgeStage = {
    url: `http://127.0.0.1:${port}`,
    sale: {},
    asked: [],
    async startOrigin() {
      const started = createServer((request, response) => {
        stage.asked.push({ atMs: systemClock.nowMs(), path: request.url ?? '' });
        const { status, headers, body } = answerTo(request.url ?? '', stage.sale);
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(JSON.stringify(body));
      });
      await new Promise<void>((resolve) => started.listen(originPort, '127.0.0.1', resolve));
      server = started;
    },
    async stopOrigin() {
      const stopped = server;
      server = undefined;
      stopped?.closeAllConnections();
      await new Promise<unknown>((resolve) => (stopped ? stopped.close(resolve) : resolve(null)));
    },
    async close() {
      await edge.stop();
      await stage.stopOrigin();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  const environment = {
    PATH: process.env.PATH ?? '',
    DATA_DIR: dataDir,
    PORT: String(port),
    ORIGIN_URL: `http://127.0.0.1:${originPort}`,
    PASS_KEYS: `t1:${randomBytes(32).toString('base64')}`,
    ALLOW_GUESTS: 'on',
    ...variables,
  };
  const edge = await startEdge(environment, stage.url);
  await stage.startOrigin();
  return stage;
}

function answerTo(path: string, sale: Partial<SaleSnapshot>) {
  if (path === '/edge/sales/demo') return { status: 200, headers: {}, body: snapshotOf(sale) };
  if (!path.endsWith('/orders')) return httpOf({ kind: 'unknown-order' });
  if (sale.soldOut) return httpOf({ kind: 'sold-out' });
  const order = { orderId: 'q83vASNFZ4mrze8BI0VniQ', saleId: 'demo', quantity: 1 };
  return httpOf({ kind: 'accepted', order: { ...order, state: 'queued' } });
}

function snapshotOf(sale: Partial<SaleSnapshot>) {
  const nowMs = systemClock.nowMs();
  return {
    ...{ saleId: 'demo', version: 1, title: 'Kettle No. 3', price: 199_900, currency: 'CNY' },
    ...{ units: 100, remaining: 100, perBuyer: 1, paused: false, soldOut: false },
    ...{ opensAtMs: nowMs - 60_000, closesAtMs: nowMs + 3_600_000 },
    waitlist: { waiting: 0, cap: 0 },
    seed: Buffer.alloc(32, 7).toString('base64url'),
    shareSteps: [{ atMs: 0, share: 1 }],
    ratePerSecond: 1_000,
    ...sale,
  };
}

async function freePort(): Promise<number> {
  const server = createSocketServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
