/**
 * The routes of the line, from outside, on an embedded book: a buyer through the pass gate, and the
 * operator's pages.
 */
import { Hono } from 'hono';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../contract/clock.ts';
import { operatorWaitlistSchema } from '../../contract/operator-waitlist.ts';
import { createPassKeeper, PASS_HEADER, parsePassKeys } from '../../contract/pass.ts';
import { systemRandom } from '../../contract/random.ts';
import { placeSchema } from '../../contract/waitlist.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import { createPassGate } from '../../origin/http/pass-gate.ts';
import { createWaitlistRoutes } from '../../origin/http/waitlist-routes.ts';
import { addWaitlistRoutes } from '../../origin/operator/waitlist-routes.ts';
import { createSaleDirectory } from '../../origin/sales/directory.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import { createSqliteBook } from '../../origin/settle/sqlite-book.ts';
import { openTemporaryDatabase } from '../backends/embedded.ts';
import { memoryLogger } from '../origin/fakes.ts';
import { createWaitlistTrial, type WaitlistTrial } from './waitlist.trial.ts';

const { database, remove } = openTemporaryDatabase();
const passes = createPassKeeper(
  nodeHashing,
  parsePassKeys(`test:${Buffer.alloc(32, 1).toString('base64')}`),
);
const book: OrderBook = createSqliteBook(database, { clock: systemClock, random: systemRandom });
beforeAll(() => book.migrate());
afterAll(() => remove());

let trial: WaitlistTrial;
let saleId: string;
beforeEach(async () => {
  trial = createWaitlistTrial(book);
  saleId = await trial.sale();
});

interface Sent {
  buyerId?: string;
  body?: string;
  saleId?: string;
}

async function send(method: string, sent: Sent = {}): Promise<Response> {
  const { buyerId = 'ann', body = '' } = sent;
  const path = `/api/sales/${sent.saleId ?? saleId}/waitlist`;
  const pass = passes.sign({
    ...{ method, path, body, buyerId },
    idempotencyKey: '',
    timeMs: Date.now(),
  });
  const routes = createWaitlistRoutes({
    passGate: createPassGate(passes, Date.now),
    waitlist: trial.waitlist,
  });
  const headers = {
    [PASS_HEADER]: pass,
    ...(body === '' ? {} : { 'content-length': String(body.length) }),
  };
  return routes.request(path, { method, headers, ...(body === '' ? {} : { body }) });
}

test('joining, looking and leaving', async () => {
  const joined = await send('PUT', { body: '{"quantity":2}' });
  expect(joined.status).toBe(200);
  expect(joined.headers.get('cache-control')).toBe('no-store');
  const place = placeSchema.strict().parse(await joined.json());
  expect(place).toMatchObject({ place: 1, waiting: 1, quantity: 2 });
  const looked = await send('GET');
  expect(await looked.json()).toEqual(place);
  const left = await send('DELETE');
  expect(left.status).toBe(204);
  expect(await left.text()).toBe('');
  const gone = await send('GET');
  expect(gone.status).toBe(404);
  expect(await gone.json()).toMatchObject({ type: expect.stringContaining('not-waiting') });
});

test('an empty body asks for one unit, a bad one is refused', async () => {
  expect(await (await send('PUT')).json()).toMatchObject({ quantity: 1 });
  for (const body of ['{"quantity":0}', '{"quantity":1.5}', '{"amount":1}', 'x']) {
    const refused = await send('PUT', { body });
    expect(refused.status, body).toBe(400);
  }
});

test('needs a pass, a buyer and a sale', async () => {
  const routes = createWaitlistRoutes({
    passGate: createPassGate(passes, Date.now),
    waitlist: trial.waitlist,
  });
  for (const method of ['PUT', 'GET', 'DELETE']) {
    const path = `/api/sales/${saleId}/waitlist`;
    expect((await routes.request(path, { method })).status, method).toBe(403);
    expect((await send(method, { buyerId: '' })).status, method).toBe(401);
    expect((await send(method, { saleId: 'Not%20A%20Sale' })).status, method).toBe(404);
    expect((await send(method, { saleId: 'no-such-sale' })).status, method).toBe(404);
  }
});

test('refusals keep their status', async () => {
  trial.stockLeft = 5;
  expect((await send('PUT')).status).toBe(409);
});

test('a book that gives no answer is a reason to come again', async () => {
  vi.spyOn(book, 'read').mockRejectedValueOnce(new Error('away'));
  const { status, headers } = await send('GET');
  expect([status, headers.get('retry-after')]).toEqual([503, '1']);
});

test('the operator sees the line page by page, with what became of each', async () => {
  const orderId = await trial.order(saleId, 'holder');
  for (const buyerId of ['ann', 'bea', 'cid']) await trial.join(saleId, buyerId, 2);
  await trial.leave(saleId, 'bea');
  await trial.expire(saleId, orderId);
  const routes = new Hono();
  const { logger } = memoryLogger();
  const directory = createSaleDirectory({ book, nowMs: Date.now, logger });
  addWaitlistRoutes(routes, { stores: { book }, directory });
  const page = async (query: string) => {
    const response = await routes.request(`/operator/sales/${saleId}/waitlist${query}`);
    expect(response.status).toBe(200);
    return operatorWaitlistSchema.strict().parse(await response.json());
  };
  const whole = await page('');
  expect(whole.next).toBeUndefined();
  expect(whole.waiters.map(({ number: _, joinedAt: __, ...waiter }) => waiter)).toEqual([
    { buyerId: 'ann', quantity: 2, state: 'served', orderId: expect.any(String) },
    { buyerId: 'bea', quantity: 2, state: 'left' },
    { buyerId: 'cid', quantity: 2, state: 'waiting' },
  ]);
  const first = await page('?limit=2');
  expect(first.waiters).toEqual(whole.waiters.slice(0, 2));
  expect(first.next).toBe(whole.waiters[1]?.number);
  expect(await page(`?after=${first.next}&limit=2`)).toEqual({
    waiters: whole.waiters.slice(2),
  });

  for (const query of ['?limit=0', '?limit=1001', '?after=-1', '?after=x']) {
    const refused = await routes.request(`/operator/sales/${saleId}/waitlist${query}`);
    expect(refused.status, query).toBe(400);
  }
  expect((await routes.request('/operator/sales/none/waitlist')).status).toBe(404);
  directory.close();
});
