/** `sluice sale create` with the terms of paying and waiting, `sale top-up`, `waitlist list`. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operatorSaleSchema } from '../../contract/operator.ts';
import { operatorWaiterSchema } from '../../contract/operator-waitlist.ts';
import { auditAtRest, openSale } from '../flow/sale.ts';
import { openShop, type Shop } from '../flow/shop.ts';
import { createSluice, edgeOf, placeOrders, type Sluice, until } from './run-sluice.ts';

let shop: Shop;
let sluice: Sluice;
beforeAll(async () => {
  shop = await openShop('embedded');
  await shop.startOrigin();
  sluice = createSluice(shop);
});
afterAll(() => shop.close());

const create = (id: string, ...more: string[]) => [
  ...['sale', 'create', '--id', id, '--title', 'Phone', '--units', '2', '--price', '0'],
  ...more,
];

describe('sale create', () => {
  test('makes the sale that its flags say', async () => {
    const flags = ['--pay-within', '90s', '--waitlist', '7', '--score', 'quantity'];
    const [sale] = await sluice.objects(create('terms', ...flags, '--free-on-payment-failure'));
    expect(operatorSaleSchema.strict().parse(sale)).toMatchObject({
      payWindowMs: 90_000,
      waitlistCap: 7,
      score: 'quantity',
      freeOnPaymentFailure: true,
      waitlist: { waiting: 0, full: false },
    });
  });

  test('without them takes what the shop has set, and a line as long as its units', async () => {
    const [sale] = await sluice.objects(create('defaults'));
    expect(sale).toMatchObject({
      payWindowMs: 300_000,
      waitlistCap: 2,
      score: 'fastest',
      freeOnPaymentFailure: false,
    });
  });

  test('with --waitlist 0 has none', async () => {
    const [sale] = await sluice.objects(create('no-line', '--waitlist', '0'));
    expect(sale).not.toHaveProperty('waitlist');
    const lines = await sluice.lines(['sale', 'list']);
    const line = lines.find((each) => each.startsWith('no-line '));
    expect(line).toMatch(/^no-line {2}open {2}2 of 2 left {2}no waitlist {2}0 CNY {2}\d{4}-/);
  });

  test('again with another term says that it exists', async () => {
    const ended = await sluice.run(create('terms', '--pay-within', '91s'));
    expect(ended).toMatchObject({ exitCode: 1, output: '' });
    expect(ended.errors).toEqual([expect.stringContaining('exists with other terms')]);
  });

  test('with a term that no sale may have names it', async () => {
    for (const [flag, value, field] of [
      ['--pay-within', '500ms', 'body.payWindowMs'],
      ['--waitlist', '100001', 'body.waitlistCap'],
    ] as const) {
      const ended = await sluice.run(create('bad', flag, value));
      expect(ended).toMatchObject({ exitCode: 1, output: '' });
      expect(ended.errors).toEqual([expect.stringContaining(field)]);
    }
  });
});

describe('sale top-up', () => {
  const topUp = (id: string, units: number, sale = 'more') => [
    ...['sale', 'top-up', sale, '--id', id, '--units', String(units)],
  ];
  const unitsOf = async () => (await auditAtRest(shop, 'more')).terms.units;
  beforeAll(() => openSale(shop, { saleId: 'more', units: 10 }));

  test('adds units once, however often it is sent', async () => {
    const [sale] = await sluice.objects(topUp('note-1', 5));
    expect(sale).toMatchObject({ saleId: 'more', units: 15 });
    await until(async () => {
      const [line] = await sluice.lines(topUp('note-1', 5));
      return /^more {2}open {2}15 of 15 left /.test(line ?? '');
    });
    expect(await auditAtRest(shop, 'more')).toMatchObject({ balanced: true, terms: { units: 15 } });
    expect(await sluice.objects(topUp('note-2', 1))).toMatchObject([{ units: 16 }]);
  });

  test('with a known id and other units is refused and adds nothing', async () => {
    const before = await unitsOf();
    const ended = await sluice.run(topUp('note-1', 6));
    expect(ended).toMatchObject({ exitCode: 1, output: '' });
    expect(ended.errors).toEqual([
      expect.stringMatching(/^sluice: .*note-1 was used to add another number of units$/),
    ]);
    expect(await unitsOf()).toBe(before);
  });

  test('of an unknown sale exits 1', async () => {
    const ended = await sluice.run(topUp('note-1', 1, 'none'));
    expect(ended.exitCode).toBe(1);
    expect(ended.errors).toEqual([
      expect.stringMatching(/^sluice: There is no such sale; .*known: /),
    ]);
  });

  test('with an id that is none is refused by name', async () => {
    const ended = await sluice.run(topUp('note 3', 1));
    expect(ended.exitCode).toBe(1);
    expect(ended.errors).toEqual([expect.stringContaining('body.topUpId')]);
  });
});

describe('waitlist list', () => {
  beforeAll(async () => {
    await openSale(shop, { saleId: 'line', units: 1, price: 0 });
    const edge = edgeOf(shop, 'line');
    await placeOrders(edge, ['ann']);
    const join = (buyerId: string) =>
      edge.send({ method: 'PUT', path: '/api/sales/line/waitlist', buyerId, body: '' });
    expect((await join('bob')).short).toBe('200');
    await sluice.lines(['sale', 'top-up', 'line', '--id', 'for-bob', '--units', '1']);
    expect((await join('cy')).short).toBe('200');
  });

  test('shows who was served and who waits, in the order of joining', async () => {
    const waiters = await sluice.objects(['waitlist', 'list', 'line']);
    for (const waiter of waiters) operatorWaiterSchema.strict().parse(waiter);
    expect(waiters).toMatchObject([
      { buyerId: 'bob', state: 'served', orderId: expect.stringMatching(/^[\w-]{22}$/) },
      { buyerId: 'cy', state: 'waiting', quantity: 1 },
    ]);
    const lines = await sluice.lines(['waitlist', 'list', 'line']);
    expect(lines[0]).toMatch(/^\d+ {2}served +1 × bob {2}\d{4}-\S+ {2}[\w-]{22}$/);
    expect(lines[1]).toMatch(/^\d+ {2}waiting +1 × cy {2}\d{4}-\S+$/);
    expect(await sluice.lines(['waitlist', 'list', 'line', '--limit', '1'])).toEqual([lines[0]]);
  });

  test('of an unknown sale exits 1', async () => {
    const ended = await sluice.run(['waitlist', 'list', 'none']);
    expect(ended).toMatchObject({ exitCode: 1, output: '' });
    expect(ended.errors).toEqual([
      expect.stringMatching(/^sluice: There is no such sale; .*known: /),
    ]);
  });
});

describe('a wrong call exits 2', () => {
  test.each([
    ['no units', ['sale', 'top-up', 'a', '--id', 'x'], /required option '--units <count>'/],
    ['no id', ['sale', 'top-up', 'a', '--units', '1'], /required option '--id <id>'/],
    ['0 units', ['sale', 'top-up', 'a', '--id', 'x', '--units', '0'], /1 or more/],
    ['fewer units', ['sale', 'top-up', 'a', '--id', 'x', '--units', '-1'], /--units/],
    ['an unknown score', create('a', '--score', 'luck'), /--score.*fastest, quantity/],
    ['a line in words', create('a', '--waitlist', 'long'), /--waitlist.*whole number/],
    ['a window without unit', create('a', '--pay-within', '90'), /--pay-within.*500ms/],
    ['no sale of a line', ['waitlist', 'list'], /missing required argument 'sale'/],
    ['nothing of a line', ['waitlist'], /Usage/],
  ])('%s', async (_name, args, message) => {
    const ended = await sluice.run(args);
    expect(ended).toMatchObject({ exitCode: 2, output: '' });
    expect(ended.errors.join('\n')).toMatch(message);
  });
});
