/** `sluice order …` against a real origin: lists in pages, looks, cancels and refunds. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operatorOrderSchema, operatorSaleSchema } from '../../contract/operator.ts';
import { auditAtRest, openSale } from '../flow/sale.ts';
import { openShop, type Shop } from '../flow/shop.ts';
import { act, createSluice, edgeOf, placeOrders, type Sluice, until } from './run-sluice.ts';

let shop: Shop;
let sluice: Sluice;
beforeAll(async () => {
  shop = await openShop('embedded');
  await shop.startOrigin();
  sluice = createSluice(shop);
});
afterAll(() => shop.close());

const NO_ORDER = 'q83vASNFZ4mrze8BI0VniQ';

/** A sale that costs nothing, and one order of each buyer. */
async function freeSale(saleId: string, buyerIds: string[], units = 10) {
  await openSale(shop, { saleId, units, price: 0 });
  const edge = edgeOf(shop, saleId);
  const orderIds = await placeOrders(edge, buyerIds);
  const [orderId = ''] = orderIds;
  return { edge, orderIds, orderId };
}

async function paidOrder(saleId: string, units = 10): Promise<string> {
  const { edge, orderId } = await freeSale(saleId, ['ann'], units);
  expect((await act(edge, 'payment', { orderId, buyerId: 'ann' })).short).toBe('200');
  return orderId;
}

const saleOf = (saleId: string) =>
  shop.operator.get(`/operator/sales/${saleId}`, operatorSaleSchema);

describe('order list', () => {
  let orderIds: string[];
  beforeAll(async () => {
    const made = await freeSale('lists', ['ann', 'bob', 'cy', 'dan', 'eve']);
    orderIds = made.orderIds;
    const [paid = '', cancelled = ''] = orderIds;
    await act(made.edge, 'payment', { orderId: paid, buyerId: 'ann' });
    await act(made.edge, 'cancellation', { orderId: cancelled, buyerId: 'bob' });
  });

  test('shows a line an order, by order id', async () => {
    const lines = await sluice.lines(['order', 'list', 'lists']);
    expect(lines.map((line) => line.slice(0, 22))).toEqual(orderIds.toSorted());
    const lineOf = (index: number) => lines.find((line) => line.startsWith(orderIds[index] ?? '?'));
    expect(lineOf(0)).toMatch(/ {2}paid +1 × ann {2}\d{4}-/);
    expect(lineOf(1)).toMatch(/ {2}cancelled \(buyer\) +1 × bob /);
    expect(lineOf(2)).toMatch(/ {2}reserved +1 × cy .* {2}pay before \d{4}-/);
  });

  test('prints with --json what the contract says, one object a line', async () => {
    const orders = await sluice.objects(['order', 'list', 'lists']);
    const parsed = orders.map((order) => operatorOrderSchema.strict().parse(order));
    expect(parsed.map(({ orderId }) => orderId)).toEqual(orderIds.toSorted());
  });

  test.each([
    ['paid', ['ann']],
    ['cancelled', ['bob']],
    ['reserved', ['cy', 'dan', 'eve']],
    ['refunded', []],
    ['expired', []],
    ['rejected', []],
  ])('of the state %s shows no others', async (state, buyers) => {
    const orders = await sluice.objects(['order', 'list', 'lists', '--state', state]);
    expect(orders.map(({ buyerId }) => buyerId).sort()).toEqual(buyers);
  });

  test('ends after as many as wanted', async () => {
    const orders = await sluice.objects(['order', 'list', 'lists', '--limit', '2']);
    expect(orders.map(({ orderId }) => orderId)).toEqual(orderIds.toSorted().slice(0, 2));
  });

  test('says so when there is no such sale', async () => {
    const ended = await sluice.run(['order', 'list', 'none']);
    expect(ended).toMatchObject({ exitCode: 1, output: '' });
    expect(ended.errors).toEqual([
      expect.stringMatching(/^sluice: There is no such sale; .*known: /),
    ]);
  });
});

describe('order cancel', () => {
  test('cancels what is not paid, and its unit is for sale again', async () => {
    const { orderId } = await freeSale('cancels', ['ann'], 1);
    const lines = await sluice.lines(['order', 'cancel', orderId]);
    expect(lines).toEqual(expect.arrayContaining([expect.stringMatching(/^state +cancelled$/)]));
    expect(lines).toEqual(expect.arrayContaining([expect.stringMatching(/^closedBy +operator$/)]));
    await until(async () => (await saleOf('cancels')).stockLeft === 1);
    const [again] = await sluice.objects(['order', 'cancel', orderId]);
    expect(again, 'repeated').toMatchObject({ state: 'cancelled', closedBy: 'operator' });
  });

  test('notes a risk rule that wanted it', async () => {
    const { orderId } = await freeSale('risks', ['ann']);
    const [order] = await sluice.objects(['order', 'cancel', orderId, '--risk']);
    expect(order).toMatchObject({ orderId, state: 'cancelled', closedBy: 'risk' });
  });

  test('of a paid order is refused', async () => {
    const orderId = await paidOrder('too-late');
    const ended = await sluice.run(['order', 'cancel', orderId]);
    expect(ended).toMatchObject({ exitCode: 1, output: '' });
    expect(ended.errors).toEqual([
      expect.stringMatching(/^sluice: This order cannot be cancelled; it is paid/),
    ]);
    const [order] = await sluice.objects(['order', 'show', orderId]);
    expect(order).toMatchObject({ state: 'paid' });
  });
});

describe('order refund', () => {
  test('takes the unit out of the sale', async () => {
    const orderId = await paidOrder('refunds');
    const [order] = await sluice.objects(['order', 'refund', orderId]);
    expect(order).toMatchObject({ orderId, state: 'refunded', closedBy: 'operator' });
    const audit = await auditAtRest(shop, 'refunds');
    expect(audit).toMatchObject({ balanced: true, terms: { units: 9, free: 9, paid: 0 } });
    const [again] = await sluice.objects(['order', 'refund', orderId]);
    expect(again, 'repeated').toEqual(order);
    expect((await auditAtRest(shop, 'refunds')).terms).toEqual(audit.terms);
  });

  test('puts the unit back on sale with --restock', async () => {
    const orderId = await paidOrder('restocks');
    const lines = await sluice.lines(['order', 'refund', orderId, '--restock']);
    expect(lines).toEqual(expect.arrayContaining([expect.stringMatching(/^state +refunded$/)]));
    await until(async () => (await saleOf('restocks')).stockLeft === 10);
    const audit = await auditAtRest(shop, 'restocks');
    expect(audit).toMatchObject({ balanced: true, terms: { units: 10, free: 10, paid: 0 } });
  });

  test('of an order that is not paid is refused', async () => {
    const { orderId } = await freeSale('unpaid', ['ann']);
    const ended = await sluice.run(['order', 'refund', orderId, '--restock']);
    expect(ended).toMatchObject({ exitCode: 1, output: '' });
    expect(ended.errors).toEqual([expect.stringMatching(/^sluice: .*; it is reserved$/)]);
    const [order] = await sluice.objects(['order', 'show', orderId]);
    expect(order).toMatchObject({ state: 'reserved' });
  });
});

test.each(['show', 'cancel', 'refund'])('order %s of an unknown order exits 1', async (verb) => {
  for (const orderId of [NO_ORDER, 'x', '../sales']) {
    const ended = await sluice.run(['order', verb, orderId]);
    expect(ended).toMatchObject({ exitCode: 1, output: '' });
    expect(ended.errors).toEqual(['sluice: There is no such order']);
  }
});

describe('a wrong call exits 2', () => {
  test.each([
    ['a state that orders do not have', ['order', 'list', 'a', '--state', 'sold'], /--state/],
    ['a state that never settled', ['order', 'list', 'a', '--state', 'queued'], /--state/],
    ['a limit of 0', ['order', 'list', 'a', '--limit', '0'], /--limit.*1 or more/],
    ['a limit in words', ['order', 'list', 'a', '--limit', 'all'], /--limit.*whole number/],
    ['no sale', ['order', 'list'], /missing required argument 'sale'/],
    ['no order to cancel', ['order', 'cancel'], /missing required argument 'order'/],
    ['two orders to refund', ['order', 'refund', 'a', 'b'], /too many arguments/],
    ['another reason', ['order', 'cancel', 'a', '--fraud'], /unknown option '--fraud'/],
  ])('%s', async (_name, args, message) => {
    const ended = await sluice.run(args);
    expect(ended).toMatchObject({ exitCode: 2, output: '' });
    expect(ended.errors.join('\n')).toMatch(message);
  });
});
