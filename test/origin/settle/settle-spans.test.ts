/** The spans of a settled batch: whom they are of, what links them, and how they end. */
import { expect, test } from 'vitest';
import type { Reservation } from '../../../contract/log/codec.ts';
import { toTraceparent } from '../../../contract/trace-context.ts';
import type { BookOrder } from '../../../origin/settle/book.ts';
import { createSettleSpans } from '../../../origin/trace/settle-spans.ts';
import type { SpanStart, Tracer } from '../../../origin/trace/tracer.ts';

const SYSTEMS = { stock: 'redis', log: 'kafka', book: 'mysql', destination: 'sluice.orders' };

interface Kept extends SpanStart {
  name: string;
  spanId: string;
  ended: unknown[];
}

function keepSpans() {
  const kept: Kept[] = [];
  const tracer: Tracer = {
    start(name, start) {
      const spanId = String(kept.length + 1).padStart(16, '0');
      const span: Kept = { name, ...start, spanId, ended: [] };
      kept.push(span);
      const context = { traceId: start.parent?.traceId ?? 'f'.repeat(32), spanId };
      return { context, end: (...how) => span.ended.push(how) };
    },
    close: async () => {},
  };
  return { kept, spans: createSettleSpans(tracer, SYSTEMS) };
}

const contextOf = (number: number) => ({
  traceId: String(number).padStart(32, 'a'),
  spanId: String(number).padStart(16, 'b'),
});

function reservation(number: number, traceparent?: string): Reservation {
  const orderId = String(number).padStart(22, 'o');
  const order = { orderId, buyerId: `buyer-${number}`, quantity: 1, seq: number };
  const where = { saleId: 'phone', epoch: 1, bucket: 0, reservedAtMs: 1 };
  return { ...order, ...where, ...(traceparent && { traceparent }) };
}
const sampled = (number: number) => reservation(number, toTraceparent(contextOf(number)));

test('a batch without a sampled order has none', () => {
  const { kept, spans } = keepSpans();
  expect(spans.begin([reservation(1), reservation(2, 'not one')])).toBeUndefined();
  expect(kept).toEqual([]);
});

test('the batch is linked to each sampled order, and each of those to the batch', () => {
  const { kept, spans } = keepSpans();
  const batch = spans.begin([sampled(1), reservation(2), sampled(3), sampled(3)]);
  const [whole, ...orders] = kept;
  expect(whole).toMatchObject({ name: 'settle sluice.orders', parent: undefined });
  expect(whole?.links).toEqual([contextOf(1), contextOf(3), contextOf(3)]);
  expect(whole?.attributes).toMatchObject({ 'messaging.batch.message_count': 4 });
  expect(orders.map(({ parent }) => parent)).toEqual([contextOf(1), contextOf(3)]);
  const ofBatch = { traceId: 'f'.repeat(32), spanId: whole?.spanId };
  for (const { links } of orders) expect(links).toEqual([ofBatch]);
  expect(JSON.stringify(kept)).not.toContain('buyer-');

  const own = orders.map(({ spanId, parent }) => `00-${parent?.traceId}-${spanId}-01`);
  expect([...(batch?.traceparents.values() ?? [])]).toEqual(own);
});

test('an order ends as the book has it, one that went to the dead letters as failed', () => {
  const { kept, spans } = keepSpans();
  const settled = { orderId: sampled(1).orderId, state: 'reserved' } as BookOrder;
  spans.begin([sampled(1), sampled(2)])?.settled([settled]);
  const [whole, first, second] = kept;
  expect(first?.ended).toEqual([[{ 'sluice.order.state': 'reserved' }]]);
  expect(second?.ended).toEqual([[undefined, 'not-settled']]);
  expect(whole?.ended).toHaveLength(1);
});

test('a batch that was fenced or failed ends so, with all of its orders', () => {
  const { kept, spans } = keepSpans();
  spans.begin([sampled(1), sampled(2)])?.failed('fenced');
  expect(kept.map(({ ended }) => ended)).toEqual(Array(3).fill([[undefined, 'fenced']]));
});
