/**
 * What is a buyer's own, at the origin and from outside (I5): nobody reads, pays or cancels another
 * buyer's order or place in the line, and without a pass that names a buyer there is nothing at
 * all.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operatorOrdersSchema } from '../../../contract/operator-orders.ts';
import { operatorWaitlistSchema } from '../../../contract/operator-waitlist.ts';
import { act, placeOrders, until } from '../../cli/run-sluice.ts';
import { openSale } from '../../flow/sale.ts';
import { openShop, type Shop } from '../../flow/shop.ts';
import { createEdgeStandIn, type EdgeStandIn, type SentRequest } from './edge-stand-in.ts';

const NO_ORDER = 'q83vASNFZ4mrze8BI0VniQ';

let shop: Shop;
let edge: EdgeStandIn;
/** Ann's, reserved, of a sale that is sold out and free; bob waits. */
let orderId: string;
let before: unknown;

beforeAll(async () => {
  shop = await openShop('embedded');
  const { url: originUrl } = await shop.startOrigin();
  await openSale(shop, { saleId: 'phone', units: 1, price: 0 });
  const { PASS_KEYS: passKeys = '' } = shop.environment;
  edge = createEdgeStandIn({ originUrl, passKeys, saleId: 'phone' });
  [orderId = ''] = await placeOrders(edge, ['ann']);
  expect((await edge.send({ ...JOIN, buyerId: 'bob' })).short).toBe('200');
  await until(async () => (await edge.send({ ...RANK, buyerId: 'ann' })).short === '200');
  before = await everything();
});
afterAll(() => shop.close());

const WAITLIST = '/api/sales/phone/waitlist';
const JOIN = { method: 'PUT', path: WAITLIST, body: '', idempotencyKey: '' };
const LEAVE = { ...JOIN, method: 'DELETE' };
const PLACE = { method: 'GET', path: WAITLIST };
const RANK = { method: 'GET', path: '/api/sales/phone/leaderboard/mine' };
const MINE = { method: 'GET', path: '/api/orders' };
const pay = (id: string) => ({ path: `/api/orders/${id}/payment`, body: '', idempotencyKey: '' });
const cancel = (id: string) => ({ ...pay(id), path: `/api/orders/${id}/cancellation` });
const read = (id: string) => ({ method: 'GET', path: `/api/orders/${id}` });

async function everything(): Promise<unknown> {
  const { operator } = shop;
  return [
    await operator.get('/operator/sales/phone/orders', operatorOrdersSchema),
    await operator.get('/operator/sales/phone/waitlist', operatorWaitlistSchema),
  ];
}

/** Sends it, and holds that nothing came of it. */
async function refused(request: Partial<SentRequest>, signed?: Partial<SentRequest>) {
  const answer = await edge.send(request, signed);
  expect(await everything()).toEqual(before);
  return answer;
}

const OWN: [string, () => Partial<SentRequest>][] = [
  ['paying', () => pay(orderId)],
  ['cancelling', () => cancel(orderId)],
  ['joining the line', () => JOIN],
  ['leaving the line', () => LEAVE],
  ['looking at the place', () => PLACE],
  ['looking at the rank', () => RANK],
  ['looking at all orders', () => MINE],
];

describe.each(OWN)('%s', (_name, request) => {
  test('needs a pass', async () => {
    for (const pass of [undefined, '', `v1.t1.${Date.now()}.${'A'.repeat(43)}.ann`]) {
      const answer = await edge.sendWith(pass, request());
      expect(answer.short).toBe('403 no-pass');
    }
    expect(await everything()).toEqual(before);
  });

  test('needs a buyer', async () => {
    expect((await refused({ ...request(), buyerId: '' })).short).toBe('401 unauthenticated');
  });

  test('needs a pass for this very request', async () => {
    const mine = { ...request(), buyerId: 'ann' };
    const forged = await refused(mine, { path: '/api/sales/other/waitlist' });
    expect(forged.short).toBe('403 no-pass');
    expect((await refused(mine, { buyerId: 'eve' })).status).not.toBe(401);
    const pass = edge.sign({ ...mine, buyerId: 'eve' }).replace(/eve$/, 'ann');
    expect((await edge.sendWith(pass, mine)).short).toBe('403 no-pass');
  });
});

describe('an order of another buyer', () => {
  test('is neither read, paid nor cancelled, and looks like one that is not there', async () => {
    for (const what of [read, pay, cancel]) {
      const theirs = await refused({ ...what(orderId), buyerId: 'eve' });
      expect(theirs.short).toBe('404 unknown-order');
      for (const id of [NO_ORDER, 'x', '%00', '%C3%A9', 'x'.repeat(500)]) {
        const nobodys = await refused({ ...what(id), buyerId: 'eve' });
        expect(nobodys.short).toBe('404 unknown-order');
        expect(nobodys.body).toEqual(theirs.body);
      }
    }
  });

  test('is in nobody else’s list, and on nobody else’s rank', async () => {
    expect((await edge.send({ ...MINE, buyerId: 'eve' })).body).toEqual({ orders: [] });
    expect((await edge.send({ ...RANK, buyerId: 'eve' })).short).toBe('404 unknown-order');
    const mine = await edge.send({ ...MINE, buyerId: 'ann' });
    expect(mine.body).toMatchObject({ orders: [{ orderId, title: 'A phone' }] });
  });

  test('is not told by who it is on the leaderboard', async () => {
    const answer = await edge.send({
      method: 'GET',
      path: '/api/sales/phone/leaderboard',
      buyerId: '',
    });
    expect(answer.body).toMatchObject({ buyers: 1, top: [{ buyer: 'a••••' }] });
    expect(JSON.stringify(answer.body)).not.toContain('ann');
    expect(JSON.stringify(answer.body)).not.toContain(orderId);
  });
});

describe('a place in the line', () => {
  test('is seen and left by its buyer only', async () => {
    expect((await refused({ ...PLACE, buyerId: 'eve' })).short).toBe('404 not-waiting');
    expect((await refused({ ...LEAVE, buyerId: 'eve' })).short).toBe('404 not-waiting');
    expect((await edge.send({ ...PLACE, buyerId: 'bob' })).body).toMatchObject({ place: 1 });
  });

  test.each([
    ['the buyer of an order', { buyerId: 'ann' }, '409 has-order'],
    ['one more than may wait', { buyerId: 'eve' }, '409 waitlist-full'],
    ['half a unit', { buyerId: 'eve', body: '{"quantity":0.5}' }, '400 invalid-request'],
    ['no JSON', { buyerId: 'eve', body: '{' }, '400 invalid-request'],
    ['an unknown field', { buyerId: 'eve', body: '{"place":1}' }, '400 invalid-request'],
    ['another sale', { buyerId: 'eve', path: '/api/sales/none/waitlist' }, '404 unknown-sale'],
    ['no sale', { buyerId: 'eve', path: '/api/sales/%C3%A9/waitlist' }, '404 unknown-sale'],
    ['9 kB', { buyerId: 'eve', body: '{}'.padEnd(9_000) }, '413 body-too-large'],
  ])('is not had by %s', async (_name, request, short) => {
    expect((await refused({ ...JOIN, ...request })).short).toBe(short);
  });
});

test.each(['0', '101', 'all', '1.5'])('a leaderboard of the first %s is refused', async (top) => {
  const path = `/api/sales/phone/leaderboard?top=${top}`;
  const answer = await edge.send({ method: 'GET', path, buyerId: '' });
  expect(answer.short).toBe('400 invalid-request');
  expect(answer.body.errors).toMatchObject([{ field: 'query.top' }]);
});

// The last one, since it changes what the others hold to be unchanged.
test('its own buyer pays an order, and then nobody cancels it', async () => {
  expect((await act(edge, 'payment', { orderId, buyerId: 'ann' })).short).toBe('200');
  expect((await edge.send({ ...read(orderId), buyerId: 'ann' })).body.state).toBe('paid');
  const late = await edge.send({ ...cancel(orderId), buyerId: 'ann' });
  expect(late.short).toBe('409 not-cancellable');
  const theirs = await edge.send({ ...cancel(orderId), buyerId: 'eve' });
  expect(theirs.short).toBe('404 unknown-order');
  expect((await edge.send({ ...LEAVE, buyerId: 'bob' })).short).toBe('204');
});
