/**
 * One trace from the click to the notice, on a whole shop: edge under workerd, an origin with all
 * roles, a shop that takes notices, and a collector that both send to. Run on the embedded backends
 * and on the stack's servers.
 */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderViewSchema } from '../../contract/order.ts';
import { TRACE_NAMES } from '../../contract/trace-names.ts';
import { openSale } from '../flow/sale.ts';
import {
  type BackendsKind,
  missingServers,
  openShop,
  type Shop,
  type ShopProcess,
} from '../flow/shop.ts';
import { untilThere } from '../life/act.ts';
import { type Receiver, startReceiver } from '../notify/receiver.ts';
import { type Collector, type SeenSpan, startCollector } from './collector.ts';

/** As a client might send them, to have its own trace kept, or another's looked into. */
const FOREIGN_TRACE = '0af7651916cd43dd8448eb211c80319c';
const FOREIGN = {
  traceparent: `00-${FOREIGN_TRACE}-b7ad6b7169203331-01`,
  tracestate: 'rojo=00f067aa0ba902b7',
  baggage: 'userId=alice',
};
const BUYER = 'alice-4711';
const KIND = { server: 2, client: 3, producer: 4, consumer: 5 };

export interface Traced {
  shop: Shop;
  origin: ShopProcess;
  collector: Collector;
  receiver: Receiver;
  /** One order through the edge, with a client's own trace beside it. */
  click(buyerId: string): Promise<string>;
  /** The notice of an order, once it came. */
  noticeOf(orderId: string): Promise<Receiver['received'][number]>;
}

/** `LOG_URL` and the like on top; the edge and the origin are told of the collector alike. */
export async function openTraced(
  kind: BackendsKind,
  variables: Record<string, string> = {},
): Promise<Traced> {
  const collector = await startCollector();
  const receiver = await startReceiver();
  const shop = await openShop(kind);
  Object.assign(shop.environment, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=a%20shop',
    TRACES_RATIO: '1',
    WEBHOOK_URL: receiver.url,
    WEBHOOK_SECRET: receiver.secret,
    ...variables,
  });
  const { origin, edgeUrl } = await startAll(shop).catch(async (error: unknown) => {
    // Whoever asked for it has nothing to close.
    await closeTraced({ shop, collector, receiver });
    throw error;
  });
  const key = new TextEncoder().encode(shop.environment.BUYER_JWT_SECRET);

  return {
    origin,
    shop,
    collector,
    receiver,
    async click(buyerId) {
      const signing = new SignJWT({ sub: buyerId }).setProtectedHeader({ alg: 'HS256' });
      const headers = {
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        authorization: `Bearer ${await signing.sign(key)}`,
        ...FOREIGN,
      };
      const request = { method: 'POST', headers, body: '{"quantity":1}' };
      const answer = await fetch(`${edgeUrl}/api/sales/phone/orders`, request);
      expect(answer.status).toBeLessThan(300);
      return orderViewSchema.parse(await answer.json()).orderId;
    },
    noticeOf: (orderId) =>
      untilThere(async () => receiver.received.find((notice) => notice.orderId === orderId)),
  };
}

async function startAll(shop: Shop) {
  const origin = await shop.startOrigin();
  const edgeUrl = await shop.startEdge();
  await openSale(shop, { saleId: 'phone', units: 100 });
  return { origin, edgeUrl };
}

type Closable = Pick<Traced, 'shop' | 'collector' | 'receiver'>;

export async function closeTraced({ shop, collector, receiver }: Closable): Promise<void> {
  await shop.close();
  await Promise.all([collector.close(), receiver.close()]);
}

interface Expected {
  stock: string;
  log: string;
  book: string;
  destination: RegExp;
  /** The contexts that the log's records bear outside of their values, where it has such. */
  headersIn?(environment: Shop['environment']): Promise<(string | undefined)[]>;
}

export async function exerciseTrace(kind: BackendsKind, expected: Expected): Promise<void> {
  const missing = await missingServers(kind);
  const why = missing === undefined ? '' : `: ${missing}`;

  describe.skipIf(missing !== undefined)(`a trace on ${kind}${why}`, () => {
    let traced: Traced;
    let orderId: string;
    let notice: Receiver['received'][number];
    let trace: SeenSpan[];

    beforeAll(async () => {
      traced = await openTraced(kind);
      orderId = await traced.click(BUYER);
      notice = await traced.noticeOf(orderId);
      const { spans } = traced.collector;
      const all = ['edge', 'call', 'admit', 'reserve', 'append', 'settle', 'notify'].length;
      // The batch's own trace besides.
      await untilThere(async () => spans[all]);
      trace = spans.filter(({ traceId }) => traceId === notice.headers.traceparent?.slice(3, 35));
    });
    afterAll(() => traced && closeTraced(traced));

    it('goes from the click through edge, admit, log and settle to the notice', () => {
      const edge = one(trace, /^POST \/api\/sales\/\{saleId\}\/orders$/, 'sluice-edge');
      const call = one(trace, /^POST$/, 'sluice-edge');
      const admit = one(trace, /^POST \/api/, 'sluice-origin');
      const reserve = one(trace, /^reserve$/, 'sluice-origin');
      const append = one(trace, /^append /, 'sluice-origin');
      const settle = one(trace, /^settle order$/, 'sluice-origin');
      const notify = one(trace, /^POST$/, 'sluice-origin');
      expect(trace).toHaveLength(7);
      const chain = [edge, call, admit, append, settle, notify];
      expect(chain.map(({ parentSpanId }) => parentSpanId)).toEqual([
        '',
        ...chain.slice(0, -1).map(({ spanId }) => spanId),
      ]);
      expect(reserve.parentSpanId).toBe(admit.spanId);
      expect([...chain, reserve].map(({ kind }) => kind)).toEqual([
        ...[KIND.server, KIND.client, KIND.server, KIND.producer, KIND.consumer, KIND.client],
        KIND.client,
      ]);
      expect(notice.headers.traceparent).toBe(`00-${notify.traceId}-${notify.spanId}-01`);
      expect(trace.filter(({ failed }) => failed)).toEqual([]);
      for (const { startNs, endNs } of trace) expect(endNs).toBeGreaterThanOrEqual(startNs);
    });

    it('is linked with the batch that settled it, which has a trace of its own', () => {
      isLinked(traced.collector, trace, expected.book);
    });

    it.runIf(expected.headersIn)('is named by the record’s header, for tools', async () => {
      const append = one(trace, /^append /, 'sluice-origin');
      const headers = await expected.headersIn?.(traced.shop.environment);
      expect(headers).toEqual([`00-${append.traceId}-${append.spanId}-01`]);
    });

    it('says what it is of by the conventions, and of which order, but not of whom', () => {
      tellsNobody(traced.collector, trace, orderId, expected);
    });

    it('is not the client’s: its trace, state and baggage go nowhere', () => {
      isNotTheClients(traced.collector, notice);
    });
  });
}

function isLinked({ spans }: Collector, trace: readonly SeenSpan[], book: string): void {
  const settle = one(trace, /^settle order$/, 'sluice-origin');
  const append = one(trace, /^append /, 'sluice-origin');
  const batch = spans.find(({ spanId }) => spanId === settle.links[0]?.spanId);
  expect(batch?.traceId).not.toBe(settle.traceId);
  expect(batch?.parentSpanId).toBe('');
  expect(batch?.links).toEqual([{ traceId: append.traceId, spanId: append.spanId }]);
  expect(batch?.attributes).toMatchObject({
    [TRACE_NAMES.messagingCount]: 1,
    [TRACE_NAMES.dbSystem]: book,
  });
}

/** The only span of that name that a program made. */
function one(trace: readonly SeenSpan[], name: RegExp, service: string): SeenSpan {
  const found = trace.filter((span) => name.test(span.name) && span.service === service);
  expect(found.map((span) => span.name)).toHaveLength(1);
  return found[0] as SeenSpan;
}

function tellsNobody(
  collector: Collector,
  trace: readonly SeenSpan[],
  orderId: string,
  expected: Expected,
): void {
  expect(one(trace, /^POST \/api/, 'sluice-edge').attributes).toMatchObject({
    'http.request.method': 'POST',
    'http.route': '/api/sales/{saleId}/orders',
    'http.response.status_code': 202,
    'url.path': '/api/sales/phone/orders',
    'sluice.sale.id': 'phone',
    'sluice.outcome': 'accepted',
  });
  const append = one(trace, /^append /, 'sluice-origin').attributes;
  expect(append).toMatchObject({
    'messaging.system': expected.log,
    'sluice.order.id': orderId,
  });
  expect(append['messaging.destination.name']).toMatch(expected.destination);
  expect(one(trace, /^reserve$/, 'sluice-origin').attributes['db.system.name']).toBe(
    expected.stock,
  );
  expect(one(trace, /^settle order$/, 'sluice-origin').attributes).toMatchObject({
    'sluice.order.id': orderId,
    'sluice.order.state': 'reserved',
  });
  const names = new Set<string>(Object.values(TRACE_NAMES));
  const told = collector.spans.flatMap(({ attributes }) => Object.keys(attributes));
  expect(told.filter((name) => !names.has(name))).toEqual([]);
  const everything = JSON.stringify(collector.spans, (_key, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  expect(everything).not.toContain(BUYER);
  expect(everything).not.toContain('alice');
}

function isNotTheClients(collector: Collector, notice: Receiver['received'][number]): void {
  const { spans, requests } = collector;
  expect(spans.filter(({ traceId }) => traceId === FOREIGN_TRACE)).toEqual([]);
  expect(notice.headers.traceparent).not.toContain(FOREIGN_TRACE);
  expect(notice.headers).not.toHaveProperty('baggage');
  expect(notice.headers).not.toHaveProperty('tracestate');
  expect(new Set(requests.map(({ contentType }) => contentType))).toEqual(
    new Set(['application/json', 'application/x-protobuf']),
  );
  for (const { headers } of requests) expect(headers['x-tenant']).toBe('a shop');
}
