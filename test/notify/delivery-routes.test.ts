/** The operator's look at the notices, over HTTP, on a real book. */
import { Hono } from 'hono';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../contract/clock.ts';
import { type Deliveries, deliveriesSchema } from '../../contract/deliveries.ts';
import { addDeliveryRoutes } from '../../origin/operator/delivery-routes.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import { createSqliteBook } from '../../origin/settle/sqlite-book.ts';
import { createResultWriter, resultOf } from '../backends/book.results.ts';
import { openTemporaryDatabase } from '../backends/embedded.ts';
import { evenRandom } from '../origin/fakes.ts';
import { createNotifyTrial, type NotifyTrial } from './trial.ts';

const { database, remove } = openTemporaryDatabase();
const book: OrderBook = createSqliteBook(database, { clock: systemClock, random: evenRandom });
const routes = new Hono();
addDeliveryRoutes(routes, { book });
const KILL = {
  mysql: '',
  sqlite: "UPDATE book_deliveries SET state = 'dead' WHERE order_id LIKE ?",
};
let trial: NotifyTrial;

beforeAll(async () => {
  await book.migrate();
  trial = await createNotifyTrial(book);
  trial.shop.answers(({ orderId }) => ({ status: orderId.includes('good') ? 200 : 500 }));
  const writer = await createResultWriter(book);
  const names = ['good1', 'bad1', 'bad2', 'bad3'];
  await writer.write(names.map((name) => resultOf(name, 'reserved')));
  await trial.until(() => trial.outcomes.length === 4);
  await trial.run(KILL, 'order-bad%');
});
afterAll(async () => {
  await trial.end();
  remove();
});

async function list(query: string): Promise<Deliveries> {
  const response = await routes.request(`/operator/deliveries${query}`);
  expect(response.status).toBe(200);
  return deliveriesSchema.strict().parse(await response.json());
}

async function replay(body: unknown) {
  const text = JSON.stringify(body);
  const headers = { 'content-length': String(text.length) };
  const path = '/operator/deliveries/replay';
  const response = await routes.request(path, { method: 'POST', body: text, headers });
  return { status: response.status, body: await response.json() };
}

test('notices are listed by state, in pages', async () => {
  const all = await list('');
  expect(all.deliveries.map(({ state }) => state)).toEqual(['delivered', 'dead', 'dead', 'dead']);
  expect(all.next).toBeUndefined();
  const [delivered, dead] = all.deliveries;
  expect(delivered?.deliveredAt).toBeDefined();
  expect(dead).toMatchObject({ tries: 1, lastError: 'status 500', type: 'order.reserved' });
  expect(dead?.dueAt).toBeUndefined();

  const first = await list('?state=dead&limit=2');
  expect(first.deliveries).toHaveLength(2);
  const second = await list(`?state=dead&limit=2&after=${first.next}`);
  expect(second.deliveries).toHaveLength(1);
  expect(second.next).toBeUndefined();
});

test.each(['?state=lost', '?limit=0', '?limit=1001', '?after=x'])('refuses %s', async (query) => {
  expect((await routes.request(`/operator/deliveries${query}`)).status).toBe(400);
});

test.each([{}, { ids: [] }, { all: false }, { all: true, ids: ['a'] }, { ids: [1] }])(
  'refuses to replay %o',
  async (body) => {
    expect((await replay(body)).status).toBe(400);
  },
);

test('dead ones are replayed by id, then all', async () => {
  const { deliveries } = await list('?state=dead&limit=1');
  const ids = [deliveries[0]?.deliveryId, 'unknown'];
  expect(await replay({ ids })).toEqual({ status: 200, body: { replayed: 1 } });
  expect(await replay({ ids })).toEqual({ status: 200, body: { replayed: 0 } });
  expect(await replay({ all: true })).toEqual({ status: 200, body: { replayed: 2 } });
  expect((await list('?state=pending')).deliveries).toHaveLength(3);
});
