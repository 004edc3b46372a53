/**
 * `sluice dlq …` against a real origin whose book refuses some orders: the good ones among them
 * settle, their buyers and the operator see what is held, and each letter ends once, also when the
 * origin is killed in the middle.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  deadLetterResultSchema,
  deadLetterSchema,
  deadLettersSchema,
  wholeDeadLetterSchema,
} from '../../contract/operator-dead-letters.ts';
import { auditAtRest, openSale } from '../flow/sale.ts';
import { openShop, type Shop, type ShopProcess } from '../flow/shop.ts';
import { createSluice, edgeOf, type Sluice, until } from './run-sluice.ts';

const GARBAGE = "INSERT INTO log_records (value, appended_at_ms) VALUES (x'67617262616765', 1)";
/** Only as reserved: the book takes such an order when it is rejected. */
const REFUSE = `CREATE TRIGGER refuse BEFORE INSERT ON book_orders
  WHEN NEW.buyer_id LIKE 'mallory%' AND NEW.state = 'reserved'
  BEGIN SELECT RAISE(ABORT, 'not this one'); END`;

const BUYERS = ['ann', 'mallory-1', 'bob', 'mallory-2', 'mallory-3', 'cy'];
let shop: Shop;
let origin: ShopProcess;
let sluice: Sluice;
/** By buyer. */
const orders = new Map<string, string>();

beforeAll(async () => {
  shop = await openShop('embedded');
  origin = await shop.startOrigin({ LOG_LEVEL: 'silent' });
  sluice = createSluice(shop);
  await openSale(shop, { saleId: 'phone', units: 10 });
  await meddle([GARBAGE, REFUSE]);
  const edge = edgeOf(shop, 'phone');
  await Promise.all(
    BUYERS.map(async (buyerId) => {
      const placed = await edge.send({ buyerId });
      expect(placed.short).toBe('202');
      orders.set(buyerId, placed.body.orderId);
    }),
  );
  await until(async () => (await letters()).length === 4);
});
afterAll(() => shop.close());

/** The origin has its database to itself. */
async function meddle(statements: string[], variables = {}): Promise<void> {
  await origin.stop();
  const database = new DatabaseSync(join(shop.environment.DATA_DIR ?? '', 'sluice.db'));
  for (const statement of statements) database.exec(statement);
  database.close();
  origin = await shop.startOrigin({ LOG_LEVEL: 'silent', ...variables });
}

const list = (...args: string[]) => sluice.objects(['dlq', 'list', ...args]);
const orderIdOf = (buyerId: string) => orders.get(buyerId) ?? '';

/** What is pending, from the origin itself: a command is a process. */
async function letters() {
  const path = '/operator/dead-letters?state=pending';
  return (await shop.operator.get(path, deadLettersSchema)).letters;
}

async function letterOf(buyerId: string): Promise<string> {
  const found = (await letters()).find(({ orderId }) => orderId === orderIdOf(buyerId));
  return String(found?.id);
}

async function garbageId(): Promise<string> {
  return String((await letters()).find(({ orderId }) => orderId === undefined)?.id);
}

async function seenBy(buyerId: string, path = `/api/orders/${orderIdOf(buyerId)}`) {
  return (await edgeOf(shop, 'phone').send({ method: 'GET', path, buyerId })).body;
}

test('the good among them settle; the others lie in the letters, an order each', async () => {
  for (const buyerId of ['ann', 'bob', 'cy']) {
    await until(async () => (await seenBy(buyerId)).state === 'reserved');
  }
  const all = await list();
  for (const letter of all) deadLetterSchema.strict().parse(letter);
  const named = all.filter(({ orderId }) => orderId !== undefined);
  expect(named.map(({ buyerId }) => buyerId).sort()).toEqual([
    'mallory-1',
    'mallory-2',
    'mallory-3',
  ]);
  expect(named.map(({ reason }) => reason)).toContain('book-refused: not this one');
  const lines = await sluice.lines(['dlq', 'list', '--state', 'pending']);
  expect(lines).toHaveLength(4);
  expect(lines.join('\n')).toMatch(/pending {4}sqlite@\w+ 0\/\d+ {2}not-protobuf/);
  expect(await list('--limit', '2')).toHaveLength(2);
});

test('their buyers are told that the shop has to look, on every way to the order', async () => {
  const held = { orderId: orderIdOf('mallory-1'), state: 'queued', held: true };
  expect(await seenBy('mallory-1')).toMatchObject(held);
  expect(await seenBy('mallory-1', '/api/sales/phone/orders/mine')).toMatchObject(held);
  expect(await seenBy('mallory-1', '/api/orders')).toMatchObject({ orders: [held] });
});

test('show tells all of a letter, and what its record holds', async () => {
  const [whole] = await sluice.objects(['dlq', 'show', await letterOf('mallory-1')]);
  const { record, value } = wholeDeadLetterSchema.strict().parse(whole);
  expect(record).toMatchObject({
    kind: 'reserved',
    reservations: [{ orderId: orderIdOf('mallory-1'), buyerId: 'mallory-1', quantity: 1 }],
  });
  expect(Buffer.from(value, 'base64').length).toBeGreaterThan(30);
  const lines = await sluice.lines(['dlq', 'show', await garbageId()]);
  expect(lines).toContain('value      Z2FyYmFnZQ==');
  expect(lines).toContain('record     {"kind":"unreadable","reason":"not-protobuf"}');
});

test('how many wait is a metric', async () => {
  await until(async () => {
    const text = await (await fetch(`${origin.url}/metrics`)).text();
    return text.includes('\nsluice_dead_letters_pending 4\n');
  });
});

test('replay of what is still refused, or cannot be read, exits 1 and says why', async () => {
  const refused = await sluice.run(['dlq', 'replay', await letterOf('mallory-1')]);
  expect(refused).toMatchObject({ exitCode: 1, output: '' });
  const errors = ['sluice: The book still refuses it; book-refused: not this one'];
  expect(refused.errors).toEqual(errors);
  const unread = await sluice.run(['dlq', 'replay', await garbageId()]);
  expect(unread).toMatchObject({ exitCode: 1, output: '' });
  expect(unread.errors).toEqual(['sluice: The record cannot be read; not-protobuf']);
  const all = await sluice.run(['dlq', 'replay', '--all']);
  expect(all).toMatchObject({ exitCode: 1, output: '' });
  expect(all.errors).toHaveLength(4);
  expect(await letters()).toHaveLength(4);
});

test('discard rejects the order and gives its unit back', async () => {
  const id = await letterOf('mallory-2');
  const [result] = await sluice.objects(['dlq', 'discard', id]);
  const order = { orderId: orderIdOf('mallory-2'), state: 'rejected', reason: 'poison' };
  expect(deadLetterResultSchema.strict().parse(result)).toMatchObject({
    letter: { state: 'discarded' },
    orders: [order],
    unwritten: [],
  });
  expect(await seenBy('mallory-2')).toMatchObject(order);
  const [garbage] = await sluice.lines(['dlq', 'discard', await garbageId()]);
  expect(garbage).toMatch(/^\d+ {2}discarded {2}without an order$/);
  const replayed = await sluice.run(['dlq', 'replay', id]);
  expect(replayed).toMatchObject({ exitCode: 1, output: '' });
  expect(replayed.errors).toEqual(['sluice: This letter was discarded already']);
});

test('killed between the order and the mark, the same command ends it', async () => {
  await meddle(['DROP TRIGGER refuse'], { FAILPOINTS: 'dlq.after-settle=kill' });
  const id = await letterOf('mallory-1');
  expect(await sluice.run(['dlq', 'replay', id])).toMatchObject({ exitCode: 1, output: '' });
  await origin.ended;
  origin = await shop.startOrigin({ LOG_LEVEL: 'silent' });
  expect(await seenBy('mallory-1')).toMatchObject({ state: 'reserved' });
  expect((await letters()).map((letter) => String(letter.id))).toContain(id);
  const line = `${id}  replayed  ${orderIdOf('mallory-1')} reserved`;
  expect(await sluice.lines(['dlq', 'replay', id])).toEqual([line]);
  expect(await sluice.lines(['dlq', 'replay', id])).toEqual([line]);
  const discarded = await sluice.run(['dlq', 'discard', id]);
  expect(discarded).toMatchObject({ exitCode: 1, output: '' });
  expect(discarded.errors).toEqual(['sluice: This letter was replayed already']);
});

test('replay --all ends the rest, and the ledger balances', async () => {
  const [result, ...more] = await sluice.objects(['dlq', 'replay', '--all']);
  expect(result).toMatchObject({ orders: [{ orderId: orderIdOf('mallory-3') }] });
  expect(more).toEqual([]);
  expect(await list('--state', 'pending')).toEqual([]);
  expect(await sluice.objects(['dlq', 'replay', '--all'])).toEqual([]);
  const audit = await auditAtRest(shop, 'phone');
  expect(audit).toMatchObject({ balanced: true, terms: { reserved: 5, free: 5 } });
  expect(audit.proof.orders).toEqual({ reserved: 5, rejected: 1 });
});

test.each([
  ['neither a letter nor --all', ['replay'], /name a letter, or --all/],
  ['both', ['replay', '1', '--all'], /name a letter, or --all/],
  ['a state that letters do not have', ['list', '--state', 'lost'], /--state/],
  ['nothing', [], /Usage/],
])('%s exits 2', async (_name, args, message) => {
  const ended = await sluice.run(['dlq', ...args]);
  expect(ended).toMatchObject({ exitCode: 2, output: '' });
  expect(ended.errors.join('\n')).toMatch(message);
});

test.each(['999999', 'abc', '-1'])('a letter that is not there exits 1: %s', async (id) => {
  const ended = await sluice.run(['dlq', 'show', '--', id]);
  expect(ended).toMatchObject({ exitCode: 1, output: '' });
  expect(ended.errors).toEqual(['sluice: There is no such dead letter']);
});
