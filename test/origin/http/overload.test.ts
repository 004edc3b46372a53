/**
 * More orders than an origin can take: it refuses the surplus at once, with a time to come again,
 * and goes on answering everything else; whoever is only slow or a stranger cannot shut it.
 */
import { once } from 'node:events';
import { request as httpRequest, type Server } from 'node:http';
import { type AddressInfo, createConnection, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPassKeeper, parsePassKeys } from '../../../contract/pass.ts';
import { PRESSURE_HEADER } from '../../../contract/pressure.ts';
import { createAdmission } from '../../../origin/admit/admission.ts';
import { createLoadWatch, type LoadWatch } from '../../../origin/admit/load-watch.ts';
import type { OrderReader } from '../../../origin/admit/order-view.ts';
import { createReserveBatcher } from '../../../origin/admit/reserve-batcher.ts';
import type { ReserveCall, ReserveReply } from '../../../origin/admit/stock.ts';
import { type AppOptions, createApp } from '../../../origin/app.ts';
import { nodeHashing } from '../../../origin/hashing.ts';
import { createHttpServer } from '../../../origin/http/server.ts';
import type { Appender } from '../../../origin/log/appender.ts';
import { createMetrics } from '../../../origin/metrics.ts';
import type { SaleDirectory } from '../../../origin/sales/directory.ts';
import { pause } from '../../../origin/timer.ts';
import { openSale } from '../../flow/sale.ts';
import { openShop } from '../../flow/shop.ts';
import { fakeBook, fakeStock, heldCalls, memoryLogger, saleOf } from '../fakes.ts';
import { createEdgeStandIn, type EdgeStandIn, type Told } from './edge-stand-in.ts';

const PASS_KEYS = `t1:${Buffer.alloc(32, 1).toString('base64')}`;
const MAX_IN_FLIGHT = 3;
const ORDER_ID = 'q83vASNFZ4mrze8BI0VniQ';

const reserves = heldCalls<ReserveCall, ReserveReply>();
let load: LoadWatch;
let server: Server;
let url: string;
let edge: EdgeStandIn;
const metrics = createMetrics();

/** However busy the machine is: each look comes when it should. */
function neverLate(): () => number {
  let nowMs = 0;
  return () => {
    nowMs += 50;
    return nowMs;
  };
}

/** An origin whose stock store answers when the test lets it. */
beforeEach(async () => {
  load = createLoadWatch({ maxInFlight: MAX_IN_FLIGHT, monotonicMs: neverLate() });
  const { logger } = memoryLogger();
  const sale = saleOf({ closesAtMs: Date.now() + 3_600_000, perBuyer: 1 });
  const stock = fakeStock({ reserve: reserves.call });
  const nowMs = () => Date.now();
  const admit = createAdmission({
    directory: { get: () => sale } as unknown as SaleDirectory,
    batcher: createReserveBatcher({ stock, nowMs, observe: () => {} }),
    appender: { append: async () => 'durable' } as unknown as Appender,
    book: fakeBook({}),
    ...{ nowMs, logger, acceptAfter: 'log', acceptWaitMs: 2_000 },
  });
  const order = { orderId: ORDER_ID, saleId: 'phone', state: 'queued', quantity: 1 } as const;
  const orders = { byId: async () => ({ kind: 'order', order }) } as unknown as OrderReader;
  const app = createApp({
    ...({ payments: {}, checks: {} } as AppOptions),
    ...{ serves: true, draining: () => false, metrics, logger, nowMs, load, admit, orders },
    passes: createPassKeeper(nodeHashing, parsePassKeys(PASS_KEYS)),
    operatorAccess: { tokens: [], proxies: [] } as unknown as AppOptions['operatorAccess'],
  });
  server = createHttpServer(app.fetch);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  edge = createEdgeStandIn({ originUrl: url, passKeys: PASS_KEYS, saleId: 'phone' });
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  load.close();
  reserves.calls.length = 0;
});

const order = (number: number) => edge.send({ buyerId: `buyer-${number}` });

/** Orders that wait for the stock store, as many as may. */
async function fill(): Promise<Promise<Told>[]> {
  const under: Promise<Told>[] = [];
  for (let number = 0; number < MAX_IN_FLIGHT; number += 1) under.push(order(number));
  await until(() => load.read().inFlight === MAX_IN_FLIGHT);
  return under;
}

async function until(isSo: () => boolean): Promise<void> {
  for (let waitedMs = 0; !isSo(); waitedMs += 5) {
    if (waitedMs > 5_000) throw new Error('it never came to that');
    await pause(5);
  }
}

/** The store answers all that waits for it, and all that comes. */
async function letGo(under: readonly Promise<Told>[]): Promise<Told[]> {
  const done = Promise.all(under);
  let isDone = false;
  void done.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    for (const { argument, resolve } of reserves.calls.splice(0)) {
      const verdicts = argument.requests.map(() => ({ kind: 'reserved', seq: 1 }) as const);
      resolve({ kind: 'done', verdicts, stockLeft: 5 });
    }
    await pause(5);
  }
  return done;
}

describe('with as many orders in flight as may be', () => {
  test('one more is 503 overloaded at once, and says when to come again', async () => {
    const under = await fill();
    const refused = await order(9);
    expect(refused.short).toBe('503 overloaded');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(load.read().inFlight, 'it was not let in').toBe(MAX_IN_FLIGHT);
    expect((await letGo(under)).map(({ short }) => short)).toEqual(['202', '202', '202']);
    expect(load.read().inFlight).toBe(0);
    const again = order(9);
    expect((await letGo([again]))[0]?.short).toBe('202');
  });

  test('orders are still shown, health and metrics are answered', async () => {
    const under = await fill();
    const read = await edge.send({ method: 'GET', path: `/api/orders/${ORDER_ID}` });
    expect(read).toMatchObject({ status: 200, body: { orderId: ORDER_ID } });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('sluice_nodejs_eventloop_lag');
    await letGo(under);
  });

  test('a refusal waits for no body', async () => {
    const under = await fill();
    const path = `${url}/api/sales/phone/orders`;
    const half = httpRequest(path, { method: 'POST', headers: { 'content-length': 1_000 } });
    half.on('error', () => {});
    half.write('{');
    const [answer] = await once(half, 'response');
    expect(answer.statusCode).toBe(503);
    half.destroy();
    await letGo(under);
  });

  test('the connection that carried a refusal carries the next request', async () => {
    const under = await fill();
    const socket = createConnection(Number(new URL(url).port), '127.0.0.1');
    const texts: string[] = [];
    socket.on('data', (data) => texts.push(data.toString()));
    const post = 'POST /api/sales/phone/orders HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}';
    socket.write(post);
    await until(() => texts.join('').includes('503'));
    socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => texts.join('').includes('alive'));
    socket.destroy();
    await letGo(under);
  });

  test('the edge is told: the pressure rises to 1 and falls again', async () => {
    const [before] = await letGo([order(50)]);
    expect(Number(before?.headers.get(PRESSURE_HEADER))).toBeLessThan(0.5);
    const under = await fill();
    await until(() => load.read().pressure > 0.9);
    const refused = await order(9);
    expect(Number(refused.headers.get(PRESSURE_HEADER))).toBeGreaterThanOrEqual(0.9);
    await letGo(under);
    await until(() => load.read().pressure < 0.5);
  });
});

test('strangers who send their bodies slowly do not shut the door', async () => {
  const sockets: Socket[] = [];
  for (let number = 0; number < 10; number += 1) {
    const socket = createConnection(Number(new URL(url).port), '127.0.0.1');
    socket.write('POST /api/sales/phone/orders HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{');
    sockets.push(socket);
  }
  await pause(100);
  expect((await letGo([order(1)]))[0]?.short).toBe('202');
  for (const socket of sockets) socket.destroy();
});

test('an order whose pass is refused is not in flight afterwards', async () => {
  expect((await edge.sendWith('no pass', {})).short).toBe('403 no-pass');
  expect(load.read().inFlight).toBe(0);
});

test('an event loop that is late refuses orders before it drowns, and recovers', async () => {
  const monotonicMs = () => performance.now();
  const watch = createLoadWatch({ maxInFlight: MAX_IN_FLIGHT, monotonicMs });
  watch.enter();
  const stop = Date.now() + 1_500;
  while (Date.now() < stop) {
    const untilMs = performance.now() + 500;
    while (performance.now() < untilMs);
    await pause(1);
  }
  await pause(1);
  expect(watch.refuse()).toMatchObject({ kind: 'overloaded' });
  expect(watch.read().parts.loopDelay).toBeGreaterThan(1);
  await until(() => watch.refuse() === undefined);
  watch.close();
});

test('what waits for the log and the lag are told, and refuse nobody', async () => {
  load.watchOutbox(() => 20_000);
  load.watchLag(async () => ({ seconds: 90 }));
  await until(() => load.read().pressure === 3);
  expect(load.read().parts).toMatchObject({ outbox: 2, lag: 3 });
  expect(load.refuse()).toBeUndefined();
  metrics.watchPressure(load.read);
  const { text } = await metrics.render();
  expect(text).toMatch(/^sluice_pressure 3$/m);
  expect(text).toMatch(/^sluice_pressure_part\{part="outbox"\} 2$/m);
  expect(text).toMatch(/^sluice_orders_in_flight 0$/m);
});

test('a real process under a rush refuses the surplus and keeps every promise', async () => {
  const shop = await openShop('embedded');
  try {
    const origin = await shop.startOrigin({ ADMIT_MAX_IN_FLIGHT: '4' });
    await openSale(shop, { saleId: 'rush', units: 10_000 });
    const passKeys = shop.environment.PASS_KEYS ?? '';
    const crowd = createEdgeStandIn({ originUrl: origin.url, passKeys, saleId: 'rush' });
    const answers: Told[] = [];
    const all = (short: string) => answers.filter((answer) => answer.short === short);
    // Once more when this process was so slow that they came one by one.
    for (let rush = 0; rush < 20 && all('503 overloaded').length === 0; rush += 1) {
      const buyers = Array.from({ length: 200 }, (_, index) => `buyer-${200 * rush + index}`);
      answers.push(...(await Promise.all(buyers.map((buyerId) => crowd.send({ buyerId })))));
    }
    const [accepted, refused] = [all('202'), all('503 overloaded')];
    expect(accepted.length + refused.length).toBe(answers.length);
    expect(accepted.length).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every(({ headers }) => Number(headers.get('retry-after')) >= 1)).toBe(true);
    expect(answers.every(({ headers }) => headers.has(PRESSURE_HEADER))).toBe(true);
    for (const answer of accepted.slice(0, 5)) {
      const buyerId = `buyer-${answers.indexOf(answer)}`;
      const path = `/api/orders/${answer.body.orderId}`;
      expect((await crowd.send({ method: 'GET', path, buyerId })).status).toBe(200);
    }
    expect(await (await fetch(`${origin.url}/metrics`)).text()).toContain('sluice_pressure ');
  } finally {
    await shop.close();
  }
});
