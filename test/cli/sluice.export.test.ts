/** `sluice order export`: every settled order, in a form that other programs read. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operatorOrderSchema } from '../../contract/operator.ts';
import { openSale } from '../flow/sale.ts';
import { openShop, type Shop } from '../flow/shop.ts';
import { act, createSluice, edgeOf, placeOrders, type Sluice } from './run-sluice.ts';

const HEADING = 'orderId,saleId,buyerId,quantity,state,reason,closedBy,payment,settledAt,payBefore';
/** As the shop's tokens may name buyers; what a spreadsheet would do with them differs. */
const BUYERS = ['plain', 'say"hi",now', '=SUM(A1:A9)', '+41', '@home', '-1'];

let shop: Shop;
let sluice: Sluice;
let folder: string;
let orderIds: string[];

beforeAll(async () => {
  shop = await openShop('embedded');
  await shop.startOrigin();
  sluice = createSluice(shop);
  folder = join(shop.environment.DATA_DIR ?? '', 'exports');
  mkdirSync(folder);
  await openSale(shop, { saleId: 'phone', price: 0 });
  await openSale(shop, { saleId: 'nothing' });
  const edge = edgeOf(shop, 'phone');
  orderIds = await placeOrders(edge, BUYERS);
  await act(edge, 'payment', { orderId: orderIds[0] ?? '', buyerId: 'plain' });
});
afterAll(() => shop.close());

const lineOf = (lines: string[], buyerId: string) =>
  lines.find((line) => line.startsWith(orderIds[BUYERS.indexOf(buyerId)] ?? '?'));

describe('as CSV', () => {
  test('has one heading and a line an order, by order id', async () => {
    const lines = await sluice.lines(['order', 'export', 'phone']);
    expect(lines[0]).toBe(HEADING);
    expect(lines.slice(1).map((line) => line.slice(0, 22))).toEqual(orderIds.toSorted());
    expect(lineOf(lines, 'plain')).toMatch(/^[\w-]{22},phone,plain,1,paid,,,,\d{4}-[\d:.T-]+Z,$/);
    const reserved = lineOf(lines, 'say"hi",now');
    expect(reserved).toContain(',phone,"say""hi"",now",1,reserved,,,,');
  });

  test.each(['=SUM(A1:A9)', '+41', '@home', '-1'])(
    'gives no spreadsheet the formula %s',
    async (buyerId) => {
      const line = lineOf(await sluice.lines(['order', 'export', 'phone']), buyerId);
      expect(line).toContain(`,phone,'${buyerId},1,`);
    },
  );

  test('of no orders is the heading', async () => {
    expect(await sluice.lines(['order', 'export', 'nothing'])).toEqual([HEADING]);
  });

  test('of a state has no others', async () => {
    const lines = await sluice.lines(['order', 'export', 'phone', '--state', 'paid']);
    expect(lines).toEqual([HEADING, lineOf(lines, 'plain')]);
  });
});

test('as JSON lines has every field of the contract, unchanged', async () => {
  const lines = await sluice.lines(['order', 'export', 'phone', '--format', 'jsonl']);
  const orders = lines.map((line) => operatorOrderSchema.strict().parse(JSON.parse(line)));
  expect(orders.map(({ buyerId }) => buyerId).sort()).toEqual(BUYERS.toSorted());
  expect(orders.map(({ orderId }) => orderId)).toEqual(orderIds.toSorted());
  expect(await sluice.lines(['order', 'export', 'phone', '--json'])).toEqual(lines);
});

describe('to a file', () => {
  test('writes what it would have printed, and nothing beside it', async () => {
    const file = join(folder, 'orders.csv');
    const ended = await sluice.run(['order', 'export', 'phone', '--out', file]);
    expect(ended).toEqual({ exitCode: 0, errors: [], output: '' });
    const printed = await sluice.run(['order', 'export', 'phone']);
    expect(readFileSync(file, 'utf8')).toBe(printed.output);
    expect(readdirSync(folder)).toEqual(['orders.csv']);
    rmSync(file);
  });

  test('leaves one that is there alone', async () => {
    const file = join(folder, 'kept.csv');
    writeFileSync(file, 'mine');
    const ended = await sluice.run(['order', 'export', 'phone', '--out', file]);
    expect(ended).toMatchObject({ exitCode: 1, output: '' });
    expect(ended.errors).toEqual([`sluice: ${file} is there already; choose another --out`]);
    expect(readFileSync(file, 'utf8')).toBe('mine');
    rmSync(file);
  });

  test('of an unknown sale makes none', async () => {
    const file = join(folder, 'none.csv');
    const ended = await sluice.run(['order', 'export', 'none', '--out', file]);
    expect(ended.exitCode).toBe(1);
    expect(ended.errors).toEqual([
      expect.stringMatching(/^sluice: There is no such sale; .*known: /),
    ]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('in a folder that is not there is one line', async () => {
    const file = join(folder, 'nowhere', 'orders.csv');
    const ended = await sluice.run(['order', 'export', 'phone', '--out', file]);
    expect(ended).toMatchObject({ exitCode: 1, output: '' });
    expect(ended.errors).toEqual([expect.stringMatching(/^sluice: .* cannot be written: ENOENT/)]);
  });

  test('leaves nothing when the origin breaks off after a page', async () => {
    const [order] = await sluice.objects(['order', 'list', 'phone', '--limit', '1']);
    let asked = 0;
    const server = createServer((_request, response) => {
      asked += 1;
      response.setHeader('connection', 'close');
      if (asked > 1) response.destroy();
      else response.end(JSON.stringify({ orders: [order], next: order?.orderId }));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const file = join(folder, 'half.csv');
    const args = ['order', 'export', 'phone', '--out', file];
    const ended = await sluice.run(args, { ORIGIN_URL: `http://127.0.0.1:${port}` });
    server.close();
    expect(asked, 'a second page, and that once more').toBe(3);
    expect(ended.exitCode).toBe(1);
    expect(ended.errors).toEqual([expect.stringContaining('no origin answers')]);
    expect(existsSync(file)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });
});

test('ends quietly when its reader has seen enough', async () => {
  const [order] = await sluice.objects(['order', 'list', 'phone', '--limit', '1']);
  // A sale without end.
  const page = JSON.stringify({ orders: Array(1_000).fill(order), next: order?.orderId });
  const server = createServer((_request, response) => response.end(page));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const child = spawn(process.execPath, ['cli/sluice.ts', 'order', 'export', 'phone'], {
    cwd: new URL('../..', import.meta.url),
    env: { ...shop.environment, ORIGIN_URL: `http://127.0.0.1:${port}` },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20_000,
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const [errors] = await Promise.all([text(child.stderr), once(child, 'close')]);
  server.close();
  server.closeAllConnections();
  expect({ exitCode: child.exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
});

test.each([
  ['another format', ['--format', 'xml'], /--format/],
  ['no sale', [], /missing required argument 'sale'/],
  ['a state that orders do not have', ['a', '--state', 'sold'], /--state/],
])('%s exits 2', async (_name, args, message) => {
  const ended = await sluice.run(['order', 'export', ...args]);
  expect(ended).toMatchObject({ exitCode: 2, output: '' });
  expect(ended.errors.join('\n')).toMatch(message);
});
