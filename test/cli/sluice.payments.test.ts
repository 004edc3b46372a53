/** What the command shows and does while money is under way, against a real origin. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { operatorPaymentSchema } from '../../contract/payment.ts';
import { openSale } from '../flow/sale.ts';
import { openShop, type Shop } from '../flow/shop.ts';
import { openProvider, type ProviderStandIn } from './provider-stand-in.ts';
import { act, createSluice, edgeOf, placeOrders, type Sluice, until } from './run-sluice.ts';

const PRICE = { amount: 199_900, currency: 'CNY' };

let shop: Shop;
let sluice: Sluice;
let provider: ProviderStandIn;
/** Each with a payment that is open. */
let orders: { ann: string; bob: string; cy: string };

beforeAll(async () => {
  shop = await openShop('embedded');
  provider = await openProvider(PRICE);
  await shop.startOrigin({ SANDBOX_URL: provider.url, LOG_LEVEL: 'silent' });
  sluice = createSluice(shop);
  await openSale(shop, { saleId: 'phone', price: PRICE.amount, currency: PRICE.currency });
  const edge = edgeOf(shop, 'phone');
  const buyers = ['ann', 'bob', 'cy'];
  const [ann = '', bob = '', cy = ''] = await placeOrders(edge, buyers);
  orders = { ann, bob, cy };
  for (const [buyerId, orderId] of Object.entries(orders)) {
    expect((await act(edge, 'payment', { orderId, buyerId })).short).toBe('200');
  }
});
afterAll(async () => {
  await shop.close();
  provider.close();
});

const show = async (orderId: string) => (await sluice.objects(['order', 'show', orderId]))[0];
const list = (...args: string[]) => sluice.objects(['payments', 'list', 'phone', ...args]);

test('payments list shows a line an attempt, with what is to be paid and by whom', async () => {
  const lines = await sluice.lines(['payments', 'list', 'phone']);
  const ids = Object.values(orders).map((orderId) => `pay_${orderId}_1`);
  expect(lines.map((line) => line.split(' ')[0])).toEqual(ids.toSorted());
  const ofAnn = lines.find((line) => line.includes(orders.ann));
  expect(ofAnn).toMatch(/ {2}open +199900 CNY {2}ann {2}\d{4}-/);
  for (const payment of await list()) {
    const parsed = operatorPaymentSchema.strict().parse(payment);
    expect(parsed).toMatchObject({ ...PRICE, provider: 'sandbox', state: 'open' });
  }
  expect(await list('--limit', '2')).toHaveLength(2);
  expect(await list('--state', 'paid')).toEqual([]);
});

test('an order shows its payment', async () => {
  expect(await show(orders.ann)).toMatchObject({ state: 'reserved', payment: 'open' });
  const [line] = await sluice.lines(['order', 'list', 'phone', '--limit', '1']);
  expect(line).toMatch(/ reserved .* payment open {2}pay before /);
});

test('cancelling asks the provider first, and says that it does', async () => {
  provider.status = 'away';
  const [order] = await sluice.objects(['order', 'cancel', orders.ann, '--risk']);
  const asking = { state: 'reserved', closedBy: 'risk', payment: 'cancelling' };
  expect(order).toMatchObject(asking);
  const lines = await sluice.lines(['order', 'list', 'phone']);
  const ofAnn = lines.find((line) => line.startsWith(orders.ann));
  expect(ofAnn).toMatch(/ reserved \(risk\) .* payment cancelling /);

  provider.status = 'cancelled';
  await until(async () => (await show(orders.ann))?.state === 'cancelled');
  expect(await show(orders.ann)).toMatchObject({ closedBy: 'risk', payment: 'cancelled' });
});

test('a payment that was made before the cancellation wins', async () => {
  provider.status = 'paid';
  const [order] = await sluice.objects(['order', 'cancel', orders.bob]);
  expect(order).toMatchObject({ state: 'paid', payment: 'paid' });
  expect(await list('--state', 'paid')).toMatchObject([{ buyerId: 'bob' }]);
});

test('a refund gives the money back, and says how far it is', async () => {
  provider.status = 'away';
  const [order] = await sluice.objects(['order', 'refund', orders.bob]);
  expect(order).toMatchObject({ state: 'refunded', payment: 'refunding' });
  const [line] = await sluice.lines(['payments', 'list', 'phone', '--state', 'refunding']);
  expect(line).toMatch(/ refunding \(operator\) +199900 CNY {2}bob /);
  provider.status = 'paid';
  await until(async () => (await show(orders.bob))?.payment === 'refunded');
});

test('payments of a sale that does not exist exit 1', async () => {
  const ended = await sluice.run(['payments', 'list', 'none']);
  expect(ended).toMatchObject({ exitCode: 1, output: '' });
  expect(ended.errors).toEqual(['sluice: There is no such sale; known: phone']);
});

test.each([
  ['a state that payments do not have', ['--state', 'reserved'], /--state/],
  ['a limit of 0', ['--limit', '0'], /--limit.*1 or more/],
  ['another sale', ['watch'], /too many arguments/],
])('%s exits 2', async (_name, args, message) => {
  const ended = await sluice.run(['payments', 'list', 'phone', ...args]);
  expect(ended).toMatchObject({ exitCode: 2, output: '' });
  expect(ended.errors.join('\n')).toMatch(message);
});
