/**
 * What the origin refuses of buyers, asked from outside: each refusal has its type, and none of
 * them moves a unit, an order or a record.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_BODY_BYTES } from '../../../contract/order.ts';
import { auditAtRest, openSale } from '../../flow/sale.ts';
import { openShop, type Shop } from '../../flow/shop.ts';
import { createEdgeStandIn, type EdgeStandIn, type SentRequest } from './edge-stand-in.ts';

let shop: Shop;
let edge: EdgeStandIn;
let before: unknown;

const SALE = '/api/sales/phone/orders';
/** A body of this many bytes that would be an order if it were not for its length. */
const bodyOf = (bytes: number) => '{"quantity":1}'.padEnd(bytes);

async function everything(): Promise<unknown> {
  const { terms, proof, findings } = await auditAtRest(shop, 'phone');
  const metrics = await (await fetch(`${shop.environment.ORIGIN_URL}/metrics`)).text();
  const appended = /^sluice_append_batch_size_count .*$/m.exec(metrics)?.[0];
  return { terms, proof, findings, appended };
}

/** Sends it, and holds that nothing at all came of it. */
async function refused(request: Partial<SentRequest>, signed: Partial<SentRequest> = {}) {
  const answer = await edge.send({ buyerId: 'stranger', ...request }, signed);
  expect(await everything()).toEqual(before);
  return answer;
}

beforeAll(async () => {
  shop = await openShop('embedded');
  const origin = await shop.startOrigin();
  await openSale(shop, { saleId: 'phone', units: 10, perBuyer: 2 });
  const passKeys = shop.environment.PASS_KEYS ?? '';
  edge = createEdgeStandIn({ originUrl: origin.url, passKeys, saleId: 'phone' });
  expect((await edge.send({})).short).toBe('202');
  before = await everything();
});
afterAll(() => shop.close());

describe('a body', () => {
  test.each([
    ['declared', false],
    ['chunked', true],
  ])('over 8 kB, %s, is too large', async (_name, chunked) => {
    const answer = await refused({ body: bodyOf(MAX_BODY_BYTES + 1), chunked });
    expect(answer.short).toBe('413 body-too-large');
    expect(answer.body.detail).toBe('at most 8192 bytes');
    expect(answer.headers.get('connection'), 'the rest is not read').toBe('close');
  });

  test.each([
    ['declared', false],
    ['chunked', true],
  ])('of 4 MB, %s, is not read to its end', async (_name, chunked) => {
    const request = { body: bodyOf(4 * 1024 * 1024), chunked, buyerId: 'stranger' };
    // The connection may be closed before a client that goes on sending has read the answer.
    const short = await edge.send(request).then(
      (answer) => answer.short,
      () => 'closed',
    );
    expect(['413 body-too-large', 'closed']).toContain(short);
    expect(await everything()).toEqual(before);
  });

  test.each([
    ['is no JSON', '{"quantity":', 'body', /JSON/],
    ['is text', 'quantity=1', 'body', /JSON/],
    ['begins with a byte order mark', '\ufeff{"quantity":1}', undefined, undefined],
    ['is a list', '[1]', 'body', /object/],
    ['is null', 'null', 'body', /object/],
    ['is a number', '1', 'body', /object/],
    ['has a quantity in quotes', '{"quantity":"1"}', 'body.quantity', /number/],
    ['has half a unit', '{"quantity":0.5}', 'body.quantity', /int/],
    ['has a quantity of null', '{"quantity":null}', 'body.quantity', /number/],
    ['has quantity 0', '{"quantity":0}', 'body.quantity', />=1|at least 1/],
    ['has quantity −1', '{"quantity":-1}', 'body.quantity', />=1|at least 1/],
    ['has more than any sale sells', '{"quantity":101}', 'body.quantity', /100/],
    ['has more than this sale sells', '{"quantity":3}', 'body.quantity', /at most 2/],
    ['has a number beyond all', '{"quantity":1e999}', 'body.quantity', /number/],
    ['has an unknown field', '{"quantity":1,"price":1}', 'body', /price/],
    ['has __proto__', '{"__proto__":{"quantity":1}}', undefined, undefined],
  ])('that %s is refused by name', async (_name, body, field, message) => {
    const answer = await refused({ body });
    if (field === undefined) {
      expect(['400 invalid-request', '403 no-pass']).toContain(answer.short);
      return;
    }
    expect(answer.short).toBe('400 invalid-request');
    expect(answer.body.errors).toEqual([{ field, message: expect.stringMatching(message) }]);
  });
});

describe('a pass', () => {
  test.each<[string, Partial<SentRequest>, Partial<SentRequest>]>([
    ['for another body', { body: '{"quantity":2}' }, { body: '{"quantity":1}' }],
    ['for another key', {}, { idempotencyKey: 'another-click' }],
    ['for another sale', {}, { path: '/api/sales/other/orders' }],
    ['for the same path with a query', { path: `${SALE}?a=b` }, { path: SALE }],
    ['for reading', {}, { method: 'GET' }],
  ])('%s is forged', async (_name, request, signed) => {
    const answer = await refused(request, signed);
    expect(answer.short).toBe('403 no-pass');
    expect(answer.body.detail).toBe('forged');
  });

  test.each([
    ['a minute slow', -60_000],
    ['a minute fast', 60_000],
  ])('of a clock that is %s has expired', async (_name, offMs) => {
    const answer = await refused({ timeMs: Date.now() + offMs });
    expect(answer.short).toBe('403 no-pass');
    expect(answer.body.detail).toBe('expired');
  });

  test.each([
    ['missing', undefined],
    ['missing', ''],
    ['malformed', 'let me in'],
    ['unknown-key', `v1.other.1.${'A'.repeat(43)}.stranger`],
    ['forged', `v1.t1.${Date.now()}.${'A'.repeat(43)}.stranger`],
  ])('that is %s lets nothing in: %s', async (reason, pass) => {
    const reading = { method: 'GET', path: '/api/sales/phone/orders/mine' };
    for (const request of [{}, reading, { method: 'GET', path: '/edge/sales/phone' }]) {
      const answer = await edge.sendWith(pass, request);
      expect(answer.short).toBe('403 no-pass');
      expect(answer.body.detail).toBe(reason);
    }
    expect(await everything()).toEqual(before);
  });

  test('with another buyer written into it is forged', async () => {
    const pass = edge.sign({ buyerId: 'stranger' }).replace('stranger', 'buyer-1');
    expect((await edge.sendWith(pass, {})).body.detail).toBe('forged');
  });

  test('without a buyer places no order', async () => {
    expect((await refused({ buyerId: '' })).short).toBe('401 unauthenticated');
  });
});

describe('an order', () => {
  test.each(['', 'short', 'a key with spaces', 'x'.repeat(65)])(
    'with the Idempotency-Key "%s" is refused by name',
    async (idempotencyKey) => {
      const answer = await refused({ idempotencyKey });
      expect(answer.short).toBe('400 invalid-request');
      expect(answer.body.errors[0]?.field).toBe('header.idempotency-key');
    },
  );

  test.each(['watch', 'PHONE', 'a%2fb', 'a%0ab', 'x'.repeat(2_000)])(
    'of the unknown sale "%s" is refused',
    async (saleId) => {
      const answer = await refused({ path: `/api/sales/${saleId}/orders` });
      expect(answer.short).toBe('404 unknown-sale');
    },
  );

  test('with the key of another quantity is refused, and the first stays', async () => {
    const answer = await refused({ buyerId: 'buyer-1', body: '{"quantity":2}' });
    expect(answer.short).toBe('422 key-reused');
  });

  test.each([
    ['GET', SALE],
    ['PUT', SALE],
    ['DELETE', '/api/orders/q83vASNFZ4mrze8BI0VniQ'],
    ['GET', '/api/unknown'],
    ['GET', '/'],
  ])('by %s %s finds nothing', async (method, path) => {
    const answer = await refused({ method, path, body: '' });
    expect(answer.short).toBe('404 unknown-route');
  });
});
