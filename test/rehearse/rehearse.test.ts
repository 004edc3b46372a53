/**
 * `sluice rehearse` on a whole shop: it says what was reached, the real sale stays as it is row by
 * row, nobody but synthetic buyers sees anything, and what a killed one left is closed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../cli/rehearse/report.ts';
import { rehearse } from '../../cli/rehearse/run.ts';
import { auditSchema, operatorSaleSchema } from '../../contract/operator.ts';
import { orderViewSchema } from '../../contract/order.ts';
import { systemRandom } from '../../contract/random.ts';
import { rehearsalSchema, rehearsalsSchema } from '../../contract/rehearsal.ts';
import { ticketOf } from '../../contract/rehearsal-ticket.ts';
import { createSluice, type Sluice, until } from '../cli/run-sluice.ts';
import { compileCache } from '../compile-cache.ts';
import { edgeClick } from '../flow/crowd.ts';
import { auditAtRest, openSale } from '../flow/sale.ts';
import { openShop, type Shop, type ShopProcess } from '../flow/shop.ts';
import { rowsOfPhone } from './rows-of-phone.ts';

const BUYERS = 150;
let shop: Shop;
let origin: ShopProcess;
let variables: Record<string, string>;
let sluice: Sluice['run'];
let edgeUrl: string;
let webhook: Server;
/** The rows of the real sale before all rehearsals. */
let before: Record<string, unknown[]>;
/** Of each order that the shop was told of, its sale. */
const told: string[] = [];

beforeAll(async () => {
  webhook = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      told.push(JSON.parse(Buffer.concat(chunks).toString()).data.saleId);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => void webhook.listen(0, '127.0.0.1', resolve));
  const { port } = webhook.address() as AddressInfo;
  shop = await openShop('embedded');
  edgeUrl = `http://127.0.0.1:${shop.environment.PORT}`;
  variables = {
    EDGE_URL: edgeUrl,
    WEBHOOK_URL: `http://127.0.0.1:${port}/events`,
    WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  };
  origin = await shop.startOrigin(variables);
  await shop.startEdge();
  const { run } = createSluice(shop);
  sluice = (args, change) => run(args, { PORT: shop.environment.PORT, ...change });
  await openSale(shop, { saleId: 'phone', payWindowMs: 3_600_000 });
  const click = edgeClick(edgeUrl, 'phone', shop.environment.BUYER_JWT_SECRET ?? '');
  for (const buyer of ['ann', 'bob', 'cy']) {
    await until(async () => (await click(buyer, `key-of-${buyer}`)).ok);
  }
  await shop.operator.post('/operator/sales/phone/close', operatorSaleSchema);
  await auditAtRest(shop, 'phone');
  await until(() => told.length === 3);
  before = await readDatabase((database) => rowsOfPhone(database));
  origin = await shop.startOrigin(variables);
});
afterAll(async () => {
  await shop.close();
  webhook.close();
  webhook.closeAllConnections();
});

/** The origin has its database to itself, so that it is stopped meanwhile. */
async function readDatabase<Value>(read: (database: DatabaseSync) => Value): Promise<Value> {
  await origin.stop();
  const file = join(shop.environment.DATA_DIR ?? '', 'sluice.db');
  const database = new DatabaseSync(file);
  const found = read(database);
  database.close();
  return found;
}

const openRehearsals = async () => {
  const { rehearsals } = await shop.operator.get('/operator/rehearsals', rehearsalsSchema);
  return rehearsals.filter(({ state }) => state !== 'ended').map(({ saleId }) => saleId);
};

/** It takes ten minutes, so that something can be done to it. */
function startLongRehearsal() {
  const { PATH = '', ORIGIN_URL = '', OPERATOR_TOKEN = '', PORT = '' } = shop.environment;
  const args = ['--sale', 'phone', '--buyers', '30000', '--rate', '50', '--json'];
  return spawn(process.execPath, ['cli/sluice.ts', 'rehearse', ...args], {
    cwd: new URL('../..', import.meta.url),
    env: { ...compileCache, PATH, ORIGIN_URL, OPERATOR_TOKEN, PORT },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

describe('a rehearsal', () => {
  let report: Report;
  let page: string;
  let ended: Awaited<ReturnType<Sluice['run']>>;

  beforeAll(async () => {
    const file = join(shop.environment.DATA_DIR ?? '', 'report.html');
    const wanted = ['--sale', 'phone', '--buyers', String(BUYERS), '--rate', '100'];
    ended = await sluice(['rehearse', ...wanted, '--report', file, '--json']);
    report = JSON.parse(ended.output);
    page = readFileSync(file, 'utf8');
  });

  test('ends well, and says what became of every click', () => {
    expect(ended.exitCode, ended.errors.join('\n')).toBe(0);
    const clicks = report.stages.reduce((sum, stage) => sum + stage.clicks, 0);
    expect(clicks).toBe(BUYERS);
    expect(report.ledger).toMatchObject({ balanced: true, buyersTwice: 0 });
    const reserved = report.stages.reduce((sum, stage) => sum + (stage.outcomes.accepted ?? 0), 0);
    expect(reserved).toBeGreaterThan(0);
    // An answer that was late came to an order all the same.
    expect(report.ledger.reservedUnits).toBeGreaterThanOrEqual(reserved);
    // `null`: this machine was so busy that already the first stage was slow.
    expect(report.recommendation.rate.value ?? 1).toBeGreaterThan(0);
    expect(report.stages.some(({ reservedMs }) => reservedMs !== undefined)).toBe(true);
    expect(report.samples.length).toBeGreaterThan(1);
  });

  test('finds the real sale as it was', () => {
    expect(report.realSale).toMatchObject({ differences: [], wasOpen: false, rows: 3 });
  });

  test('is closed afterwards, and tells the shop of no order', async () => {
    expect(await openRehearsals()).toEqual([]);
    expect(new Set(told)).toEqual(new Set(['phone']));
  });

  test('writes a page that needs nothing else, with its figures and plots', () => {
    expect(page).toContain('<h1>Rehearsal of phone</h1>');
    expect(page.match(/<svg /g)).toHaveLength(8);
    expect(page).not.toMatch(/NaN|undefined|<script|(src|href)=/);
    const { value } = report.recommendation.rate;
    expect(page).toContain(value === null ? 'not known' : `<b>${value} a second</b>`);
  });
});

describe('at the edge', () => {
  let saleId: string;
  let ticket: string;
  const ask = (path: string, authorization?: string, init: RequestInit = {}) =>
    fetch(`${edgeUrl}${path}`, {
      ...init,
      headers: { ...init.headers, ...(authorization && { authorization }) },
    });
  const order = { method: 'POST', body: '{"quantity":1}' };
  const keyed = (key: string) => ({
    ...order,
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
  });

  beforeAll(async () => {
    const wanted = { saleId: 'phone', seconds: 600 };
    const made = await shop.operator.post('/operator/rehearsals', rehearsalSchema, wanted);
    ({ ticket } = made);
    ({ saleId } = made.sale);
    const view = `/api/sales/${saleId}`;
    await until(async () => (await ask(view, ticketOf(ticket, 1))).ok);
  });
  afterAll(() => shop.operator.post(`/operator/sales/${saleId}/close`, operatorSaleSchema));

  test('nobody finds it without its ticket, however its name is written', async () => {
    const hidden = saleId.replace('r', '%72');
    const paths = ['', '/leaderboard', '/draw', '/orders/mine', '/waitlist', '/feed'];
    for (const path of [
      ...paths.map((each) => `/api/sales/${saleId}${each}`),
      `/api/sales/${hidden}`,
    ]) {
      const found = await ask(path);
      expect(found.status, path).toBe(404);
      expect(await found.json()).toMatchObject({ type: '/problems/unknown-sale' });
    }
    expect(
      (await ask(`/api/sales/${saleId}/orders`, undefined, keyed('a-strangers-key'))).status,
    ).toBe(404);
    const listed = await ask('/api/sales');
    expect(await listed.text()).not.toContain('rehearsal');
  });

  test('a ticket buys there, and pays or buys nowhere', async () => {
    const mine = ticketOf(ticket, 77);
    const path = `/api/sales/${saleId}/orders`;
    await expect
      .poll(async () => (await ask(path, mine, keyed('rehearsal-key-77'))).status)
      .toBeLessThan(203);
    const placed = orderViewSchema.parse(await (await ask(`${path}/mine`, mine)).json());
    for (const kind of ['payment', 'cancellation']) {
      const tried = await ask(`/api/orders/${placed.orderId}/${kind}`, mine, { method: 'POST' });
      expect(tried.status, kind).toBe(401);
    }
    expect((await ask('/api/sales/phone/orders/mine', mine)).status).toBe(401);
    expect((await ask('/api/orders', mine)).status).toBe(401);
  });

  test('an ordinary sale cannot be made with the name of one', async () => {
    const made = openSale(shop, { saleId: 'rehearsal-phone' });
    await expect(made).rejects.toThrow(/must not begin with rehearsal-/);
  });
});

describe('a rehearsal that is killed in the middle', () => {
  test('is closed by --clean', async () => {
    const known = await openRehearsals();
    const child = startLongRehearsal();
    const left = async () => (await openRehearsals()).filter((each) => !known.includes(each));
    await expect.poll(left, { timeout: 60_000 }).toHaveLength(1);
    const [saleId = ''] = await left();
    const reserved = async () => {
      const audit = await shop.operator.get(`/operator/sales/${saleId}/audit`, auditSchema);
      return audit.terms.reserved;
    };
    await expect.poll(reserved, { timeout: 60_000 }).toBeGreaterThan(0);
    child.kill('SIGKILL');
    await once(child, 'exit');

    const { closesAt } = await shop.operator.get(`/operator/sales/${saleId}`, operatorSaleSchema);
    expect(Date.parse(closesAt) - Date.now()).toBeLessThan(3_600_000);
    const cleaned = await sluice(['rehearse', '--clean']);
    expect(cleaned).toMatchObject({ exitCode: 0, output: expect.stringContaining(saleId) });
    expect(await openRehearsals()).toEqual([]);
    expect((await auditAtRest(shop, saleId)).balanced).toBe(true);
    expect((await sluice(['rehearse', '--clean'])).output).toBe('no rehearsal was open\n');
  });

  test('ends by itself, for whoever still has its ticket', async () => {
    const wanted = { saleId: 'phone', seconds: 1 };
    const { sale, ticket } = await shop.operator.post(
      '/operator/rehearsals',
      rehearsalSchema,
      wanted,
    );
    const state = async () => {
      const path = `/operator/sales/${sale.saleId}`;
      return (await shop.operator.get(path, operatorSaleSchema)).state;
    };
    await expect.poll(state).toBe('ended');
    const headers = { authorization: ticketOf(ticket, 1) };
    const found = await fetch(`${edgeUrl}/api/sales/${sale.saleId}`, { headers });
    expect(found.status).toBe(404);
  });
});

describe('what it exits with', () => {
  test('an interrupted one with 130, its rehearsal closed and its report printed', async () => {
    const child = startLongRehearsal();
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    const exited = once(child, 'close');
    await expect.poll(openRehearsals, { timeout: 60_000 }).toHaveLength(1);
    child.kill('SIGINT');
    expect(await exited).toEqual([130, null]);
    expect(JSON.parse(output)).toMatchObject({ interrupted: true, ledger: { balanced: true } });
    expect(await openRehearsals()).toEqual([]);
  });

  test('one of a sale that is not there with 1', async () => {
    const ended = await sluice(['rehearse', '--sale', 'nosuch']);
    expect(ended).toMatchObject({ exitCode: 1, output: '' });
    expect(ended.errors.join('\n')).toMatch(/no such sale/i);
  });

  test('one whose edge does not answer sends nothing, and is closed', async () => {
    // Each look at the clock is some seconds later: the patience of a quarter minute is soon over.
    let nowMs = Date.now();
    const clock = { nowMs: () => (nowMs += 5_000) };
    const options = { client: shop.operator, edgeUrl: 'http://127.0.0.1:1', saleId: 'phone' };
    const crowd = { buyers: 10, rate: 10, crowd: 10, processes: { api: 1, settle: 1 }, sockets: 1 };
    const { signal } = new AbortController();
    const bar = { update: () => {}, end: () => {} };
    const rest = { keep: false, clock, random: systemRandom, signal, begin: () => bar };
    await expect(rehearse({ ...options, ...crowd, ...rest })).rejects.toThrow(/does not answer/);
    expect(await openRehearsals()).toEqual([]);
  });
});

test('after all of them the real sale is as it was, row by row, without a notice', async () => {
  const found = await readDatabase((database) => ({
    rows: rowsOfPhone(database),
    notices: database.prepare('SELECT DISTINCT sale_id FROM book_deliveries').all(),
    rehearsed: database.prepare("SELECT 1 FROM book_orders WHERE sale_id <> 'phone'").all().length,
  }));
  expect(found.rehearsed).toBeGreaterThan(0);
  expect(found.rows.book_orders).toHaveLength(3);
  expect(found.rows).toEqual(before);
  expect(found.notices.map((row) => row.sale_id)).toEqual(['phone']);
});
