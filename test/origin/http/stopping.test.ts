/**
 * Starting and stopping the real process: SIGTERM answers what is under way and loses nothing; a
 * start that cannot work says why in one line.
 */
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASS_HEADER } from '../../../contract/pass.ts';
import type { Told } from '../../faults/history.ts';
import { clickUntilAnswered, originClick } from '../../flow/crowd.ts';
import { heldAgainstBook } from '../../flow/promises.ts';
import { auditAtRest, openSale } from '../../flow/sale.ts';
import { freePort, openShop, type Shop } from '../../flow/shop.ts';
import { runOrigin } from '../run-origin.ts';
import { createEdgeStandIn } from './edge-stand-in.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop('embedded');
});
afterAll(() => shop.close());

test('SIGTERM answers an order under way, takes no new one, and ends', async () => {
  const origin = await shop.startOrigin();
  await openSale(shop, { saleId: 'under-way' });
  const passKeys = shop.environment.PASS_KEYS ?? '';
  const edge = createEdgeStandIn({ originUrl: origin.url, passKeys, saleId: 'under-way' });

  const body = '{"quantity":1}';
  const half = httpRequest(`${origin.url}/api/sales/under-way/orders`, {
    method: 'POST',
    headers: {
      [PASS_HEADER]: edge.sign({ body }),
      'idempotency-key': 'one-click-of-one-buyer',
      'content-length': body.length,
    },
  });
  half.write(body.slice(0, 5));
  await once(half, 'socket').then(([socket]) => socket.connecting && once(socket, 'connect'));
  // The origin has read the headers once it answers something that came later.
  await fetch(`${origin.url}/healthz`);
  const stopped = origin.stop();
  await refusesConnections(origin.url);
  half.end(body.slice(5));
  const [answer] = (await once(half, 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(202);
  answer.resume();
  await stopped;

  await shop.startOrigin().then((next) => next.stop());
});

test('with a delay, SIGTERM is told to a load balancer before anything is refused', async () => {
  const origin = await shop.startOrigin({ SHUTDOWN_DELAY_MS: '3000' });
  const stopped = origin.stop();
  const readyz = () => fetch(`${origin.url}/readyz`);
  await expect.poll(async () => (await readyz()).status).toBe(503);
  const told = await readyz();
  expect(await told.json()).toEqual({
    status: 'not-ready',
    notReady: { draining: 'the process is stopping' },
  });
  expect(told.headers.get('connection')).toBe('close');
  expect((await fetch(`${origin.url}/healthz`)).status, 'it serves as before').toBe(200);
  await refusesConnections(origin.url);
  await stopped;
});

test('SIGTERM in the middle of a rush loses no promise', async () => {
  const origin = await shop.startOrigin();
  await openSale(shop, { saleId: 'rush', units: 500 });
  const click = originClick(origin.url, 'rush', shop.environment.PASS_KEYS ?? '');
  const history: Told[] = [];
  let answered = 0;
  let stopping: Promise<void> | undefined;
  const buyers = Array.from({ length: 300 }, async (_, index) => {
    for (let clicks = 0; clicks < 3; clicks += 1) {
      await clickUntilAnswered(click, `buyer-${index}-${clicks}`, history, 0);
      answered += 1;
      if (answered === 150) stopping = origin.stop();
    }
  });
  await Promise.all(buyers);
  await stopping;
  expect(stopping, 'it was stopped in the middle').toBeDefined();
  expect(history.filter(({ answer }) => answer === 'no answer').length).toBeGreaterThan(0);
  const accepted = history.filter(({ answer }) => answer === '202').length;
  expect(accepted).toBeGreaterThan(100);

  const next = await shop.startOrigin();
  const audit = await auditAtRest(shop, 'rush');
  expect(audit.findings).toEqual([]);
  expect(audit.terms.reserved).toBeGreaterThanOrEqual(accepted);
  expect(await heldAgainstBook(shop, history)).toEqual([]);
  await next.stop();
});

test('a second start on the same data is one clear line', async () => {
  const origin = await shop.startOrigin();
  const port = String(await freePort());
  const second = await runOrigin({ ...shop.environment, ORIGIN_PORT: port });
  expect(second.exitCode).toBe(1);
  expect(second.errors).toEqual([
    `sluice: another process has the data in ${shop.environment.DATA_DIR} open`,
  ]);
  expect((await fetch(`${origin.url}/readyz`)).status, 'the first is not disturbed').toBe(200);
  await origin.stop();
});

test('a port in use is one clear line', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = String(typeof address === 'object' ? address?.port : '');
  const ended = await runOrigin({ ...shop.environment, ORIGIN_PORT: port });
  other.close();
  expect(ended.exitCode).toBe(1);
  expect(ended.errors).toEqual([
    `sluice: port ${port} of 127.0.0.1 is in use; set ORIGIN_PORT to another`,
  ]);
});

async function refusesConnections(url: string): Promise<void> {
  for (;;) {
    const open = await fetch(`${url}/healthz`).then(
      () => true,
      () => false,
    );
    if (!open) return;
  }
}
