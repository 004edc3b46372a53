/** Shedding: what an isolate sends on while its origin is too busy, and what it counts as that. */
import { describe, expect, test } from 'vitest';
import { shedGate, shedProbability } from '../../edge/gates/shed-gate.ts';
import { createShedding, type Shedding } from '../../edge/shedding.ts';
import { openSale, openShop, problemAnswer, type Shop, told } from './shop.ts';

const NOW_MS = 1_000_000;

function note(shedding: Shedding, count: number, overloaded: boolean, nowMs = NOW_MS) {
  for (let left = count; left > 0; left -= 1) shedding.note('phone', { overloaded }, nowMs);
}

describe('the rule', () => {
  test.each([
    [0, 0, 0],
    [100, 100, 0],
    [100, 50, 0],
    [99, 40, 0.19],
    [1, 0, 0.5],
    [9, 0, 0.9],
    [999, 0, 0.999],
  ])('of %i requests %i were accepted: sheds with %d', (requests, accepts, probability) => {
    expect(shedProbability({ requests, accepts })).toBeCloseTo(probability, 10);
  });

  test('lets one in ten through, so that the return of the origin is seen', () => {
    expect(shedGate({ requests: 9_999, accepts: 0 }, 0.899)).toBeDefined();
    expect(shedGate({ requests: 9_999, accepts: 0 }, 0.9)).toBeUndefined();
  });

  test('sheds nothing where next to nothing comes', () => {
    expect(shedGate({ requests: 9, accepts: 0 }, 0)).toBeUndefined();
    expect(shedGate({ requests: 10, accepts: 0 }, 0)).toBeDefined();
  });

  test('says when to come again: the later, the worse it is, and not all at once', () => {
    const dead = { requests: 999, accepts: 0 };
    const retries = [0, 0.3, 0.899].map((fraction) => shedGate(dead, fraction));
    expect(retries).toEqual([
      { kind: 'overloaded', retryAfterMs: 1_000 },
      { kind: 'overloaded', retryAfterMs: 4_000 },
      { kind: 'overloaded', retryAfterMs: 9_990 },
    ]);
    expect(shedGate(dead, 0.9)).toBeUndefined();
    expect(shedGate({ requests: 50, accepts: 25 }, 0)).toBeUndefined();
  });
});

describe('what is remembered', () => {
  test('a sale that nothing is known of sheds nothing', () => {
    expect(createShedding().judge('phone', 0, NOW_MS)).toBeUndefined();
  });

  test('what was shed counts as a request, so that the rule holds while it sheds', () => {
    const shedding = createShedding();
    note(shedding, 12, true);
    note(shedding, 4, false);
    // 8 of 17 shed; then, with one more, 9 of 18.
    expect(shedding.judge('phone', 0.49, NOW_MS)).toBeUndefined();
    expect(shedding.judge('phone', 0.4, NOW_MS)).toBeDefined();
    expect(shedding.judge('phone', 0.49, NOW_MS)).toBeDefined();
  });

  test('is ten seconds: then the origin has a clean sheet', () => {
    const shedding = createShedding();
    note(shedding, 50, true);
    expect(shedding.judge('phone', 0, NOW_MS + 9_999)).toBeDefined();
    const later = createShedding();
    note(later, 50, true);
    expect(later.judge('phone', 0, NOW_MS + 10_000)).toBeUndefined();
  });

  test('the window slides: old answers leave it a second at a time', () => {
    const shedding = createShedding();
    note(shedding, 100, false);
    note(shedding, 100, true, NOW_MS + 5_000);
    expect(shedding.judge('phone', 0, NOW_MS + 5_000)).toBeUndefined();
    expect(shedding.judge('phone', 0, NOW_MS + 10_000)).toBeDefined();
  });

  test('a clock that was set back forgets, and remembers from then on', () => {
    const shedding = createShedding();
    note(shedding, 50, true);
    expect(shedding.judge('phone', 0, NOW_MS - 60_000)).toBeUndefined();
    note(shedding, 50, true, NOW_MS - 60_000);
    expect(shedding.judge('phone', 0, NOW_MS - 60_000)).toBeDefined();
  });

  test('a sale does not answer for another', () => {
    const shedding = createShedding();
    note(shedding, 50, true);
    expect(shedding.judge('tablet', 0, NOW_MS)).toBeUndefined();
  });
});

/** So many orders of as many buyers, one after the other. */
async function orderMany(shop: Shop, count: number) {
  const types: unknown[] = [];
  for (let number = 0; number < count; number += 1) {
    const headers = { 'idempotency-key': `click-${1_000 + number}` };
    types.push((await told(shop.order({ headers }))).type);
  }
  return types;
}

function orderAnswers(shop: Shop, answer: () => Response | Promise<Response>) {
  shop.twist.origin = ({ path }) => (path.startsWith('/edge/') ? undefined : answer());
}

describe('through the gates', () => {
  const busy: [name: string, answer: () => Response | Promise<Response>][] = [
    ['says that it is overloaded', () => problemAnswer(503, 'overloaded')],
    ['gives no answer', () => Promise.reject(new Error('connection refused'))],
    ['is behind a proxy that cannot reach it', () => new Response('<html>', { status: 502 })],
  ];
  test.each(busy)('of an origin that %s most is kept away', async (_name, answer) => {
    const shop = openShop();
    orderAnswers(shop, answer);
    await orderMany(shop, 20);
    const before = { sent: shop.orders().length, bucketCalls: shop.bucketCalls() };
    const types = await orderMany(shop, 100);
    const sent = shop.orders().length - before.sent;
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(40);
    expect(new Set(types)).toEqual(new Set(['/problems/overloaded']));
    // A shed request costs no token and no call.
    expect(shop.bucketCalls() - before.bucketCalls).toBeLessThanOrEqual(sent);
  });

  const answers: [status: number, type: string][] = [
    [429, 'too-fast'],
    [409, 'sold-out'],
    [410, 'ended'],
    [422, 'key-reused'],
    [503, 'recovering'],
    [403, 'no-pass'],
    [500, 'internal'],
  ];
  test.each(answers)('%i %s is an answer: nothing is shed for it', async (status, type) => {
    const shop = openShop();
    orderAnswers(shop, () => problemAnswer(status, type));
    await orderMany(shop, 40);
    expect(shop.orders()).toHaveLength(40);
  });

  test('what the rate gate refuses is not counted', async () => {
    const shop = openShop(openSale({ ratePerSecond: 10 }));
    const types = await orderMany(shop, 40);
    expect(types.filter((type) => type === '/problems/too-fast').length).toBeGreaterThan(10);
    expect(types).not.toContain('/problems/overloaded');
  });

  test('a shed buyer is told when to come again', async () => {
    const shop = openShop();
    orderAnswers(shop, () => problemAnswer(503, 'overloaded'));
    await orderMany(shop, 20);
    orderAnswers(shop, () => problemAnswer(409, 'sold-out'));
    let answer = await told(shop.order());
    while (answer.status === 409) answer = await told(shop.order());
    const { status, type, headers, body } = answer;
    expect({ status, type }).toEqual({ status: 503, type: '/problems/overloaded' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(10);
    expect(body.retryAfterMs).toBeGreaterThanOrEqual(1_000);
  });
});
