/**
 * A whole shop for a test: an origin (one process or several) and, when asked for, the edge and the
 * sandbox that stands in for a payment provider, each a real process on a free port with data of
 * its own, on the embedded backends, on the stack's servers, or on serverless ones before those.
 */
import { spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { createOperatorClient, type OperatorClient } from '../../cli/operator-client.ts';
import { type Child, startEdge } from '../../cli/processes.ts';
import { pause } from '../../origin/timer.ts';
import { compileCache } from '../compile-cache.ts';
import { addresses, originEnvironment, serverUrls } from '../stack/addresses.ts';
import { serversAreUp } from '../stack/are-up.ts';
import { type Serverless, startServerless } from './serverless.ts';

export type BackendsKind = 'embedded' | 'servers' | 'serverless';

export interface ShopProcess {
  url: string;
  /** Resolves when the process has ended, by whatever cause. */
  ended: Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Nothing when it has ended. */
  signal(name: NodeJS.Signals): void;
  pid: number;
}

/** Servers in the place of the stack's: what the origin is told of them, on top of the rest. */
export interface OwnServers {
  variables: Record<string, string>;
  /** MariaDB itself, and the port at which the origin reaches it. */
  mariadb?: { url: string; originPort: number };
}

export interface Shop {
  environment: Record<string, string>;
  /** The gateways of the kind `serverless`. */
  serverless: Serverless | undefined;
  operator: OperatorClient;
  /** Starts an origin with these variables on top; resolves when it is ready. */
  startOrigin(variables?: Record<string, string>, main?: string): Promise<ShopProcess>;
  /** Starts the sandbox at `SANDBOX_URL`; it tells `eventsUrl` of what becomes of payments. */
  startSandbox(eventsUrl: string, variables?: Record<string, string>): Promise<ShopProcess>;
  /** Starts the edge in front of `ORIGIN_PORT`; resolves with its URL. */
  startEdge(): Promise<string>;
  close(): Promise<void>;
}

/** Why a suite on real servers cannot run here; undefined when it can. In CI it must. */
export async function missingServers(kind: BackendsKind): Promise<string | undefined> {
  if (kind === 'embedded' || (await serversAreUp())) return undefined;
  if (process.env.CI) throw new Error('the real servers are not up; run: npm run stack up');
  return 'the real servers are not up (npm run stack up)';
}

export async function openShop(kind: BackendsKind, own?: OwnServers): Promise<Shop> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  const name = `test_${randomBytes(6).toString('hex')}`;
  const originPort = String(await freePort());
  const sandboxPort = String(await freePort());
  const operatorToken = randomBytes(24).toString('hex');
  const servers = kind === 'embedded' ? undefined : await serversFor(name, own);
  const serverless =
    kind === 'serverless' ? await startServerless(servers?.BOOK_URL ?? '') : undefined;
  const environment: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    ...compileCache,
    DATA_DIR: dataDir,
    ORIGIN_PORT: originPort,
    ORIGIN_URL: `http://127.0.0.1:${originPort}`,
    PORT: String(await freePort()),
    PASS_KEYS: `t1:${randomBytes(32).toString('base64')}`,
    BUYER_JWT_SECRET: randomBytes(32).toString('base64'),
    OPERATOR_TOKEN: operatorToken,
    SANDBOX_PORT: sandboxPort,
    SANDBOX_URL: `http://127.0.0.1:${sandboxPort}`,
    SANDBOX_DATA_DIR: join(dataDir, 'sandbox'),
    SANDBOX_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
    ALLOW_GUESTS: 'on',
    LOG_LEVEL: 'error',
    // Short, so that what a killed process left is taken up within a test's patience.
    RELAY_AFTER_MS: '1000',
    LEASE_TTL_MS: '2000',
    ...servers,
    ...serverless?.variables,
  };
  const started: (Child | ShopProcess)[] = [];

  return {
    environment,
    serverless,
    operator: createOperatorClient(`http://127.0.0.1:${originPort}`, operatorToken),
    async startOrigin(variables = {}, main = 'origin/main.ts') {
      const all = { ...environment, ...variables };
      const url = `http://127.0.0.1:${all.ORIGIN_PORT}`;
      const origin = await startProgram(main, all, { url, probe: '/readyz' });
      started.push(origin);
      return origin;
    },
    async startSandbox(eventsUrl, variables = {}) {
      const told = { SANDBOX_EVENTS_URL: eventsUrl };
      const all: Record<string, string> = { ...environment, ...told, ...variables };
      const url = `http://127.0.0.1:${all.SANDBOX_PORT}`;
      const sandbox = await startProgram('sandbox/main.ts', all, { url, probe: '/page.css' });
      started.push(sandbox);
      return sandbox;
    },
    async startEdge() {
      const url = `http://127.0.0.1:${environment.PORT}`;
      started.push(await startEdge(environment, url));
      return url;
    },
    async close() {
      for (const child of started.toReversed()) await child.stop();
      await serverless?.close();
      if (servers !== undefined && own?.mariadb === undefined) await dropDatabase(name);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** For the name of a suite: `, LOG_URL=direct`. */
export function saidOf(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => `, ${name}=${value}`)
    .join('');
}

/** Names of their own on the shared servers, so that suites run side by side. */
async function serversFor(name: string, own?: OwnServers): Promise<Record<string, string>> {
  const server = own?.mariadb?.url ?? serverUrls(addresses).mariadb;
  await query(server, `CREATE DATABASE sluice_${name}`);
  const book = new URL(server);
  book.pathname = `/sluice_${name}`;
  if (own?.mariadb !== undefined) book.port = String(own.mariadb.originPort);
  return {
    ...originEnvironment(),
    BOOK_URL: book.href,
    STOCK_PREFIX: `${name.replace('_', '-')}:`,
    LOG_PREFIX: name.replace('_', '-'),
    ...own?.variables,
  };
}

async function dropDatabase(name: string): Promise<void> {
  await query(serverUrls(addresses).mariadb, `DROP DATABASE IF EXISTS sluice_${name}`);
}

async function query(server: string, sql: string): Promise<void> {
  const connection = await createConnection(server);
  await connection.query(sql);
  await connection.end();
}

const READY_WITHIN_MS = 60_000;

/** Resolves once the program answers at `probe`. */
async function startProgram(
  main: string,
  environment: Record<string, string>,
  { url, probe }: { url: string; probe: string },
): Promise<ShopProcess> {
  const child = spawn(process.execPath, [main], {
    cwd: new URL('../..', import.meta.url),
    env: environment,
    // The sandbox prints where it listens; an origin prints nothing but its log.
    stdio: ['ignore', main.startsWith('sandbox/') ? 'ignore' : 'inherit', 'inherit'],
  });
  const exited = once(child, 'exit').then(() => {});
  let alive = true;
  void exited.then(() => {
    alive = false;
  });
  const signal = (name: NodeJS.Signals) => {
    if (alive) child.kill(name);
  };
  const end = async (name: NodeJS.Signals) => {
    signal(name);
    await exited;
  };
  for (let waitedMs = 0; alive && waitedMs < READY_WITHIN_MS; waitedMs += 50) {
    const answer = await fetch(`${url}${probe}`).catch(() => undefined);
    if (answer?.ok) {
      const [stop, kill] = [() => end('SIGTERM'), () => end('SIGKILL')];
      return { url, ended: exited, stop, kill, signal, pid: child.pid ?? 0 };
    }
    await pause(50);
  }
  await end('SIGKILL');
  throw new Error(`${main} did not get ready`);
}

/** Below those that the system gives away, and above those of the servers of the tests. */
const FIRST_PORT = 21_000;
const PORTS_OF_A_WORKER = 1_400;
const WORKERS = 8;
let lastPort = randomInt(PORTS_OF_A_WORKER);

/** A port that was free a moment ago, and that no other worker of this run is given. */
export async function freePort(): Promise<number> {
  const worker = Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS;
  for (;;) {
    lastPort = (lastPort + 1) % PORTS_OF_A_WORKER;
    const port = FIRST_PORT + worker * PORTS_OF_A_WORKER + lastPort;
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
