/**
 * The operator API, from outside: who may call it, what it refuses by name, what may be repeated.
 */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  auditSchema,
  operatorOrderSchema,
  operatorSaleSchema,
} from '../../../contract/operator.ts';
import { auditAtRest } from '../../flow/sale.ts';
import { openShop, type Shop } from '../../flow/shop.ts';
import { createEdgeStandIn, told } from './edge-stand-in.ts';

let shop: Shop;
let url: string;
beforeAll(async () => {
  shop = await openShop('embedded');
  url = (await shop.startOrigin()).url;
});
afterAll(() => shop.close());

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const TERMS = {
  saleId: 'phone',
  title: 'Phone',
  units: 10,
  price: 199_900,
  currency: 'CNY',
  opensAt: inMs(-1_000),
  closesAt: inMs(3_600_000),
};

async function call(method: string, path: string, body?: unknown, token?: string) {
  const given = token ?? `Bearer ${shop.environment.OPERATOR_TOKEN}`;
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', authorization: given },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return told(response);
}
const create = (change: Record<string, unknown> = {}) =>
  call('POST', '/operator/sales', { ...TERMS, ...change });

describe('the token', () => {
  const routes = [
    ['GET', '/operator/sales'],
    ['POST', '/operator/sales'],
    ['GET', '/operator/sales/phone'],
    ['POST', '/operator/sales/phone/close'],
    ['GET', '/operator/sales/phone/audit'],
    ['GET', '/operator/orders/q83vASNFZ4mrze8BI0VniQ'],
    ['GET', '/operator/nothing'],
  ] as const;

  // One wrong token each: an address that is wrong more than ten times has to wait.
  test.each(routes)('is asked for by %s %s', async (method, path) => {
    const body = method === 'POST' ? TERMS : undefined;
    const answer = await call(method, path, body, `Bearer ${shop.environment.OPERATOR_TOKEN}0`);
    expect(answer.short).toBe('401 unknown-token');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('was not needed to make anything', async () => {
    expect((await call('GET', '/operator/sales')).body).toEqual({ sales: [] });
  });
});

describe('bad terms', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ['no id', { saleId: undefined }, ['body.saleId']],
    ['units of 0', { units: 0 }, ['body.units']],
    ['a price in text', { price: '1999.00' }, ['body.price']],
    ['a word for a currency', { currency: 'yuan' }, ['body.currency']],
    ['a script for a picture', { pictureUrl: 'javascript:alert(1)' }, ['body.pictureUrl']],
    ['an end before the beginning', { closesAt: inMs(-5_000) }, ['body.closesAt']],
    ['a time without milliseconds', { opensAt: '2026-11-11T00:00:00Z' }, ['body.opensAt']],
    [
      'several',
      { units: 0.5, share: 2, perBuyer: 0 },
      ['body.units', 'body.perBuyer', 'body.share'],
    ],
  ])('%s: each field is named', async (_name, change, fields) => {
    const answer = await create(change);
    expect(answer.short).toBe('400 invalid-request');
    const named = answer.body.errors.map(({ field }) => field);
    expect(named.sort()).toEqual(fields.sort());
    for (const { message } of answer.body.errors) expect(message).toMatch(/\w/);
  });

  test.each([
    ['no JSON', '{"saleId"', '400 invalid-request'],
    ['nothing', '', '400 invalid-request'],
    ['a list', '[]', '400 invalid-request'],
    ['9 kB', JSON.stringify({ ...TERMS, title: 'x'.repeat(9_000) }), '413 body-too-large'],
  ])('%s is refused', async (_name, body, short) => {
    expect((await call('POST', '/operator/sales', body)).short).toBe(short);
  });

  test('make no sale', async () => {
    expect((await call('GET', '/operator/sales')).body).toEqual({ sales: [] });
  });
});

describe('a sale', () => {
  test('is made with its stock loaded and its draw committed to', async () => {
    const answer = await create({ share: 0.25, ratePerSecond: 500 });
    expect(answer.status).toBe(201);
    const sale = operatorSaleSchema.strict().parse(answer.body);
    expect(sale).toMatchObject({ state: 'open', stockLeft: 10, loaded: true, share: 0.25 });
    const edge = createEdgeStandIn({
      originUrl: url,
      passKeys: shop.environment.PASS_KEYS ?? '',
      saleId: 'phone',
    });
    const snapshot = await edge.send({ method: 'GET', path: '/edge/sales/phone', buyerId: '' });
    const seed = Buffer.from(snapshot.body.seed, 'base64url');
    expect(seed).toHaveLength(32);
    expect(sale.seedHash).toBe(createHash('sha256').update(seed).digest('base64url'));
    expect(JSON.stringify(answer.body), 'the seed itself').not.toContain(snapshot.body.seed);
    expect((await edge.send({})).short).toBe('202');
  });

  test('made again is the same sale, and its stock is not filled up', async () => {
    await auditAtRest(shop, 'phone');
    const before = await call('GET', '/operator/sales/phone');
    const again = await create({ share: 0.25, ratePerSecond: 500, opensAt: inMs(-500) });
    expect(again.status).toBe(201);
    const { now: _, ...rest } = before.body;
    expect(again.body).toMatchObject(rest);
    expect(again.body.stockLeft).toBe(9);
  });

  test.each([
    { title: 'Another' },
    { units: 11 },
    { price: 1 },
    { currency: 'EUR' },
    { perBuyer: 2 },
    { pictureUrl: '/other.svg' },
    { share: 1 },
    { ratePerSecond: 1_000 },
  ])('made again with %j is a conflict', async (change) => {
    const answer = await create({ share: 0.25, ratePerSecond: 500, ...change });
    expect(answer.short).toBe('409 conflict');
    expect(answer.body.detail).toContain('phone');
    expect((await call('GET', '/operator/sales/phone')).body).toMatchObject({ units: 10 });
  });

  test('is paused, opened and closed, each twice without harm', async () => {
    await create({ saleId: 'verbs', opensAt: inMs(60_000) });
    const verb = async (name: string) => (await call('POST', `/operator/sales/verbs/${name}`)).body;
    expect((await verb('pause')).state).toBe('paused');
    expect((await verb('pause')).state).toBe('paused');
    const opened = await verb('open');
    expect(opened.state).toBe('open');
    expect((await verb('open')).opensAt).toBe(opened.opensAt);
    const closed = await verb('close');
    expect(closed.state).toBe('ended');
    expect((await verb('close')).closesAt).toBe(closed.closesAt);
    const late = await call('POST', '/operator/sales/verbs/open');
    expect(late.short).toBe('409 conflict');
    expect(late.body.detail).toBe('the sale has ended');
  });

  test.each(['', '/audit'])(
    'that is not there is unknown: /operator/sales/none%s',
    async (rest) => {
      expect((await call('GET', `/operator/sales/none${rest}`)).short).toBe('404 unknown-sale');
      expect((await call('POST', '/operator/sales/none/open')).short).toBe('404 unknown-sale');
    },
  );
});

test('orders are shown with their buyer, and unknown ones refused', async () => {
  await create({ saleId: 'orders' });
  const passKeys = shop.environment.PASS_KEYS ?? '';
  const edge = createEdgeStandIn({ originUrl: url, passKeys, saleId: 'orders' });
  const { body } = await edge.send({ buyerId: 'user.4711' });
  const audit = auditSchema.strict().parse(await auditAtRest(shop, 'orders'));
  expect(audit).toMatchObject({ balanced: true, difference: 0, findings: [] });
  const shown = await call('GET', `/operator/orders/${body.orderId}`);
  const order = operatorOrderSchema.strict().parse(shown.body);
  expect(order).toMatchObject({ buyerId: 'user.4711', state: 'reserved', saleId: 'orders' });
  for (const id of ['q83vASNFZ4mrze8BI0VniQ', 'x', '%00']) {
    expect((await call('GET', `/operator/orders/${id}`)).short).toBe('404 unknown-order');
  }
});
