/**
 * `npm start` as a person lives it: the console's URL and the page's come last and work, the data
 * stay over a restart, mistakes are one line, and Ctrl-C ends all of it at any moment.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOperatorClient } from '../../cli/operator-client.ts';
import { readSecrets, secretsFile } from '../../cli/secrets.ts';
import { operatorSaleSchema } from '../../contract/operator.ts';
import { saleViewSchema } from '../../contract/sale.ts';
import { pause } from '../../origin/timer.ts';
import { freePort } from '../flow/shop.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'sluice-start-'));
const running: ChildProcess[] = [];
let port: string;
let originPort: string;
let sandboxPort: string;

beforeAll(async () => {
  port = String(await freePort());
  originPort = String(await freePort());
  sandboxPort = String(await freePort());
});
afterAll(async () => {
  // Asked, not killed: it must end what it started, also after a test that failed half-way.
  const alive = running.filter((child) => child.exitCode === null && child.signalCode === null);
  for (const child of alive) child.kill('SIGTERM');
  await Promise.all(alive.map((child) => once(child, 'close')));
  rmSync(dataDir, { recursive: true, force: true });
});

interface Started {
  child: ChildProcess;
  lines: string[];
  errors: string[];
  ended: Promise<number | null>;
}

function start(change: Record<string, string> = {}, args = ['cli/start.ts']): Started {
  const child = spawn(process.execPath, args, {
    cwd: new URL('../..', import.meta.url),
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DATA_DIR: dataDir,
      PORT: port,
      ORIGIN_PORT: originPort,
      SANDBOX_PORT: sandboxPort,
      ...change,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  const lines: string[] = [];
  const errors: string[] = [];
  collect(child.stdout, lines);
  collect(child.stderr, errors);
  return { child, lines, errors, ended: once(child, 'close').then(([code]) => code) };
}

function collect(stream: NodeJS.ReadableStream | null, lines: string[]): void {
  let rest = '';
  stream?.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
}

const answers = (url: string) =>
  fetch(url).then(
    (response) => response.ok,
    () => false,
  );
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let waitedMs = 0; !(await holds()); waitedMs += 50) {
    if (waitedMs > 60_000) throw new Error('it never came about');
    await pause(50);
  }
}

const otherPorts = async () => ({
  PORT: String(await freePort()),
  ORIGIN_PORT: String(await freePort()),
  SANDBOX_PORT: String(await freePort()),
});

/** Processes of this start that still live: workerd is given the folder in its arguments. */
function leftovers(): string[] {
  const all = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  return all.filter((line) => line.includes(dataDir));
}

function childrenOf(pid: number | undefined): number[] {
  const all = execFileSync('ps', ['-eo', 'ppid,pid'], { encoding: 'utf8' }).trim().split('\n');
  const pairs = all.map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.flatMap(([parent, child = 0]) => (parent === pid ? [child] : []));
}

const demoSale = () => {
  const token = readSecrets(dataDir)?.OPERATOR_TOKEN ?? '';
  const operator = createOperatorClient(`http://127.0.0.1:${originPort}`, token);
  return operator.get('/operator/sales/demo', operatorSaleSchema);
};

test('a shop from one command, one start at a time', { timeout: 180_000 }, async () => {
  const first = start();
  await until(() => first.lines.length > 1 || first.errors.length > 0);
  expect(first.errors).toEqual([]);
  const consoleUrl = `http://127.0.0.1:${originPort}/operator`;
  expect(first.lines).toEqual([
    `Operate it at ${consoleUrl} with the OPERATOR_TOKEN of ${secretsFile(dataDir)}`,
    `Buy one at http://127.0.0.1:${port}/s/demo`,
  ]);
  for (const url of [`http://127.0.0.1:${port}/s/demo`, consoleUrl]) {
    const page = await fetch(url);
    expect(page.headers.get('content-type'), url).toContain('text/html');
  }
  const sale = await fetch(`http://127.0.0.1:${port}/api/sales/demo`);
  const view = saleViewSchema.parse(await sale.json());
  expect(view).toMatchObject({ saleId: 'demo', units: 100 });
  expect(Date.parse(view.opensAt) - Date.parse(view.now)).toBeLessThanOrEqual(15_000);
  const payment = await fetch(`http://127.0.0.1:${sandboxPort}/pay/nothing`);
  expect(await payment.text()).toContain('Sandbox payments');

  const samePorts = start();
  expect(await samePorts.ended).toBe(1);
  expect(samePorts.errors).toEqual([`sluice: port ${port} is in use; set PORT to another`]);

  const sameSandbox = start({ ...(await otherPorts()), SANDBOX_PORT: sandboxPort });
  expect(await sameSandbox.ended).toBe(1);
  expect(sameSandbox.errors).toEqual([
    `sluice: port ${sandboxPort} is in use; set SANDBOX_PORT to another`,
  ]);

  const sameData = start(await otherPorts());
  expect(await sameData.ended).toBe(1);
  expect(sameData.errors).toEqual([`sluice: another process has the data in ${dataDir} open`]);
  expect(sameData.lines).toEqual([]);

  const { opensAt } = await demoSale();
  first.child.kill('SIGINT');
  expect(await first.ended).toBe(0);
  expect(first.errors).toEqual([]);
  expect(leftovers()).toEqual([]);
  expect(await answers(`http://127.0.0.1:${sandboxPort}/page.css`)).toBe(false);

  const second = start();
  await until(() => answers(`http://127.0.0.1:${originPort}/readyz`));
  expect((await demoSale()).opensAt, 'kept over the restart').toBe(opensAt);
  // The edge is starting now: Ctrl-C must reach it too.
  await until(() => leftovers().length > 0);
  second.child.kill('SIGINT');
  expect(await second.ended).toBe(0);
  expect(second.errors).toEqual([]);
  expect(leftovers()).toEqual([]);
  expect(await answers(`http://127.0.0.1:${originPort}/healthz`)).toBe(false);
  expect(await answers(`http://127.0.0.1:${sandboxPort}/page.css`)).toBe(false);
});

test('with Stripe to pay at, no sandbox is started', { timeout: 120_000 }, async () => {
  const ports = await otherPorts();
  const payment = { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: 'whsec_1' };
  const settings = { ...ports, ...payment, DEMO: 'off', PAYMENT_PROVIDER: 'stripe' };
  // `npm start`, by its other name.
  const started = start(settings, ['cli/sluice.ts', 'demo', '--json']);
  await until(() => started.lines.length > 0 || started.errors.length > 0);
  expect(started.errors).toEqual([]);
  expect(started.lines.map((line) => JSON.parse(line))).toEqual([
    { url: `http://127.0.0.1:${ports.PORT}`, originUrl: `http://127.0.0.1:${ports.ORIGIN_PORT}` },
  ]);
  expect(await answers(`http://127.0.0.1:${ports.SANDBOX_PORT}/page.css`)).toBe(false);
  started.child.kill('SIGINT');
  expect(await started.ended).toBe(0);
  expect(leftovers()).toEqual([]);
});

test('Ctrl-C while the origin is starting ends it too', async () => {
  const started = start(await otherPorts());
  await until(() => childrenOf(started.child.pid).length > 0);
  const children = childrenOf(started.child.pid);
  started.child.kill('SIGINT');
  expect(await started.ended).toBe(0);
  expect(started.errors).toEqual([]);
  for (const pid of children) expect(() => process.kill(pid, 0), 'it is gone').toThrow('ESRCH');
});

test.each([
  ['PORT', '80.5', /^sluice: PORT must be a port number/],
  ['ORIGIN_PORT', 'http', /^sluice: ORIGIN_PORT must be a port number/],
  ['SANDBOX_PORT', '0', /^sluice: SANDBOX_PORT must be a port number/],
  ['ROLES', 'sell', /^sluice: ROLES: must be .*; for example ROLES=api,relay$/],
])('a bad %s is one line', async (name, value, message) => {
  const started = start({ ...(await otherPorts()), [name]: value });
  expect(await started.ended).toBe(1);
  expect(started.errors).toEqual([expect.stringMatching(message)]);
});
