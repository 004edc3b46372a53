/** Where traces begin: which clicks get one, what the origin is told of it, and what is sent. */
import { describe, expect, test } from 'vitest';
import { parseEnvironment } from '../../edge/environment.ts';
import type { TraceTerms } from '../../edge/trace-environment.ts';
import { MAX_SPANS } from '../../edge/trace-sender.ts';
import { guest, logged, openSale, openShop, type Shop } from './shop.ts';

const COLLECTOR = 'https://collector.test';
const CLIENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
/** Fewer than an isolate keeps spans of. */
const CLICKS = 400;
const SHAPE = /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/;

function openTraced(change: Partial<TraceTerms> = {}, sale = openSale()): Shop {
  const headers = { authorization: 'Bearer secret' };
  const traces = { endpoint: COLLECTOR, headers, serviceName: 'sluice-edge', ratio: 1, ...change };
  const shop = openShop(sale, { traces });
  collect(shop, () => new Response('{}'));
  return shop;
}

function collect(shop: Shop, answer: () => Response | Promise<Response>): void {
  shop.twist.origin = ({ path }) => (path === '/v1/traces' ? answer() : undefined);
}

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: string } }[];
}

const sends = (shop: Shop) => shop.seen.filter(({ path }) => path === '/v1/traces');
const spansIn = (body: string): Span[] => JSON.parse(body).resourceSpans[0].scopeSpans[0].spans;
const spansOf = (shop: Shop) => sends(shop).flatMap(({ body }) => spansIn(body));
const attributesOf = (span: Span | undefined) =>
  Object.fromEntries(
    (span?.attributes ?? []).map(({ key, value }) => [key, value.stringValue ?? value.intValue]),
  );

describe('a click that is drawn', () => {
  test('begins a trace of its own, whatever trace and baggage the client sends', async () => {
    const shop = openTraced();
    await shop.order({ headers: { traceparent: CLIENT, tracestate: 'a=b', baggage: 'user=eve' } });
    const [order] = shop.orders();
    const names = Array.from(order?.headers.keys() ?? []).sort();
    expect(names).toEqual(['content-type', 'idempotency-key', 'sluice-pass', 'traceparent']);
    const traceparent = order?.headers.get('traceparent') ?? '';
    expect(traceparent).toMatch(SHAPE);
    expect(traceparent.slice(3, 35)).not.toBe(CLIENT.slice(3, 35));

    const [call, click] = spansOf(shop);
    expect(click?.name).toBe('POST /api/sales/{saleId}/orders');
    expect(click).not.toHaveProperty('parentSpanId');
    expect(call).toMatchObject({ name: 'POST', parentSpanId: click?.spanId });
    expect(traceparent).toBe(`00-${call?.traceId}-${call?.spanId}-01`);
    expect(attributesOf(call)).toMatchObject({
      'url.full': 'http://origin.test/api/sales/phone/orders',
      'http.response.status_code': '202',
    });
    expect(sends(shop)[0]?.headers.get('authorization')).toBe('Bearer secret');
  });

  test('and refused here says why, and has no call of the origin', async () => {
    const shop = openTraced({}, openSale({ soldOut: true, waitlist: { waiting: 0, cap: 0 } }));
    expect((await shop.order()).status).toBe(409);
    const spans = spansOf(shop);
    expect(spans).toHaveLength(1);
    expect(attributesOf(spans[0])).toMatchObject({
      'http.response.status_code': '409',
      'sluice.outcome': 'sold-out',
    });
  });

  test('for no sale keeps nothing of what stands in its path', async () => {
    const shop = openTraced();
    await shop.order({ saleId: `${'x'.repeat(4_000)}@buyer.example` });
    expect(spansOf(shop)).toHaveLength(1);
    expect(JSON.stringify(spansOf(shop))).not.toContain('xx');
  });
});

describe('which clicks are drawn', () => {
  test.each([
    [0, 0, 0],
    [0.25, 60, 140],
    [1, CLICKS, CLICKS],
  ])('is decided by the ratio: of %d', async (ratio, least, most) => {
    const shop = openTraced({ ratio });
    const click = () => shop.fetch('/api/sales/phone/orders', { method: 'POST' });
    await Promise.all(Array.from({ length: CLICKS }, click));
    expect(drawn(shop)).toBeGreaterThanOrEqual(least);
    expect(drawn(shop)).toBeLessThanOrEqual(most);
  });

  const drawn = (shop: Shop) => new Set(spansOf(shop).map(({ traceId }) => traceId)).size;

  test('none where no collector is named, and a client’s own trace goes no further', async () => {
    const shop = openShop();
    await shop.order({ headers: { traceparent: CLIENT } });
    expect(shop.orders()[0]?.headers.has('traceparent')).toBe(false);
    expect(sends(shop)).toEqual([]);
  });

  test('not what a buyer only reads', async () => {
    const shop = openTraced();
    await shop.fetch('/api/sales/phone/orders/mine', { headers: await guest(shop) });
    expect(sends(shop)).toEqual([]);
  });
});

describe('a collector', () => {
  test('gets the spans of many clicks in one request', async () => {
    const shop = openTraced();
    await Promise.all(Array.from({ length: 20 }, () => shop.order()));
    expect(spansOf(shop)).toHaveLength(40);
    expect(sends(shop).length).toBeLessThan(3);
  });

  test('that refuses is told of in the log, and the click is answered as ever', async () => {
    const shop = openTraced();
    collect(shop, () => new Response('secret', { status: 500 }));
    expect((await shop.order()).status).toBe(202);
    expect(logged.map((line) => JSON.parse(line))).toEqual([
      { level: 'error', event: 'traces-failed', dropped: 2, reason: 'status 500' },
    ]);
  });

  test('that cannot be reached has as many spans waiting as it may', async () => {
    const shop = openTraced();
    collect(shop, () => Promise.reject(new Error('no route')));
    const clicks = Array.from({ length: MAX_SPANS }, () => shop.order({ saleId: 'nothing' }));
    const answers = await Promise.all([...clicks, shop.order()]);
    expect(answers.at(-1)?.status).toBe(202);
    for (const { bytes } of sends(shop))
      expect(spansIn(text(bytes)).length).toBeLessThanOrEqual(MAX_SPANS);
    expect(logged.some((line) => line.includes('traces-failed'))).toBe(true);
  });

  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
});

describe('the variables', () => {
  const GOOD = { ORIGIN_URL: 'http://origin.test', PASS_KEYS: `a:${btoa('x'.repeat(32))}` };
  const termsOf = (more: Record<string, string>) =>
    parseEnvironment({ ...GOOD, ALLOW_GUESTS: 'on', ...more }).traces;
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: `${COLLECTOR}/` };

  test('ask for nothing unless a collector is named, then for one click of a hundred', () => {
    expect(termsOf({})).toBeUndefined();
    expect(termsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: '', TRACES_RATIO: '1' })).toBeUndefined();
    const terms = { endpoint: COLLECTOR, headers: {}, serviceName: 'sluice-edge', ratio: 0.01 };
    expect(termsOf(endpoint)).toEqual(terms);
    const more = { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b,y=1', OTEL_SERVICE_NAME: 'shop' };
    expect(termsOf({ ...endpoint, ...more, OTEL_TRACES_SAMPLER_ARG: '0.5' })).toMatchObject({
      headers: { 'x-key': 'a b', y: '1' },
      serviceName: 'shop',
      ratio: 0.5,
    });
    const both = { TRACES_RATIO: '0.2', OTEL_TRACES_SAMPLER_ARG: '0.5' };
    expect(termsOf({ ...endpoint, ...both })?.ratio).toBe(0.2);
  });

  test.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'https://user:secret@collector.test'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'secret'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=%secret'],
    ['TRACES_RATIO', '1 %'],
    ['TRACES_RATIO', '2'],
  ])('%s may not be %s, and the message does not repeat it', (name, value) => {
    const parse = () => termsOf({ ...endpoint, [name]: value });
    expect(parse).toThrow(name);
    expect(parse).not.toThrow('secret');
  });
});
