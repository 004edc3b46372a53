/**
 * Orders at the origin, from outside: one click is one order however often it is sent, nobody sees
 * another buyer's order, and the sale's window and pause are kept.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operatorSaleSchema } from '../../../contract/operator.ts';
import { orderViewSchema } from '../../../contract/order.ts';
import { saleSnapshotSchema } from '../../../contract/sale.ts';
import { pause } from '../../../origin/timer.ts';
import { auditAtRest, openSale } from '../../flow/sale.ts';
import { openShop, type Shop } from '../../flow/shop.ts';
import { createEdgeStandIn, type EdgeStandIn, type Told } from './edge-stand-in.ts';

let shop: Shop;
let originUrl: string;

beforeAll(async () => {
  shop = await openShop('embedded');
  originUrl = (await shop.startOrigin()).url;
});
afterAll(() => shop.close());

function edgeOf(saleId: string): EdgeStandIn {
  return createEdgeStandIn({ originUrl, passKeys: shop.environment.PASS_KEYS ?? '', saleId });
}

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const change = (saleId: string, verb: string) =>
  shop.operator.post(`/operator/sales/${saleId}/${verb}`, operatorSaleSchema);

/** Reads until the book has the order. */
async function settled(read: () => Promise<Told>): Promise<Told> {
  for (let waitedMs = 0; ; waitedMs += 20) {
    const answer = await read();
    if (!['accepting', 'queued'].includes(answer.body.state) || waitedMs > 20_000) return answer;
    await pause(20);
  }
}

describe('a click', () => {
  test('is one order, however often and however fast it is sent', async () => {
    await openSale(shop, { saleId: 'once', units: 10 });
    const edge = edgeOf('once');
    const answers = await Promise.all(Array.from({ length: 20 }, () => edge.send({})));
    const [first] = answers;
    expect(answers.filter(({ short }) => short === '202')).toHaveLength(1);
    expect(answers.filter(({ short }) => short === '200')).toHaveLength(19);
    expect(new Set(answers.map(({ body }) => body.orderId)).size).toBe(1);

    const orderId = first?.body.orderId;
    const read = () => edge.send({ method: 'GET', path: `/api/orders/${orderId}` });
    const order = orderViewSchema.strict().parse((await settled(read)).body);
    expect(order).toMatchObject({ orderId, saleId: 'once', state: 'reserved', quantity: 1 });
    expect(Date.parse(order.payBefore ?? '')).toBeGreaterThan(Date.now());
    expect((await edge.send({})).body, 'a late retry').toEqual(order);
    const mine = await edge.send({ method: 'GET', path: '/api/sales/once/orders/mine' });
    expect(mine.body).toEqual(order);
    expect((await auditAtRest(shop, 'once')).proof.orders).toEqual({ reserved: 1 });
  });

  test('is answered with the promise and the place of the order', async () => {
    await openSale(shop, { saleId: 'promise' });
    const answer = await edgeOf('promise').send({ body: '' });
    expect(answer.status).toBe(202);
    expect(orderViewSchema.strict().parse(answer.body)).toMatchObject({
      state: 'queued',
      quantity: 1,
    });
    expect(answer.headers.get('location')).toBe(`/api/orders/${answer.body.orderId}`);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-type')).toBe('application/json');
  });

  test('of a buyer with a live order is told of that one', async () => {
    await openSale(shop, { saleId: 'again', perBuyer: 2 });
    const edge = edgeOf('again');
    const first = await edge.send({});
    const second = await edge.send({ idempotencyKey: 'another-click', body: '{"quantity":2}' });
    expect(second.short).toBe('200');
    expect(second.body).toMatchObject({ orderId: first.body.orderId, quantity: 1 });
  });

  test('after the last unit is sold out, and a buyer who has one is still told so', async () => {
    await openSale(shop, { saleId: 'last', units: 1 });
    const edge = edgeOf('last');
    const first = await edge.send({});
    const other = await edge.send({ buyerId: 'buyer-2' });
    expect(other.short).toBe('409 sold-out');
    expect(other.headers.get('retry-after')).toBe('1');
    expect((await edge.send({})).body.orderId).toBe(first.body.orderId);
  });

  test('with a chunked body of 8 kB is an order too', async () => {
    await openSale(shop, { saleId: 'chunks' });
    const body = '{"quantity":1}'.padEnd(8_192);
    expect((await edgeOf('chunks').send({ body, chunked: true })).short).toBe('202');
    expect((await edgeOf('chunks').send({ body, buyerId: 'buyer-2' })).short).toBe('202');
  });
});

describe('the window', () => {
  test('is closed before opening, with the time to come back', async () => {
    await openSale(shop, { saleId: 'later', opensAt: inMs(90_000) });
    const answer = await edgeOf('later').send({});
    expect(answer.short).toBe('403 not-open');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(85);
    expect(Date.parse(answer.body.opensAt) - Date.parse(answer.body.now)).toBeLessThan(90_001);
  });

  test('is judged by when the edge let the click in', async () => {
    const closesAtMs = Date.now() + 20_000;
    const closesAt = new Date(closesAtMs).toISOString();
    await openSale(shop, { saleId: 'border', closesAt });
    const edge = edgeOf('border');
    expect((await edge.send({ timeMs: closesAtMs })).short).toBe('410 ended');
    expect((await edge.send({ timeMs: closesAtMs - 1 })).short).toBe('202');
  });

  test('is over after closing', async () => {
    await openSale(shop, { saleId: 'closed' });
    await change('closed', 'close');
    const answer = await edgeOf('closed').send({});
    expect(answer.short).toBe('410 ended');
    expect(answer.headers.has('retry-after')).toBe(false);
  });

  test('is shut by a pause and opened again', async () => {
    await openSale(shop, { saleId: 'paused' });
    const edge = edgeOf('paused');
    await change('paused', 'pause');
    const answer = await edge.send({});
    expect(answer.short).toBe('403 not-open');
    expect(answer.headers.get('retry-after')).toBe('5');
    await change('paused', 'open');
    expect((await edge.send({})).short).toBe('202');
  });
});

describe("another buyer's order", () => {
  test('is as unknown as one that does not exist', async () => {
    await openSale(shop, { saleId: 'private' });
    const edge = edgeOf('private');
    const { body } = await edge.send({});
    const read = (buyerId: string, orderId: string) =>
      edge.send({ method: 'GET', path: `/api/orders/${orderId}`, buyerId });
    await settled(() => read('buyer-1', body.orderId));
    const nobodys = `${body.orderId.slice(0, -1)}${body.orderId.endsWith('A') ? 'Q' : 'A'}`;
    const answers = [
      await read('stranger', body.orderId),
      await read('', body.orderId),
      await read('buyer-1', nobodys),
      await read('buyer-1', 'no-order'),
      await edge.send({
        method: 'GET',
        path: '/api/sales/private/orders/mine',
        buyerId: 'stranger',
      }),
    ];
    for (const answer of answers) {
      expect(answer.short).toBe('404 unknown-order');
      expect(answer.body).toEqual(answers[0]?.body);
    }
    expect((await read('buyer-1', body.orderId)).short).toBe('200');
  });

  test('is not had by using its key', async () => {
    await openSale(shop, { saleId: 'keys' });
    const edge = edgeOf('keys');
    const mine = await edge.send({});
    const theirs = await edge.send({ buyerId: 'stranger' });
    expect(theirs.short).toBe('202');
    expect(theirs.body.orderId).not.toBe(mine.body.orderId);
  });

  test('of an unknown sale is none', async () => {
    for (const path of ['/api/sales/none/orders/mine', '/api/sales/NONE/orders/mine']) {
      const answer = await edgeOf('none').send({ method: 'GET', path });
      expect(['404 unknown-order', '404 unknown-sale']).toContain(answer.short);
    }
  });
});

test('the edge is told of a sale what it needs, and only the edge', async () => {
  await openSale(shop, { saleId: 'snapshot', units: 1, share: 0.5 });
  const edge = edgeOf('snapshot');
  const read = () => edge.send({ method: 'GET', path: '/edge/sales/snapshot', buyerId: '' });
  const snapshot = saleSnapshotSchema.strict().parse((await read()).body);
  expect(snapshot).toMatchObject({ remaining: 1, soldOut: false, paused: false });
  expect(snapshot.shareSteps).toEqual([{ atMs: 0, share: 0.5 }]);
  await edge.send({});
  expect((await read()).body).toMatchObject({ remaining: 0, soldOut: true });
  const asBuyer = await edge.send({ method: 'GET', path: '/edge/sales/snapshot' });
  expect(asBuyer.short, 'the seed is not for buyers').toBe('403 no-pass');
  const unknown = await edge.send({ method: 'GET', path: '/edge/sales/none', buyerId: '' });
  expect(unknown.short).toBe('404 unknown-sale');
});
