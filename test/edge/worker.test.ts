/**
 * The Worker as it is deployed: its entry, its bindings, its Durable Objects with their storage,
 * its cache; and its configuration.
 */
import { createExecutionContext } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../contract/clock.ts';
import { createPassKeeper, PASS_HEADER } from '../../contract/pass.ts';
import { parseEnvironment } from '../../edge/environment.ts';
import { edgeHashing } from '../../edge/hashing.ts';
import type { Bindings } from '../../edge/index.ts';
import { logged, openSale, PASS_KEYS, told } from './shop.ts';

const { TOKEN_BUCKET, RATE_COORDINATOR } = env as unknown as Bindings;
const worker = (exports as unknown as { default: Fetcher }).default;

afterEach(() => {
  vi.restoreAllMocks();
});

function stubOrigin() {
  const keeper = createPassKeeper(edgeHashing, PASS_KEYS);
  return vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input as string, init);
    const url = new URL(request.url);
    const claims = {
      method: request.method,
      path: url.pathname,
      body: await request.text(),
      idempotencyKey: request.headers.get('idempotency-key') ?? '',
    };
    const header = request.headers.get(PASS_HEADER) ?? undefined;
    const pass = keeper.verify(header, claims, systemClock.nowMs());
    if (pass.kind !== 'valid' || url.origin !== 'http://origin.test') {
      return new Response('', { status: 500 });
    }
    const saleId = url.pathname.split('/')[3] ?? '';
    const window = { opensAtMs: 0, closesAtMs: systemClock.nowMs() + 60_000 };
    if (url.pathname.startsWith('/edge/')) return Response.json(openSale({ saleId, ...window }));
    return Response.json({ state: 'queued' }, { status: 202 });
  });
}

function order(saleId: string) {
  return worker.fetch(`https://shop.test/api/sales/${saleId}/orders`, {
    method: 'POST',
    body: '{}',
    headers: { 'idempotency-key': 'click-0001' },
  });
}

describe('the Worker', () => {
  test('takes an order to the origin', async () => {
    const origin = stubOrigin();
    expect(await told(order('wired'))).toMatchObject({ status: 202, body: { state: 'queued' } });
    expect(origin).toHaveBeenCalledTimes(2);
  });

  test('keeps the snapshot, with its seed, where no URL of the shop leads', async () => {
    stubOrigin();
    const put = vi.spyOn(Cache.prototype, 'put');
    await order('cached');
    const keys = put.mock.calls.map(([key]) => String(key));
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatch(/^https:\/\/snapshots\.sluice\.invalid\/[\w-]{43}\/cached$/);
    const named = await caches.open('sluice-snapshots');
    expect(await named.match(keys[0] ?? '')).toBeDefined();
    expect(await caches.default.match(keys[0] ?? '')).toBeUndefined();
  });

  test('answers many at once from a cold start', async () => {
    stubOrigin();
    const answers = await Promise.all(Array.from({ length: 20 }, () => order('crowded')));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(202));
  });
});

describe('the configuration', () => {
  const good = {
    ORIGIN_URL: 'https://origin.example.com',
    PASS_KEYS: `a:${btoa('x'.repeat(32))}`,
    BUYER_JWT_SECRET: 'x'.repeat(32),
    ALLOW_GUESTS: 'on',
    RATE_SHARDS: '2',
  };

  test('is read', () => {
    expect(parseEnvironment(good)).toMatchObject({
      originUrl: 'https://origin.example.com',
      allowGuests: true,
      rateShards: 2,
    });
  });

  test('has no guests, no tokens and four shards unless it says so', () => {
    const { ORIGIN_URL, PASS_KEYS: keys } = good;
    expect(parseEnvironment({ ORIGIN_URL, PASS_KEYS: keys })).toMatchObject({
      allowGuests: false,
      buyerJwtSecret: undefined,
      rateShards: 4,
    });
  });

  test.each([
    ['ORIGIN_URL', undefined],
    ['ORIGIN_URL', 'origin'],
    ['ORIGIN_URL', 'ftp://origin'],
    ['ORIGIN_URL', 'https://origin/path'],
    ['ORIGIN_URL', 'https://user:secret@origin'],
    ['PASS_KEYS', undefined],
    ['PASS_KEYS', 'a:c2hvcnQ='],
    ['PASS_KEYS', 'nonsense'],
    ['BUYER_JWT_SECRET', 'short'],
    ['ALLOW_GUESTS', 'yes'],
    ['RATE_SHARDS', '0'],
    ['RATE_SHARDS', 'four'],
    ['RATE_SHARDS', '1000'],
  ])('with %s %s is refused by its name', (name, value) => {
    expect(() => parseEnvironment({ ...good, [name]: value })).toThrow(name);
  });

  test('that is bad costs every request a 500; the log says why, the answer does not', async () => {
    vi.resetModules();
    const { default: fresh } = await import('../../edge/index.ts');
    const bindings = { ...good, ALLOW_GUESTS: 'perhaps', TOKEN_BUCKET, RATE_COORDINATOR };
    const request = new Request<unknown, IncomingRequestCfProperties>(
      'https://shop.test/api/clock',
    );
    const answer = await told(fresh.fetch(request, bindings, createExecutionContext()));
    expect(answer).toMatchObject({ status: 500, type: '/problems/internal' });
    expect(JSON.stringify(answer.body)).not.toContain('ALLOW_GUESTS');
    expect(logged.join()).toContain('ALLOW_GUESTS: must be on or off');
  });
});

describe('the pass', () => {
  const keeper = createPassKeeper(edgeHashing, PASS_KEYS);
  const claims = {
    timeMs: 1_000_000,
    method: 'POST',
    path: '/api/sales/phone/orders',
    body: '{}',
    buyerId: 'g-1',
    idempotencyKey: 'click-0001',
  };
  const { timeMs, buyerId, ...request } = claims;
  const pass = keeper.sign(claims);

  test('proves the buyer', () => {
    expect(keeper.verify(pass, request, timeMs)).toEqual({ kind: 'valid', buyerId, timeMs });
  });

  test.each([
    ['another body', { body: '{"quantity":2}' }],
    ['another path', { path: '/api/sales/other/orders' }],
    ['another method', { method: 'GET' }],
    ['another key', { idempotencyKey: 'click-0002' }],
  ])('is forged for %s', (_name, change) => {
    const verdict = keeper.verify(pass, { ...request, ...change }, timeMs);
    expect(verdict).toEqual({ kind: 'invalid', reason: 'forged' });
  });

  test('is forged for another buyer, and expired after 30 s either way', () => {
    const other = keeper.sign({ ...claims, buyerId: 'g-2' }).split('.');
    const mixed = [...other.slice(0, 4), pass.split('.')[4]].join('.');
    expect(keeper.verify(mixed, request, timeMs)).toMatchObject({ reason: 'forged' });
    expect(keeper.verify(pass, request, timeMs + 30_001)).toMatchObject({ reason: 'expired' });
    expect(keeper.verify(pass, request, timeMs - 30_001)).toMatchObject({ reason: 'expired' });
  });
});
