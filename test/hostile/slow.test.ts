/**
 * Clients that are slow, endless or gone, at an edge without a proxy in front of it: each costs a
 * connection for some seconds, and an order that was under way when its buyer left is there when
 * the buyer comes back.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pause } from '../../origin/timer.ts';
import { auditAtRest } from '../flow/sale.ts';
import { openRaw, orderHead, type RawClient, untilSilent } from './raw.ts';
import { openStage, PATIENCE_MS, type Stage } from './stage.ts';

let stage: Stage;
let url: string;
let token: string;

beforeAll(async () => {
  stage = await openStage();
  [url = ''] = stage.edgeUrls;
  token = await stage.tokenOf('slow');
  await stage.openSale({ saleId: 'phone', units: 100, perBuyer: 2 });
  await stage.click({ saleId: 'phone', buyerId: 'first' });
});
afterAll(() => stage?.close());

const order = (key: string) => orderHead({ token, key });

/** A byte each 200 ms until the server answers or closes; how long that took. */
async function dribble(client: RawClient, text: string): Promise<number> {
  const startedMs = performance.now();
  for (let index = 0; client.received() === '' && !client.isClosed(); index += 1) {
    if (performance.now() - startedMs > 2 * PATIENCE_MS) break;
    client.socket.write(text[index % text.length] ?? '');
    await pause(200);
  }
  await untilSilent(client, 100);
  return performance.now() - startedMs;
}

test('who dribbles is ended, each in its time, and holds nobody else up', async () => {
  const [header, declared, chunked, silent] = [
    openRaw(url),
    openRaw(url),
    openRaw(url),
    openRaw(url),
  ];
  header.socket.write(order('slow-header'));
  declared.socket.write(`${order('slow-declared')}content-length: 8000\r\n\r\n{`);
  chunked.socket.write(`${order('slow-chunked')}transfer-encoding: chunked\r\n\r\n1\r\n{\r\n`);
  silent.socket.write(`${order('silent-body')}content-length: 14\r\n\r\n`);
  const crowd = Array.from({ length: 100 }, () => openRaw(url));
  for (const { socket } of crowd)
    socket.write(`${order('slow-crowd')}content-length: 8000\r\n\r\n{`);

  const [headerMs, declaredMs, chunkedMs] = await Promise.all([
    dribble(header, 'x: a\r\n'),
    dribble(declared, ' '),
    dribble(chunked, '1\r\n \r\n'),
    untilSilent(silent, 2_000, PATIENCE_MS),
    (async () => {
      const startedMs = performance.now();
      const { status } = await stage.click({ saleId: 'phone', buyerId: 'quick' });
      expect(status).toBe(202);
      expect(performance.now() - startedMs).toBeLessThan(9_000);
    })(),
  ]);
  // A new connection has this long for its headers in workerd (KJ's headerTimeout).
  expect(headerMs).toBeLessThan(30_000);
  for (const tookMs of [declaredMs, chunkedMs]) {
    expect(tookMs).toBeGreaterThan(9_000);
    expect(tookMs).toBeLessThan(PATIENCE_MS);
  }
  for (const client of [declared, chunked, silent]) {
    expect(client.received()).toMatch(/^HTTP\/1\.1 400 /);
    expect(client.received()).toContain('must arrive whole, within 10 seconds');
  }
  const slow = stage.border
    .orders()
    .filter(({ headers }) => /slow/.test(headers['idempotency-key'] ?? ''));
  expect(slow).toEqual([]);
});

test.each([
  ['declared', `content-length: ${1024 * 1024}\r\n\r\n`],
  ['declared, and sent', `content-length: ${1024 * 1024}\r\n\r\n${' '.repeat(1024 * 1024)}`],
  ['chunked', `transfer-encoding: chunked\r\n\r\n100000\r\n${' '.repeat(0x100000)}\r\n0\r\n\r\n`],
  ['longer than it says', `content-length: 14\r\n\r\n{"quantity":1}${'{'.repeat(1024 * 1024)}`],
])('a body of 1 MB (%s) is no order, and is answered before it ends', async (_name, rest) => {
  const before = stage.border.orders().length;
  const client = openRaw(url);
  client.socket.write(order('1-megabyte') + rest);
  await untilSilent(client, 300);
  // The connection may be reset while the client still sends; then the answer is lost with it.
  expect(client.received()).toMatch(/^(HTTP\/1\.1 (413|400|202|200) |$)/);
  const forwarded = stage.border.orders().slice(before);
  expect(forwarded.every(({ body }) => body.length <= 14)).toBe(true);
});

test('a body that never ends is refused at its 8,193rd byte', async () => {
  const client = openRaw(url);
  client.socket.write(`${order('never-ends')}transfer-encoding: chunked\r\n\r\n`);
  let sent = 0;
  const startedMs = performance.now();
  while (client.received() === '' && !client.isClosed() && performance.now() - startedMs < 20_000) {
    client.socket.write(`400\r\n${' '.repeat(0x400)}\r\n`);
    sent += 0x400;
    await pause(20);
  }
  await untilSilent(client, 100);
  expect(client.received()).toMatch(/^HTTP\/1\.1 413 /);
  expect(sent).toBeLessThan(1024 * 1024);
});

test('an order whose buyer leaves in the middle of it is one, and is found again', async () => {
  const buyers = Array.from({ length: 12 }, (_, index) => `gone-${index}`);
  stage.border.delay(400);
  const clients = await Promise.all(
    buyers.map(async (buyerId, index) => {
      const head = orderHead({ token: await stage.tokenOf(buyerId), key: `click-of-${buyerId}` });
      const client = openRaw(url);
      client.socket.write(`${head}content-length: 2\r\n\r\n{}`);
      // Some leave before the edge has read it, some before the origin has, most before the answer.
      await pause(index * 30);
      client.socket.destroy();
      return client;
    }),
  );
  stage.border.delay(0);
  expect(clients.every(({ received }) => received() === '')).toBe(true);
  await pause(500);
  const first = await Promise.all(
    buyers.map((buyerId) => stage.click({ saleId: 'phone', buyerId, body: '{}' })),
  );
  const again = await Promise.all(
    buyers.map((buyerId) =>
      stage.click({ saleId: 'phone', buyerId, body: '{}', idempotencyKey: `other-${buyerId}` }),
    ),
  );
  expect(first.every(({ status }) => status === 200 || status === 202)).toBe(true);
  // Most had crossed before they left: a click of theirs finds the order, it makes none.
  expect(first.filter(({ status }) => status === 200).length).toBeGreaterThan(buyers.length / 2);
  const ids = first.map(({ body }) => body.orderId);
  expect(again.map(({ body }) => body.orderId)).toEqual(ids);
  expect(new Set(ids).size).toBe(buyers.length);
  const { findings } = await auditAtRest(stage.shop, 'phone');
  expect(findings).toEqual([]);
});
