/**
 * The operator's routes about orders, payments, lines and notices, from outside: the token, what is
 * refused by name, and that a refused request changes nothing.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditSchema, operatorOrderSchema } from '../../../contract/operator.ts';
import { operatorOrdersSchema } from '../../../contract/operator-orders.ts';
import { act, placeOrders } from '../../cli/run-sluice.ts';
import { auditAtRest, openSale } from '../../flow/sale.ts';
import { openShop, type Shop } from '../../flow/shop.ts';
import { createEdgeStandIn, type Told, told } from './edge-stand-in.ts';

const NO_ORDER = 'q83vASNFZ4mrze8BI0VniQ';

let shop: Shop;
let url: string;
let before: unknown;
/** Of a sale that is free: one order is paid, one is not. */
let paid: string;
let reserved: string;

beforeAll(async () => {
  shop = await openShop('embedded');
  url = (await shop.startOrigin()).url;
  await openSale(shop, { saleId: 'phone', units: 10, price: 0 });
  const { PASS_KEYS: passKeys = '' } = shop.environment;
  const edge = createEdgeStandIn({ originUrl: url, passKeys, saleId: 'phone' });
  [paid = '', reserved = ''] = await placeOrders(edge, ['ann', 'bob']);
  expect((await act(edge, 'payment', { orderId: paid, buyerId: 'ann' })).short).toBe('200');
  before = await everything();
});
afterAll(() => shop.close());

async function call(method: string, path: string, body?: unknown, token?: string): Promise<Told> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      authorization: token ?? `Bearer ${shop.environment.OPERATOR_TOKEN}`,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return told(response);
}
const get = (path: string) => call('GET', path);

async function everything(): Promise<unknown> {
  const audit = await auditAtRest(shop, 'phone');
  const lists = ['sales/phone/orders', 'sales/phone/payments', 'sales/phone/waitlist'];
  const pages = await Promise.all([...lists, 'deliveries'].map((path) => get(`/operator/${path}`)));
  return { audit: auditSchema.strict().parse(audit), pages: pages.map(({ body }) => body) };
}

/** Sends it, and holds that nothing at all came of it. */
async function refused(path: string, body: unknown): Promise<Told> {
  const answer = await call('POST', path, body);
  expect(await everything()).toEqual(before);
  return answer;
}

const READS = [
  '/operator/sales/phone/orders',
  '/operator/sales/phone/payments',
  '/operator/sales/phone/waitlist',
  '/operator/deliveries',
];
const orderPath = (what: string, orderId: string) => `/operator/orders/${orderId}/${what}`;

test.each(READS)('%s needs the token', async (path) => {
  expect((await call('GET', path, undefined, 'Bearer wrong')).short).toBe('401 unknown-token');
  expect((await get(path)).short).toBe('200');
});

test('every command needs the token, whatever else is wrong with it', async () => {
  const commands: [string, unknown][] = [
    [orderPath('cancellation', reserved), {}],
    [orderPath('refund', paid), { restock: true }],
    [orderPath('refund', NO_ORDER), '{'],
    ['/operator/sales/phone/top-up', { topUpId: 'a', units: 1 }],
    ['/operator/deliveries/replay', { all: true }],
  ];
  for (const [path, body] of commands) {
    expect((await call('POST', path, body, 'Bearer wrong')).short).toBe('401 unknown-token');
  }
  expect(await everything()).toEqual(before);
});

describe('a page', () => {
  test.each([
    ['limit=0', 'query.limit'],
    ['limit=1001', 'query.limit'],
    ['limit=many', 'query.limit'],
    ['limit=', 'query.limit'],
  ])('with %s is refused by name', async (query, field) => {
    for (const path of READS) {
      const answer = await get(`${path}?${query}`);
      expect(answer.short, path).toBe('400 invalid-request');
      expect(answer.body.errors.map((error) => error.field)).toEqual([field]);
    }
  });

  test.each([
    ['sales/phone/orders?state=queued', 'query.state'],
    ['sales/phone/orders?state=', 'query.state'],
    ['sales/phone/orders?after=x', 'query.after'],
    ["sales/phone/orders?after='%20OR%201=1%20--%20xxxxxx", 'query.after'],
    ['sales/phone/payments?state=reserved', 'query.state'],
    ['sales/phone/payments?after=%C3%A9', 'query.after'],
    ['sales/phone/payments?after=', 'query.after'],
    ['sales/phone/waitlist?after=-1', 'query.after'],
    ['sales/phone/waitlist?after=1.5', 'query.after'],
    ['deliveries?state=lost', 'query.state'],
    ['deliveries?after=a', 'query.after'],
  ])('of %s is refused by name', async (path, field) => {
    const answer = await get(`/operator/${path}`);
    expect(answer.short).toBe('400 invalid-request');
    expect(answer.body.errors.map((error) => error.field)).toEqual([field]);
  });

  test.each(['none', 'PHONE', '%C3%A9', '%00', 'x'.repeat(200)])(
    'of the sale %s is of no sale',
    async (saleId) => {
      for (const list of ['orders', 'payments', 'waitlist', 'audit']) {
        const answer = await get(`/operator/sales/${saleId}/${list}`);
        expect(answer.short, list).toBe('404 unknown-sale');
      }
    },
  );

  test('says where the next begins, and the last one that it is the last', async () => {
    const path = '/operator/sales/phone/orders';
    const ids = [paid, reserved].toSorted();
    const first = operatorOrdersSchema.strict().parse((await get(`${path}?limit=1`)).body);
    expect(first.orders.map(({ orderId }) => orderId)).toEqual(ids.slice(0, 1));
    expect(first.next).toBe(ids[0]);
    const rest = await get(`${path}?after=${first.next}&limit=2`);
    const second = operatorOrdersSchema.strict().parse(rest.body);
    expect(second.orders.map(({ orderId }) => orderId)).toEqual(ids.slice(1));
    expect(second.next).toBeUndefined();
    const behind = await get(`${path}?after=zzzzzzzzzzzzzzzzzzzzzz`);
    expect(behind.body).toEqual({ orders: [] });
  });
});

describe('a command', () => {
  test.each<[string, string, unknown, string | RegExp]>([
    ['cancellation', 'by a buyer', { by: 'buyer' }, 'body.by'],
    ['cancellation', 'with an unknown field', { why: 'x' }, 'body'],
    ['cancellation', 'in no JSON', '{"by"', 'body'],
    ['refund', 'without a word on the units', {}, 'body.restock'],
    ['refund', 'with no body', '', 'body.restock'],
    ['refund', 'with a word for yes', { restock: 'yes' }, 'body.restock'],
    ['refund', 'of a part', { restock: true, amount: 1 }, 'body'],
  ])('%s %s is refused by name', async (what, _name, body, field) => {
    for (const orderId of [paid, reserved, NO_ORDER]) {
      const answer = await refused(orderPath(what, orderId), body);
      expect(answer.short).toBe('400 invalid-request');
      expect(answer.body.errors.map((error) => error.field)).toEqual([field]);
    }
  });

  test.each<[string, unknown, string]>([
    ['no id', { units: 1 }, 'body.topUpId'],
    ['a space in its id', { topUpId: 'a b', units: 1 }, 'body.topUpId'],
    ['an id of other letters', { topUpId: 'é', units: 1 }, 'body.topUpId'],
    ['an id that is too long', { topUpId: 'x'.repeat(65), units: 1 }, 'body.topUpId'],
    ['no units', { topUpId: 'a' }, 'body.units'],
    ['0 units', { topUpId: 'a', units: 0 }, 'body.units'],
    ['fewer units', { topUpId: 'a', units: -1 }, 'body.units'],
    ['half a unit', { topUpId: 'a', units: 0.5 }, 'body.units'],
    ['more than a sale may have', { topUpId: 'a', units: 10_000_001 }, 'body.units'],
    ['an unknown field', { topUpId: 'a', units: 1, price: 0 }, 'body'],
  ])('to top up with %s is refused by name', async (_name, body, field) => {
    const answer = await refused('/operator/sales/phone/top-up', body);
    expect(answer.short).toBe('400 invalid-request');
    expect(answer.body.errors.map((error) => error.field)).toEqual([field]);
  });

  test.each<[string, unknown]>([
    ['nothing', {}],
    ['no names', { ids: [] }],
    ['an empty name', { ids: [''] }],
    ['a name of other letters', { ids: ['é'] }],
    ['101 names', { ids: Array.from({ length: 101 }, () => 'a') }],
    ['all, or not', { all: false }],
  ])('to replay %s is refused', async (_name, body) => {
    const answer = await refused('/operator/deliveries/replay', body);
    expect(answer.short).toBe('400 invalid-request');
  });

  test('of 9 kB is too large', async () => {
    const body = JSON.stringify({ restock: true }).padEnd(9_000);
    for (const path of [
      orderPath('cancellation', reserved),
      orderPath('refund', paid),
      '/operator/sales/phone/top-up',
      '/operator/deliveries/replay',
    ]) {
      expect((await refused(path, body)).short).toBe('413 body-too-large');
    }
  });

  test.each([NO_ORDER, 'x', '%00', '%C3%A9', 'x'.repeat(500)])(
    'for the order %s finds none',
    async (orderId) => {
      const refund = await refused(orderPath('refund', orderId), { restock: true });
      expect(refund.short).toBe('404 unknown-order');
      const cancellation = await refused(orderPath('cancellation', orderId), {});
      expect(cancellation.short).toBe('404 unknown-order');
    },
  );

  test.each(['none', 'PHONE', '%C3%A9', '%00', 'x'.repeat(200)])(
    'to top up the sale %s finds none',
    async (saleId) => {
      const path = `/operator/sales/${saleId}/top-up`;
      expect((await refused(path, { topUpId: 'a', units: 1 })).short).toBe('404 unknown-sale');
    },
  );

  test('that does not fit the state of the order is refused', async () => {
    const early = await refused(orderPath('refund', reserved), { restock: true });
    expect(early.short).toBe('409 conflict');
    expect(early.body.detail).toBe('it is reserved');
    const late = await refused(orderPath('cancellation', paid), {});
    expect(late.short).toBe('409 not-cancellable');
  });
});

// The last one, since it changes what the others hold to be unchanged.
test('commands that fit are carried out once, and answered alike when repeated', async () => {
  const cancel = () => call('POST', orderPath('cancellation', reserved));
  const cancelled = operatorOrderSchema.strict().parse((await cancel()).body);
  expect(cancelled).toMatchObject({ state: 'cancelled', closedBy: 'operator', buyerId: 'bob' });
  expect((await cancel()).body).toEqual(cancelled);
  const refund = () => call('POST', orderPath('refund', paid), { restock: true });
  const refunded = operatorOrderSchema.strict().parse((await refund()).body);
  expect(refunded).toMatchObject({ state: 'refunded', closedBy: 'operator', buyerId: 'ann' });
  expect((await refund()).body).toEqual(refunded);
  const otherwise = await call('POST', orderPath('refund', paid), { restock: false });
  expect(otherwise.short).toBe('409 conflict');
  expect(otherwise.body.detail).toBe('it is refunded, and its units were put back on sale');
  expect((await get(`/operator/orders/${paid}`)).body).toEqual(refunded);
  const { terms } = await auditAtRest(shop, 'phone');
  expect(terms).toMatchObject({ units: 10, reserved: 0, paid: 0 });
});
