/**
 * Headers that a client should not send, on every route that asks the origin: forged proofs of the
 * edge, addresses, other hosts and methods, names twice; and floods of them, whose cost must grow
 * no faster than they do.
 */
import { describe, expect, test } from 'vitest';
import { guest, openShop, type Shop, START_MS } from '../shop.ts';

const ORDER_ID = 'q83vASNFZ4mrze8BI0VniQ';

/** What the origin is ever told; a provider's signature besides, with its events. */
const TOLD = [
  'content-type',
  'idempotency-key',
  'sluice-pass',
  'webhook-id',
  'webhook-signature',
  'webhook-timestamp',
];

const ROUTES: [method: string, path: string][] = [
  ['POST', '/api/sales/phone/orders'],
  ['GET', '/api/sales/phone/orders/mine'],
  ['GET', '/api/sales/phone/leaderboard/mine'],
  ['GET', '/api/sales/phone/waitlist'],
  ['DELETE', '/api/sales/phone/waitlist'],
  ['GET', '/api/orders'],
  ['GET', `/api/orders/${ORDER_ID}`],
  ['POST', `/api/orders/${ORDER_ID}/payment`],
  ['POST', `/api/orders/${ORDER_ID}/cancellation`],
  ['POST', '/api/payments/sandbox/events'],
  ['GET', '/openapi.json'],
  ['GET', '/docs'],
];

const FORGED: Record<string, string> = {
  'Sluice-Pass': 'v1.new.1.Zw.AAAA',
  'SLUICE-BUYER': 'somebody-else',
  'sluice-pressure': '99.00',
  'sluice-edge': 'yes',
  'x-forwarded-for': '127.0.0.1',
  'x-forwarded-host': 'elsewhere.example',
  'x-forwarded-proto': 'http',
  'x-real-ip': '127.0.0.1',
  'true-client-ip': '127.0.0.1',
  forwarded: 'for=127.0.0.1;host=elsewhere.example',
  via: '1.1 nobody',
  'x-http-method-override': 'DELETE',
  'x-method-override': 'DELETE',
  'x-original-url': '/operator/sales',
  'x-rewrite-url': '/operator/sales',
  connection: 'close, sluice-pass, idempotency-key',
  'keep-alive': 'timeout=1000000',
  te: 'trailers',
  upgrade: 'h2c',
  'proxy-authorization': 'Basic YTpi',
  range: 'bytes=0-1',
  'if-none-match': '*',
  'accept-encoding': 'bomb',
  baggage: 'sluice-pass=1',
  tracestate: 'sluice=1',
};

async function askAll(shop: Shop, headers: Record<string, string>) {
  const known = await guest(shop);
  for (const [method, path] of ROUTES) {
    const own = {
      'idempotency-key': 'click-0001',
      ...known,
      ...(path.endsWith('/events') ? { 'webhook-signature': 'v1,AAAA', 'webhook-id': 'a' } : {}),
    };
    const body = path.endsWith('/events') ? { body: '{}' } : {};
    const answer = await shop.fetch(path, { method, ...body, headers: { ...headers, ...own } });
    expect(answer.status, `${method} ${path}`).toBeLessThan(300);
    const names = Array.from(answer.headers.keys());
    expect(names.filter((name) => name.startsWith('sluice-'))).toEqual([]);
  }
}

describe('forged headers', () => {
  test('never reach the origin, on any route, and change neither path nor method', async () => {
    const [plain, hostile] = [openShop(), openShop()];
    await askAll(plain, {});
    await askAll(hostile, FORGED);
    expect(hostile.forwarded()).toHaveLength(ROUTES.length);
    const asked = (shop: Shop) => shop.seen.map(({ method, path, body }) => [method, path, body]);
    expect(asked(hostile)).toEqual(asked(plain));
    for (const { path, headers, pass } of hostile.seen) {
      expect(pass.kind, path).toBe('valid');
      const strange = Array.from(headers.keys()).filter((name) => !TOLD.includes(name));
      expect(strange, path).toEqual([]);
      const values = Array.from(headers.values());
      expect(values.filter((value) => Object.values(FORGED).includes(value))).toEqual([]);
    }
  });

  test("of the origin's own answers stay behind the edge", async () => {
    const shop = openShop();
    shop.twist.origin = ({ path }) =>
      path.startsWith('/edge/')
        ? undefined
        : new Response('{}', {
            headers: { 'sluice-pressure': '0.50', 'sluice-pass': 'x', 'x-internal': 'y' },
          });
    const { headers } = await shop.order();
    expect(Array.from(headers.keys()).filter((name) => /^sluice-|internal/.test(name))).toEqual([]);
  });

  test('twice are one that is not good: no first or last of them is picked', async () => {
    const shop = openShop();
    const headers = new Headers({ 'idempotency-key': 'click-0001' });
    headers.append('idempotency-key', 'click-0002');
    const init = { method: 'POST', body: '{}', headers };
    expect((await shop.fetch('/api/sales/phone/orders', init)).status).toBe(400);
    const token = new Headers({ 'idempotency-key': 'click-0001', authorization: 'Bearer a.b.c' });
    token.append('authorization', 'Bearer d.e.f');
    const twice = { method: 'POST', body: '{}', headers: token };
    expect((await shop.fetch('/api/sales/phone/orders', twice)).status).toBe(401);
    expect(shop.orders()).toEqual([]);
  });
});

describe('the time that a client claims', () => {
  test.each([-600_000, 600_000])('%i ms off, opens and closes nothing', async (offMs) => {
    const claimed = new Date(START_MS + offMs).toUTCString();
    const headers = { date: claimed, 'if-modified-since': claimed, 'x-date': claimed };
    const shop = openShop();
    expect((await shop.order({ headers })).status).toBe(202);
    const [order] = shop.orders();
    expect(order?.pass).toMatchObject({ kind: 'valid', timeMs: START_MS });
    const [sale] = shop.sales.values();
    if (sale === undefined) throw new Error('there is no sale');
    const later = openShop({ ...sale, opensAtMs: START_MS + 60_000 });
    expect((await later.order({ headers })).status).toBe(403);
    const over = openShop({ ...sale, closesAtMs: START_MS - 60_000 });
    expect((await over.order({ headers })).status).toBe(410);
    expect([...later.orders(), ...over.orders()]).toEqual([]);
  });
});

describe('a flood', () => {
  const FEW = 500;
  const MORE = 16;
  const FORGED_GUEST = `__Host-sluice_guest=g-${'A'.repeat(22)}.${'A'.repeat(43)}`;

  /** The least of some tries: what the machine does besides only ever adds. */
  async function leastMs(work: () => Promise<unknown>): Promise<number> {
    let least = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const startedMs = performance.now();
      for (let count = 0; count < 10; count += 1) await work();
      least = Math.min(least, performance.now() - startedMs);
    }
    return least;
  }

  const floods: [name: string, headersOf: (count: number) => Record<string, string>][] = [
    ['cookies', (count) => ({ cookie: Array.from({ length: count }, cookiePair).join('; ') })],
    ['guest cookies', (count) => ({ cookie: Array(count).fill(FORGED_GUEST).join(';') })],
    ['spaces between cookies', (count) => ({ cookie: `a=b;${' '.repeat(count * 10)}c` })],
    ['semicolons', (count) => ({ cookie: ';'.repeat(count * 10) })],
    ['spaces in a token', (count) => ({ authorization: `Bearer ${' '.repeat(count * 10)}a b` })],
    ['dots in a token', (count) => ({ authorization: `Bearer ${'.'.repeat(count * 10)}` })],
    ['an Idempotency-Key', (count) => ({ 'idempotency-key': 'x'.repeat(count * 10) })],
    ['a traceparent', (count) => ({ traceparent: `00-${'a'.repeat(count * 10)}` })],
    ['headers', (count) => Object.fromEntries(Array.from({ length: count }, header))],
  ];

  test.each(floods)(
    'of %s costs no more than its length',
    { timeout: 90_000 },
    async (_name, headersOf) => {
      const shop = openShop();
      const [few, many] = [headersOf(FEW), headersOf(FEW * MORE)];
      const ask = (headers: Record<string, string>) => async () => {
        shop.clock.ms += 1_000;
        await (await shop.order({ headers })).text();
      };
      await leastMs(ask(few));
      // What grows with the square takes 256 times as long. Below 50 ms nothing has grown.
      const tooLongMs = async () => {
        const [fewMs, manyMs] = [await leastMs(ask(few)), await leastMs(ask(many))];
        return manyMs - Math.max(50, fewMs * MORE * 4);
      };
      // Once more when something else had the processor.
      await expect.poll(tooLongMs, { timeout: 30_000 }).toBeLessThan(0);
    },
  );

  function cookiePair(_: unknown, index: number): string {
    return `name${index}=${index}`;
  }
  function header(_: unknown, index: number): [string, string] {
    return [`x-${index}`, String(index)];
  }
});
