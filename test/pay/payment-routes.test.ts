/** Paying, cancelling and events over HTTP, and the operator's commands, on the embedded book. */
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPassKeeper, PASS_HEADER, parsePassKeys } from '../../contract/pass.ts';
import { MAX_EVENT_BYTES } from '../../contract/payment.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import { createPassGate } from '../../origin/http/pass-gate.ts';
import { createPaymentRoutes } from '../../origin/http/payment-routes.ts';
import { addPaymentRoutes } from '../../origin/operator/payment-routes.ts';
import type { SaleDirectory } from '../../origin/sales/directory.ts';
import { openSqliteStage } from '../close/databases.ts';
import { openPayStage, type PaySale, type PayStage } from './pay.stage.ts';

const keeper = createPassKeeper(
  nodeHashing,
  parsePassKeys(`new:${Buffer.alloc(32, 1).toString('base64')}`),
);

let stage: PayStage;
let sale: PaySale;
let app: Hono;

beforeAll(async () => {
  stage = await openPayStage(openSqliteStage);
  sale = await stage.paySale(20);
  const { book, payments } = stage;
  const cancel = (wanted: Parameters<PaySale['cancel']>[0]) => sale.cancel(wanted, payments.workOn);
  const directory = {
    get: (saleId: string) => (saleId === sale.saleId ? sale.sale : undefined),
  } as unknown as SaleDirectory;
  app = new Hono();
  const passGate = createPassGate(keeper, () => 5);
  const orders = sale.ordersOf(stage.stock);
  app.route('/', createPaymentRoutes({ passGate, payments, orders, cancel, nowMs: () => 5 }));
  addPaymentRoutes(app, { book, directory, payments, cancel });
});
afterAll(() => stage.close());

interface Asked {
  buyerId: string;
  path: string;
  body?: string;
  headers?: Record<string, string>;
}

async function ask({ buyerId, path, body = '', headers = {} }: Asked) {
  const idempotencyKey = '';
  const pass = keeper.sign({ timeMs: 5, method: 'POST', path, body, buyerId, idempotencyKey });
  return reply(path, body, { ...headers, [PASS_HEADER]: pass });
}

async function reply(path: string, body: string, headers: Record<string, string> = {}) {
  const response = await app.request(path, {
    method: 'POST',
    headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
    body,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('a buyer', () => {
  test('gets a page to pay on, once the order is settled', async () => {
    const reservation = await sale.reserve('anna');
    const path = `/api/orders/${reservation?.orderId}/payment`;
    const early = await ask({ buyerId: 'anna', path });
    expect(early).toMatchObject({ status: 409, body: { detail: 'it is not settled yet' } });
    expect(early.body.type).toMatch(/not-payable$/);
    expect(await ask({ buyerId: 'eve', path })).toMatchObject({ status: 404 });
    if (reservation !== undefined) await sale.settle(reservation);
    const paymentId = `pay_${reservation?.orderId}_1`;
    const started = await ask({ buyerId: 'anna', path });
    expect(started).toMatchObject({ status: 200, body: { paymentId } });
    expect(await ask({ buyerId: 'eve', path })).toMatchObject({ status: 404 });
  });

  test('is told when to come again while the provider is away', async () => {
    const [orderId = ''] = await sale.orders(['bert']);
    stage.fake.faults.away = 1;
    const away = await ask({ buyerId: 'bert', path: `/api/orders/${orderId}/payment` });
    expect(away.status).toBe(503);
    expect(away.body.type).toMatch(/payment-unavailable$/);
  });

  test('cancels an order that is being paid', async () => {
    const { orderId } = await sale.openPayment('carl');
    const path = `/api/orders/${orderId}/cancellation`;
    const body = { orderId, state: 'cancelled', closedBy: 'buyer' };
    expect(await ask({ buyerId: 'carl', path })).toMatchObject({ status: 200, body });
    expect(await ask({ buyerId: 'eve', path })).toMatchObject({ status: 404 });
  });

  test('needs a pass that names somebody, and an id that may be one', async () => {
    for (const what of ['payment', 'cancellation']) {
      const path = `/api/orders/${'x'.repeat(22)}/${what}`;
      expect(await reply(path, '')).toMatchObject({ status: 403 });
      expect(await ask({ buyerId: '', path })).toMatchObject({ status: 401 });
      const odd = `/api/orders/odd/${what}`;
      expect(await ask({ buyerId: 'anna', path: odd })).toMatchObject({ status: 404 });
    }
  });
});

describe('an event', () => {
  const path = '/api/payments/sandbox/events';

  test('is received once its signature is right', async () => {
    const { orderId, paymentId } = await sale.openPayment('dora');
    stage.fake.pay(paymentId);
    const { body, headers } = stage.fake.event(paymentId, 'paid');
    const forged = await ask({ buyerId: '', path, body });
    expect(forged).toMatchObject({ status: 400, body: { detail: 'forged' } });
    const signed = headers as Record<string, string>;
    expect(await reply(path, body, signed)).toMatchObject({ status: 403 });
    expect(await ask({ buyerId: 'dora', path, body, headers: signed })).toMatchObject({
      status: 403,
    });
    const received = await ask({ buyerId: '', path, body, headers: signed });
    expect(received).toEqual({ status: 200, body: { received: true } });
    expect(await sale.stateOf(orderId)).toBe('paid');
  });

  test('of another provider finds nobody', async () => {
    const elsewhere = '/api/payments/stripe/events';
    expect(await ask({ buyerId: '', path: elsewhere })).toMatchObject({ status: 404 });
  });

  test('may be larger than what a buyer sends, up to a limit', async () => {
    const { paymentId } = await sale.openPayment('emil');
    const { body, headers } = stage.fake.event(paymentId, 'failed');
    const long = body.padEnd(MAX_EVENT_BYTES);
    const signed = headers as Record<string, string>;
    expect(await ask({ buyerId: '', path, body: long, headers: signed })).toMatchObject({
      status: 200,
    });
    const longer = await ask({ buyerId: '', path, body: `${long} `, headers: signed });
    expect(longer).toMatchObject({ status: 413 });
    const order = '/api/orders/xxxxxxxxxxxxxxxxxxxxxx/payment';
    expect(await ask({ buyerId: 'emil', path: order, body: long })).toMatchObject({ status: 413 });
  });
});

describe('the operator', () => {
  test('cancels as operator or for a risk rule', async () => {
    const [first = '', second = ''] = await sale.orders(['finn', 'gina']);
    const risk = await reply(`/operator/orders/${first}/cancellation`, '{"by":"risk"}');
    expect(risk).toMatchObject({ status: 200, body: { buyerId: 'finn', closedBy: 'risk' } });
    const plain = await reply(`/operator/orders/${second}/cancellation`, '');
    expect(plain).toMatchObject({ body: { state: 'cancelled', closedBy: 'operator' } });
    const odd = await reply(`/operator/orders/${second}/cancellation`, '{"by":"buyer"}');
    expect(odd).toMatchObject({ status: 400 });
    const nothing = await reply(`/operator/orders/${'x'.repeat(22)}/cancellation`, '');
    expect(nothing).toMatchObject({ status: 404 });
  });

  test('refunds what is paid, and says whether its units are sold again', async () => {
    const { orderId, paymentId } = await sale.openPayment('hugo');
    const path = `/operator/orders/${orderId}/refund`;
    expect(await reply(path, '{"restock":true}')).toMatchObject({ status: 409 });
    stage.fake.pay(paymentId);
    await sale.hear(paymentId, 'paid');
    expect(await reply(path, '')).toMatchObject({ status: 400 });
    const refunded = await reply(path, '{"restock":false}');
    expect(refunded).toMatchObject({ status: 200, body: { state: 'refunded', buyerId: 'hugo' } });
    expect(await sale.counters()).toMatchObject({ units: 19 });
    expect(await reply(path, '{"restock":false}')).toEqual(refunded);
  });

  test('lists payments in pages', async () => {
    const list = async (query: string, saleId = sale.saleId) => {
      const response = await app.request(`/operator/sales/${saleId}/payments${query}`);
      return { status: response.status, body: await response.json() };
    };
    const { body } = (await list('?limit=1000')) as { body: { payments: { paymentId: string }[] } };
    const ids = body.payments.map(({ paymentId }) => paymentId);
    expect(ids).toEqual((await sale.paymentRows()).map(({ paymentId }) => paymentId));
    const first = await list('?limit=2');
    expect(first.body).toMatchObject({ next: ids[1] });
    const rest = await list(`?limit=1000&after=${ids[1]}`);
    expect(rest.body).toEqual({ payments: body.payments.slice(2) });
    expect(await list('?state=sold')).toMatchObject({ status: 400 });
    expect(await list('', 'other')).toMatchObject({ status: 404 });
  });
});
