/**
 * The `sluice` command against a real origin: what it prints, what it exits with, what it refuses.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditSchema, operatorOrderSchema, operatorSaleSchema } from '../../contract/operator.ts';
import { auditAtRest } from '../flow/sale.ts';
import { openShop, type Shop, type ShopProcess } from '../flow/shop.ts';
import { createSluice, edgeOf, type Sluice } from './run-sluice.ts';

let shop: Shop;
let origin: ShopProcess;
let sluice: Sluice['run'];
beforeAll(async () => {
  shop = await openShop('embedded');
  origin = await shop.startOrigin();
  sluice = createSluice(shop).run;
});
afterAll(() => shop.close());

const CREATE = [
  ...['sale', 'create', '--id', 'phone', '--title', '手机 Phone', '--units', '100'],
  ...['--price', '199900', '--currency', 'CNY', '--opens-in', '60s', '--closes-in', '1h'],
  ...['--per-buyer', '1', '--rate', '1000', '--share', '1', '--json'],
];
const without = (flag: string) => {
  const at = CREATE.indexOf(flag);
  return CREATE.filter((_, index) => index !== at && index !== at + 1);
};
const changed = (flag: string, value: string) =>
  CREATE.map((each, index) => (CREATE[index - 1] === flag ? value : each));

describe('sale', () => {
  test('create makes the sale that its flags say, and may be repeated', async () => {
    const startedAt = Date.now();
    const first = await sluice(CREATE);
    expect(first).toMatchObject({ exitCode: 0, errors: [] });
    const sale = operatorSaleSchema.strict().parse(JSON.parse(first.output));
    expect(sale).toMatchObject({
      saleId: 'phone',
      title: '手机 Phone',
      units: 100,
      price: 199_900,
      currency: 'CNY',
      perBuyer: 1,
      ratePerSecond: 1_000,
      share: 1,
      state: 'scheduled',
      stockLeft: 100,
    });
    const opensInMs = Date.parse(sale.opensAt) - startedAt;
    expect(opensInMs).toBeGreaterThanOrEqual(60_000);
    expect(opensInMs).toBeLessThan(120_000);
    expect(Date.parse(sale.closesAt) - Date.parse(sale.opensAt)).toBe(3_540_000);

    const again = await sluice(CREATE);
    expect(again.exitCode).toBe(0);
    expect(JSON.parse(again.output)).toMatchObject({
      opensAt: sale.opensAt,
      version: sale.version,
    });
  });

  test('create with other terms says that it exists, and exits 1', async () => {
    const ended = await sluice(changed('--units', '101'));
    expect(ended).toMatchObject({ exitCode: 1, output: '' });
    expect(ended.errors).toEqual([
      expect.stringMatching(/^sluice: .*phone exists with other terms/),
    ]);
  });

  test('open, pause and close change it, list shows it', { timeout: 120_000 }, async () => {
    for (const [verb, state] of [
      ['open', 'open'],
      ['pause', 'paused'],
      ['open', 'open'],
    ] as const) {
      const ended = await sluice(['sale', verb, 'phone', '--json']);
      expect(JSON.parse(ended.output)).toMatchObject({ saleId: 'phone', state });
    }
    const listed = (await sluice(['sale', 'list', '--json'])).output;
    expect(JSON.parse(listed), 'one line a sale').toMatchObject({ saleId: 'phone' });
    expect((await sluice(['sale', 'show', 'phone'])).output).toMatch(/^ratePerSecond +1000$/m);
    const told = await sluice(['sale', 'list']);
    expect(told.output).toMatch(/^phone {2}open {2}100 of 100 left .*手机 Phone\n$/);
    const closed = await sluice(['sale', 'close', 'phone']);
    expect(closed.output).toMatch(/^phone {2}ended /);
    const late = await sluice(['sale', 'open', 'phone']);
    expect(late).toMatchObject({ exitCode: 1 });
    expect(late.errors[0]).toMatch(/the sale has ended/);
  });

  test('that does not exist is one line and exit code 1', async () => {
    for (const args of [
      ['sale', 'pause', 'phnoe'],
      ['audit', 'phnoe'],
    ]) {
      const ended = await sluice(args);
      expect(ended).toMatchObject({ exitCode: 1, output: '' });
      const told = 'sluice: There is no such sale; did you mean phone? known: phone';
      expect(ended.errors).toEqual([told]);
    }
  });
});

describe('order show and audit', () => {
  let orderId: string;
  beforeAll(async () => {
    await sluice([...changed('--id', 'audited'), '--opens-in', '0s']);
    orderId = (await edgeOf(shop, 'audited').send({})).body.orderId;
    await auditAtRest(shop, 'audited');
  });

  test('show the order with its buyer', async () => {
    const shown = await sluice(['order', 'show', orderId, '--json']);
    const order = operatorOrderSchema.strict().parse(JSON.parse(shown.output));
    expect(order).toMatchObject({ orderId, buyerId: 'buyer-1', state: 'reserved' });
    expect((await sluice(['order', 'show', orderId])).output).toMatch(/^state +reserved$/m);
    const unknown = await sluice(['order', 'show', 'q83vASNFZ4mrze8BI0VniQ']);
    expect(unknown).toMatchObject({ exitCode: 1, errors: ['sluice: There is no such order'] });
  });

  test('prove the ledger: every term, and exit code 0', async () => {
    const ended = await sluice(['audit', 'audited', '--json']);
    expect(ended).toMatchObject({ exitCode: 0, errors: [] });
    expect(auditSchema.strict().parse(JSON.parse(ended.output))).toMatchObject({
      balanced: true,
      difference: 0,
      terms: { units: 100, free: 99, unsettled: 0, reserved: 1, paid: 0, pendingRelease: 0 },
    });
    const told = await sluice(['audit', 'audited']);
    expect(told.exitCode).toBe(0);
    for (const line of [/^units +100$/m, /^free +99$/m, /^reserved +1$/m, /^buyers twice +0$/m]) {
      expect(told.output).toMatch(line);
    }
    expect(told.output).toMatch(/\nbalanced\n$/);
  });
});

describe('a wrong call exits 2 and says what is wrong', () => {
  test.each([
    ['no command', [], /Usage/],
    ['an unknown command', ['sell'], /unknown command 'sell'/],
    ['an unknown flag', [...CREATE, '--colour', 'red'], /unknown option '--colour'/],
    ['no id', without('--id'), /required option '--id <id>'/],
    ['no title', without('--title'), /required option '--title <text>'/],
    ['no units', without('--units'), /required option '--units <count>'/],
    ['no price', without('--price'), /required option '--price <minor>'/],
    ['units in words', changed('--units', 'ten'), /--units.*whole number/],
    ['negative units', changed('--units', '-1'), /--units|unknown option/],
    ['a price with a point', changed('--price', '1999.00'), /--price.*whole number/],
    ['a duration without unit', changed('--opens-in', '5'), /--opens-in.*must be like 500ms/],
    ['a rate in words', changed('--rate', 'fast'), /--rate.*number/],
    ['a share in words', changed('--share', 'half'), /--share.*number/],
    ['no sale', ['audit'], /missing required argument 'sale'/],
    ['two sales', ['audit', 'a', 'b'], /too many arguments/],
    ['no order', ['order', 'show'], /missing required argument 'order'/],
  ])('%s', async (_name, args, message) => {
    const ended = await sluice(args);
    expect(ended.exitCode).toBe(2);
    expect(ended.errors.join('\n')).toMatch(message);
    expect(ended.output).toBe('');
  });

  test('what only the origin can know is refused by name, with exit code 1', async () => {
    for (const [flag, value, field] of [
      ['--id', 'Phone', 'body.saleId'],
      ['--share', '2', 'body.share'],
      ['--currency', 'yuan', 'body.currency'],
      ['--closes-in', '1s', 'body.closesAt'],
    ] as const) {
      const ended = await sluice(changed(flag, value));
      expect(ended.exitCode, flag).toBe(1);
      expect(ended.errors).toEqual([expect.stringContaining(field)]);
    }
  });
});

describe('where the origin', () => {
  test('is not running, it is one line', async () => {
    const ended = await sluice(['sale', 'list'], { ORIGIN_URL: 'http://127.0.0.1:9' });
    expect(ended).toMatchObject({ exitCode: 1 });
    expect(ended.errors).toEqual([
      'sluice: no origin answers at http://127.0.0.1:9; start it, or set ORIGIN_URL to where it is',
    ]);
  });

  test('has another token, it is one line', async () => {
    const ended = await sluice(['sale', 'list'], { OPERATOR_TOKEN: 'the token of another shop' });
    expect(ended.exitCode).toBe(1);
    const { ORIGIN_URL: url } = shop.environment;
    expect(ended.errors).toEqual([
      `sluice: This needs a token of an operator; ${url} refuses OPERATOR_TOKEN`,
    ]);
  });

  test('has no token to be found, it is one line', async () => {
    const ended = await sluice(['sale', 'list'], { OPERATOR_TOKEN: undefined });
    expect(ended.exitCode).toBe(1);
    expect(ended.errors).toEqual([expect.stringMatching(/^sluice: OPERATOR_TOKEN is not set/)]);
  });

  test('has its secrets damaged, it is one line', async () => {
    const folder = shop.environment.DATA_DIR ?? '';
    const file = join(folder, 'secrets.json');
    writeFileSync(file, '{');
    const ended = await sluice(['sale', 'list'], { OPERATOR_TOKEN: undefined });
    rmSync(file);
    expect(ended).toMatchObject({ exitCode: 1 });
    expect(ended.errors).toEqual([expect.stringMatching(/^sluice: .*secrets\.json is damaged/)]);
  });

  test('answers something else, it is one line', async () => {
    const server = await listening((body) => body.end('{"sales":[{"saleId":1}]}'));
    const { port } = server.address() as AddressInfo;
    const ended = await sluice(['sale', 'list'], { ORIGIN_URL: `http://127.0.0.1:${port}/` });
    server.close();
    expect(ended.exitCode).toBe(1);
    expect(ended.errors).toEqual([expect.stringContaining('something else than this version')]);
  });
});

test('an audit waits for orders that are on their way', async () => {
  let asked = 0;
  const balanced = await shop.operator.get('/operator/sales/phone/audit', auditSchema);
  const server = await listening((body) => {
    asked += 1;
    body.end(JSON.stringify({ ...balanced, atWatermark: asked > 2, balanced: asked > 2 }));
  });
  const { port } = server.address() as AddressInfo;
  const ended = await sluice(['audit', 'phone'], { ORIGIN_URL: `http://127.0.0.1:${port}` });
  server.close();
  expect(ended.exitCode).toBe(0);
  expect(asked).toBe(3);
});

test('an audit exits 1 and says what is wrong once the books are cooked', async () => {
  await origin.stop();
  const database = new DatabaseSync(join(shop.environment.DATA_DIR ?? '', 'sluice.db'));
  // A unit is reserved in the counter for which there is no order.
  const cook = `UPDATE book_sales SET free = free - 1, reserved = reserved + 1 WHERE sale_id = ?`;
  const { changes } = database.prepare(cook).run('audited');
  database.close();
  expect(changes).toBe(1);
  // Without the roles that would find it out, and make the stock anew.
  origin = await shop.startOrigin({ ROLES: 'api' });

  const ended = await sluice(['audit', 'audited', '--json']);
  expect(ended.exitCode).toBe(1);
  const audit = auditSchema.parse(JSON.parse(ended.output));
  expect(audit).toMatchObject({ balanced: false, atWatermark: true });
  expect(audit.findings.length).toBeGreaterThan(0);
  const told = await sluice(['audit', 'audited']);
  expect(told.exitCode).toBe(1);
  expect(told.output).toMatch(/^- .*\d/m);
  expect(told.output).toMatch(/\nNOT balanced\n$/);
});

async function listening(answer: (body: { end(text: string): void }) => void): Promise<Server> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.setHeader('connection', 'close');
    answer(response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return server;
}
