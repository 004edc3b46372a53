/** `sluice notices …` against a real origin and a shop that does not take them at first. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deliverySchema } from '../../contract/deliveries.ts';
import { openSale } from '../flow/sale.ts';
import { openShop, type Shop, type ShopProcess } from '../flow/shop.ts';
import { createSluice, edgeOf, placeOrders, type Sluice, until } from './run-sluice.ts';

let shop: Shop;
let variables: Record<string, string>;
let origin: ShopProcess;
let sluice: Sluice;
let webhook: Server;
/** What the shop says to a notice. */
let status = 500;
let orderIds: string[];

beforeAll(async () => {
  webhook = createServer((request, response) => {
    request.resume();
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => void webhook.listen(0, '127.0.0.1', resolve));
  const { port } = webhook.address() as AddressInfo;
  shop = await openShop('embedded');
  variables = {
    WEBHOOK_URL: `http://127.0.0.1:${port}/events`,
    WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    LOG_LEVEL: 'silent',
  };
  origin = await shop.startOrigin(variables);
  sluice = createSluice(shop);
  await openSale(shop, { saleId: 'phone' });
  orderIds = await placeOrders(edgeOf(shop, 'phone'), ['ann', 'bob', 'cy']);
  await until(async () => (await list()).filter(({ tries }) => tries === 1).length === 3);
});
afterAll(async () => {
  await shop.close();
  webhook.close();
  webhook.closeAllConnections();
});

const list = (...args: string[]) => sluice.objects(['notices', 'list', ...args]);
const replay = (...args: string[]) => sluice.objects(['notices', 'replay', ...args]);
const idsOf = (notices: Record<string, unknown>[]) => notices.map((each) => `${each.deliveryId}`);

/** As after three days without an answer. */
async function giveUp(): Promise<void> {
  // The origin has its database to itself.
  await origin.stop();
  const database = new DatabaseSync(join(shop.environment.DATA_DIR ?? '', 'sluice.db'));
  const dead = "UPDATE book_deliveries SET state = 'dead' WHERE state = 'pending'";
  expect(database.prepare(dead).run().changes).toBe(3);
  database.close();
  origin = await shop.startOrigin(variables);
}

test('list shows a line a notice, with what the shop said', async () => {
  for (const notice of await list()) deliverySchema.strict().parse(notice);
  const lines = await sluice.lines(['notices', 'list']);
  expect(lines).toHaveLength(3);
  for (const [index, line] of lines.entries()) {
    expect(line).toContain(`  order.reserved   ${orderIds[index]}  pending `);
    // The next try comes after some seconds, which a slow machine takes to get here.
    expect(line).toMatch(/ \d (try|tries) +next 20/);
    expect(line).toMatch(/ {2}status 500$/);
  }
  expect(await list('--limit', '2')).toHaveLength(2);
  expect(await list('--state', 'dead')).toEqual([]);
});

test('replay leaves alone what is not dead or not there', async () => {
  const [first = ''] = idsOf(await list());
  expect(await replay(first, 'no-such-notice')).toEqual([{ replayed: 0 }]);
  expect(await replay('--all')).toEqual([{ replayed: 0 }]);
});

test('replay tries dead ones again, those that are named or all', async () => {
  await giveUp();
  const dead = idsOf(await list('--state', 'dead'));
  expect(dead).toHaveLength(3);
  status = 200;
  const [first = ''] = dead;
  // More names than one request may hold.
  const many = Array.from({ length: 150 }, (_, index) => `no-such-notice-${index}`);
  expect(await sluice.lines(['notices', 'replay', ...many, first])).toEqual([
    '1 to be tried again',
  ]);
  await until(async () => (await list('--state', 'delivered')).length === 1);
  expect(idsOf(await list('--state', 'dead'))).toEqual(dead.slice(1));
  expect(await replay('--all')).toEqual([{ replayed: 2 }]);
  await until(async () => (await list('--state', 'delivered')).length === 3);
  const [line] = await sluice.lines(['notices', 'list']);
  expect(line).toMatch(/ {2}delivered {2}1 try {2}\d{4}-\S+Z/);
});

test('replay of what can be no id exits 1 and says so', async () => {
  const ended = await sluice.run(['notices', 'replay', 'é']);
  expect(ended).toMatchObject({ exitCode: 1, output: '' });
  expect(ended.errors).toEqual([expect.stringMatching(/^sluice: The request is not valid; body/)]);
});

test.each([
  ['neither names nor --all', ['replay'], /name notices, or --all/],
  ['both', ['replay', '--all', 'a'], /name notices, or --all/],
  ['a state that notices do not have', ['list', '--state', 'lost'], /--state/],
  ['a limit of 0', ['list', '--limit', '0'], /1 or more/],
  ['nothing', [], /Usage/],
])('%s exits 2', async (_name, args, message) => {
  const ended = await sluice.run(['notices', ...args]);
  expect(ended).toMatchObject({ exitCode: 2, output: '' });
  expect(ended.errors.join('\n')).toMatch(message);
});
