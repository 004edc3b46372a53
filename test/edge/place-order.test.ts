/**
 * An order through all gates: every refusal before the origin hears of it, and what it hears then.
 */
import { describe, expect, test } from 'vitest';
import { openSale, openShop, START_MS, told } from './shop.ts';

describe('an order that passes every gate', () => {
  test('reaches the origin once, with a pass that binds buyer, path, body and key', async () => {
    const shop = openShop();
    const answer = await told(shop.order({ body: '{"quantity": 2}' }));
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe('/api/orders/AAAA');
    expect(shop.orders()).toHaveLength(1);
    const [order] = shop.orders();
    expect(order?.path).toBe('/api/sales/phone/orders');
    expect(order?.body).toBe('{"quantity": 2}');
    expect(order?.pass).toMatchObject({ kind: 'valid', timeMs: START_MS });
    expect(order?.headers.get('content-type')).toBe('application/json');
    expect(order?.headers.get('idempotency-key')).toBe('click-0001');
  });

  test('may have an empty body', async () => {
    const shop = openShop();
    expect((await shop.order({ body: null })).status).toBe(202);
    expect(shop.orders()[0]?.body).toBe('');
  });

  test('carries nothing of the client but what the origin is to know', async () => {
    const shop = openShop();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await shop.order({
      headers: {
        traceparent,
        'sluice-pass': 'v1.new.1.Zw.AAAA',
        'sluice-buyer': 'somebody-else',
        'x-forwarded-for': '203.0.113.9',
        cookie: 'session=secret',
        'content-type': 'text/plain',
      },
    });
    const [order] = shop.orders();
    expect(order?.pass.kind).toBe('valid');
    const names = Array.from(order?.headers.keys() ?? []).sort();
    expect(names).toEqual(['content-type', 'idempotency-key', 'sluice-pass']);
  });
});

describe('the gates, each before the origin', () => {
  const refusals: [
    name: string,
    change: Parameters<typeof openSale>[0],
    status: number,
    type: string,
  ][] = [
    ['before the opening', { opensAtMs: START_MS + 1 }, 403, 'not-open'],
    ['while paused', { paused: true }, 403, 'not-open'],
    ['at the end', { closesAtMs: START_MS }, 410, 'ended'],
    ['when paused and ended', { paused: true, closesAtMs: START_MS }, 410, 'ended'],
    ['when sold out', { soldOut: true }, 409, 'sold-out'],
    ['with a share of nothing', { shareSteps: [] }, 429, 'not-drawn'],
  ];
  test.each(refusals)('%s', async (_name, change, status, type) => {
    const shop = openShop(openSale(change));
    const answer = await told(shop.order());
    expect(answer).toMatchObject({ status, type: `/problems/${type}` });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(shop.orders()).toEqual([]);
    expect(shop.bucketCalls()).toBe(0);
  });

  test('let a buyer in at the very millisecond of the opening', async () => {
    const shop = openShop(openSale({ opensAtMs: START_MS }));
    expect((await shop.order()).status).toBe(202);
  });

  test('tell when a sale opens, by the clock of the edge', async () => {
    const shop = openShop(openSale({ opensAtMs: START_MS + 5_500 }));
    // A client whose clock is a minute off, and says so, is judged like everybody.
    const ahead = new Date(START_MS + 60_000).toUTCString();
    const { body, headers } = await told(shop.order({ headers: { date: ahead } }));
    expect(body).toMatchObject({
      retryAfterMs: 5_500,
      opensAt: '2026-11-11T00:00:05.500Z',
      now: '2026-11-11T00:00:00.000Z',
    });
    expect(headers.get('retry-after')).toBe('6');
  });

  test('a refusal by time or stock costs no identity: no token is even looked at', async () => {
    const shop = openShop(openSale({ soldOut: true }));
    const answer = await told(shop.order({ headers: { authorization: 'Bearer forged' } }));
    expect(answer.type).toBe('/problems/sold-out');
    expect(answer.headers.has('set-cookie')).toBe(false);
  });

  test('an unknown sale, and an id that no sale can have', async () => {
    const shop = openShop();
    expect(await told(shop.order({ saleId: 'none' }))).toMatchObject({ status: 404 });
    expect(shop.snapshotAsks()).toBe(1);
    const answer = await told(shop.order({ saleId: 'NOT-AN-ID' }));
    expect(answer).toMatchObject({ status: 404, type: '/problems/unknown-sale' });
    expect(shop.snapshotAsks()).toBe(1);
  });
});

describe('bad input is refused and changes nothing', () => {
  const bad: [name: string, body: string, field: string][] = [
    ['not JSON', '{quantity:1}', 'body'],
    ['not UTF-8 text', '\ufffe', 'body'],
    ['a byte order mark', '\ufeff{}', 'body'],
    ['an array', '[]', 'body'],
    ['null', 'null', 'body'],
    ['a string quantity', '{"quantity":"1"}', 'body.quantity'],
    ['half a unit', '{"quantity":0.5}', 'body.quantity'],
    ['quantity 0', '{"quantity":0}', 'body.quantity'],
    ['quantity -1', '{"quantity":-1}', 'body.quantity'],
    ['quantity over perBuyer', '{"quantity":3}', 'body.quantity'],
    ['quantity beyond all numbers', '{"quantity":1e400}', 'body.quantity'],
    ['a field that is not there', '{"price":0}', 'body'],
  ];
  test.each(bad)('%s', async (_name, body, field) => {
    const shop = openShop();
    const answer = await told(shop.order({ body }));
    expect(answer).toMatchObject({ status: 400, type: '/problems/invalid-request' });
    expect(answer.body.errors).toMatchObject([{ field }]);
    expect(shop.orders()).toEqual([]);
  });

  test('bytes that are not UTF-8', async () => {
    const shop = openShop();
    const body = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    const answer = await told(shop.order({ body }));
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body.errors)).toContain('must be JSON');
  });

  test.each(['', 'short', 'x'.repeat(65), 'with space'])(
    'the Idempotency-Key "%s"',
    async (key) => {
      const shop = openShop();
      const answer = await told(shop.order({ headers: { 'idempotency-key': key } }));
      expect(answer.status).toBe(400);
      expect(answer.body.errors).toMatchObject([{ field: 'header.idempotency-key' }]);
      expect(shop.orders()).toEqual([]);
    },
  );

  test('a body over 8 kB that says so is refused unread', async () => {
    const shop = openShop();
    let pulls = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulls += 1;
        controller.enqueue(new Uint8Array(1024).fill(0x20));
      },
    });
    const answer = await told(shop.order({ body, headers: { 'content-length': '8193' } }));
    expect(answer).toMatchObject({ status: 413, type: '/problems/body-too-large' });
    expect(pulls).toBeLessThanOrEqual(1);
    expect(shop.orders()).toEqual([]);
  });

  test('a body over 8 kB in chunks is read to the limit and no further', async () => {
    const shop = openShop();
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(1024).fill(0x20));
      },
    });
    const answer = await told(shop.order({ body: endless }));
    expect(answer).toMatchObject({ status: 413, type: '/problems/body-too-large' });
    expect(sent).toBeLessThanOrEqual(12);
    expect(shop.orders()).toEqual([]);
  });

  test('a body of exactly 8 kB in chunks is read whole', async () => {
    const shop = openShop();
    const text = `{"quantity":1}${' '.repeat(8 * 1024 - 14)}`;
    const halves = new ReadableStream<Uint8Array>({
      start(controller) {
        const bytes = new TextEncoder().encode(text);
        controller.enqueue(bytes.subarray(0, 5_000));
        controller.enqueue(bytes.subarray(5_000));
        controller.close();
      },
    });
    expect((await shop.order({ body: halves })).status).toBe(202);
    expect(shop.orders()[0]?.body).toBe(text);
    expect(shop.orders()[0]?.pass.kind).toBe('valid');
  });
});
