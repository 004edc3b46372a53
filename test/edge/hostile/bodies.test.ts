/**
 * Bodies that are not what an order is: packed, without end, too slow, broken off, and JSON that
 * two readers could read in two ways. What the edge lets through is, byte for byte, what it judged.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { guest, logged, openShop, type Shop, told } from '../shop.ts';

const ORDER_ID = 'q83vASNFZ4mrze8BI0VniQ';
const bytes = (text: string) => new TextEncoder().encode(text);

/** Streams of chunks; `undefined` at their end is a body that never ends. */
function streamOf(chunks: (Uint8Array | Error | undefined)[]): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = chunks.shift();
      if (next instanceof Uint8Array) controller.enqueue(next);
      else if (next instanceof Error) controller.error(next);
      else return new Promise(() => {});
    },
  });
}

async function expectBodyRefused(
  shop: Shop,
  answer: Response | Promise<Response>,
  message: RegExp,
) {
  const refused = await told(answer);
  expect(refused).toMatchObject({ status: 400, type: '/problems/invalid-request' });
  expect(JSON.stringify(refused.body.errors)).toMatch(message);
  expect(shop.forwarded()).toEqual([]);
  expect(logged, 'a crowd of such clients must not fill the log').toEqual([]);
}

describe('a packed body', () => {
  test.each(['gzip', 'GZIP', 'x-gzip', 'deflate', 'br', 'zstd', 'identity, gzip', 'aws-chunked'])(
    '(%s) is refused unread, and so never unpacked',
    async (encoding) => {
      const shop = openShop();
      const bomb = new Blob([new Uint8Array(100_000)])
        .stream()
        .pipeThrough(new CompressionStream('gzip'));
      const body = await new Response(bomb).arrayBuffer();
      const headers = { 'content-encoding': encoding };
      await expectBodyRefused(shop, shop.order({ body, headers }), /content-encoding/);
      // Not even when it is plain in truth: whoever stands between might unpack it.
      await expectBodyRefused(shop, shop.order({ headers }), /content-encoding/);
    },
  );

  test("of a provider's event is refused as well", async () => {
    const shop = openShop();
    const headers = { 'content-encoding': 'gzip', 'stripe-signature': 't=1,v1=a' };
    const event = { method: 'POST', body: '{}', headers };
    const answer = shop.fetch('/api/payments/stripe/events', event);
    await expectBodyRefused(shop, answer, /content-encoding/);
  });

  test('that says it is not packed is taken', async () => {
    const headers = { 'content-encoding': 'identity' };
    expect((await openShop().order({ headers })).status).toBe(202);
  });
});

describe('a body that does not end', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  async function afterTenSeconds(answer: Promise<Response>): Promise<Response> {
    let isThere = false;
    void answer.then(() => {
      isThere = true;
    });
    for (let turn = 0; turn < 50; turn += 1) await scheduler.wait(1);
    await vi.advanceTimersByTimeAsync(9_900);
    for (let turn = 0; turn < 10; turn += 1) await scheduler.wait(1);
    expect(isThere, 'before 10 s').toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    return answer;
  }

  test.each<[string, Record<string, string>]>([
    ['chunked', {}],
    ['declared', { 'content-length': '14' }],
  ])('(%s) is waited for 10 s and no longer', async (_name, headers) => {
    const shop = openShop();
    const body = streamOf([bytes('{"quan'), undefined]);
    const answer = await afterTenSeconds(shop.order({ body, headers }));
    await expectBodyRefused(shop, answer, /must arrive whole/);
  });

  test('holds no payment up for longer either', async () => {
    const shop = openShop();
    const init = { method: 'POST', headers: await guest(shop), body: streamOf([undefined]) };
    const answer = afterTenSeconds(shop.fetch(`/api/orders/${ORDER_ID}/payment`, init));
    await expectBodyRefused(shop, answer, /must be empty/);
  });
});

describe('a body of 1 MB', () => {
  const MEGABYTE = 1024 * 1024;
  test.each<[string, BodyInit, Record<string, string>]>([
    ['declared', 'x'.repeat(MEGABYTE), {}],
    ['that says it is short', streamOf([bytes('x'.repeat(MEGABYTE))]), { 'content-length': '2' }],
    ['in one chunk', streamOf([bytes('x'.repeat(MEGABYTE))]), {}],
    ['in many chunks', streamOf(Array(1_024).fill(bytes('x'.repeat(1_024)))), {}],
  ])('%s is refused, and the origin does not hear of it', async (_name, body, headers) => {
    const shop = openShop();
    const answer = await told(shop.order({ body, headers }));
    expect([400, 413]).toContain(answer.status);
    expect(shop.orders()).toEqual([]);
  });
});

test.each<[string, Record<string, string>]>([
  ['chunked', {}],
  ['declared', { 'content-length': '14' }],
])('a body that breaks off (%s) is the client’s failure', async (_name, headers) => {
  const shop = openShop();
  const body = streamOf([bytes('{"quan'), new Error('Network connection lost.')]);
  await expectBodyRefused(shop, shop.order({ body, headers }), /must arrive whole/);
});

describe('JSON that could be read in two ways', () => {
  test.each([
    ['two quantities, the last too many', '{"quantity":1,"quantity":3}'],
    ['quantities by escapes, the last too many', '{"quantity":1,"\\u0071uantity":3}'],
    ['a prototype', '{"__proto__":{"quantity":2}}'],
    ['a constructor', '{"constructor":{"prototype":{"quantity":2}}}'],
    ['toJSON', '{"quantity":1,"toJSON":1}'],
    ['a list with a quantity', '[{"quantity":1}]'],
    ['another case', '{"Quantity":1}'],
    ['a null byte in the name', '{"quantity\\u0000":1}'],
    ['a huge whole number', '{"quantity":9007199254740993}'],
    ['a number of 8,000 digits', `{"quantity":${'1'.repeat(8_000)}}`],
    ['a tiny fraction', '{"quantity":1.0000001}'],
    ['true', '{"quantity":true}'],
    ['octal', '{"quantity":01}'],
    ['hexadecimal', '{"quantity":0x1}'],
    ['not a number', '{"quantity":NaN}'],
    ['a comment', '{"quantity":1/*,*/}'],
    ['a comma at the end', '{"quantity":1,}'],
    ['two values', '{"quantity":1}{"quantity":2}'],
    ['a null byte behind it', '{"quantity":1}\u0000'],
    ['8,000 brackets', '['.repeat(8_000)],
    ['4,000 lists deep', `${'['.repeat(4_000)}${']'.repeat(4_000)}`],
    ['1,300 objects deep', `${'{"a":'.repeat(1_300)}1${'}'.repeat(1_300)}`],
  ])('%s is refused', async (_name, body) => {
    const shop = openShop();
    await expectBodyRefused(shop, shop.order({ body }), /./);
  });

  test.each([
    ['1.0', '{"quantity":1.0}'],
    ['1e0', '{"quantity":1e0}'],
    ['spaces and line ends', ' \r\n{ "quantity" : 1 }\t\n'],
    ['an escape in the name', '{"\\u0071uantity":1}'],
    ['two quantities that are both good', '{"quantity":1,"quantity":2}'],
  ])('%s goes on as it came, and is signed as it came', async (_name, body) => {
    const shop = openShop();
    expect((await shop.order({ body })).status).toBe(202);
    expect(shop.orders()[0]?.body).toBe(body);
    expect(shop.orders()[0]?.pass.kind).toBe('valid');
  });
});

describe('an Idempotency-Key', () => {
  test.each([
    '"7d4f3a52-1b1c"',
    'a'.repeat(8),
    '~'.repeat(64),
    '__proto__',
    '........',
    '%00%00%00',
  ])('%s is taken as it is', async (key) => {
    const shop = openShop();
    expect((await shop.order({ headers: { 'idempotency-key': key } })).status).toBe(202);
    expect(shop.orders()[0]?.headers.get('idempotency-key')).toBe(key);
  });

  test.each([
    'a'.repeat(7),
    'a'.repeat(65),
    'a'.repeat(100_000),
    'key\u00e4\u00f6\u00fc\u00df',
    'a\tb',
  ])('of another shape is refused (%#)', async (key) => {
    const shop = openShop();
    const answer = shop.order({ headers: { 'idempotency-key': key } });
    await expectBodyRefused(shop, answer, /idempotency-key/);
  });

  test('missing is refused', async () => {
    const shop = openShop();
    const answer = shop.fetch('/api/sales/phone/orders', { method: 'POST', body: '{}' });
    await expectBodyRefused(shop, answer, /idempotency-key/);
  });
});
