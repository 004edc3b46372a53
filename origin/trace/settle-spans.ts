/**
 * The spans of settling. A batch settles many orders in one transaction, so it has a trace of its
 * own, linked to each sampled order's; and each of those orders has a short span in its own trace,
 * linked to the batch's. A batch without a sampled order has neither. What is settled twice, since
 * its answer was lost, is there twice: so it was.
 */

import type { Reservation } from '../../contract/log/codec.ts';
import {
  parseTraceparent,
  type TraceContext,
  toTraceparent,
} from '../../contract/trace-context.ts';
import { TRACE_NAMES } from '../../contract/trace-names.ts';
import type { BookOrder } from '../settle/book.ts';
import type { TraceSystems } from './systems.ts';
import type { OpenSpan, Tracer } from './tracer.ts';

const { dbSystem, messagingCount, messagingDestination, messagingOperation } = TRACE_NAMES;
const { messagingOperationType, messagingSystem, order, orderState, sale } = TRACE_NAMES;

/** What was never settled: a dead letter, or nothing was written. */
const NOT_SETTLED = 'not-settled';

export interface BatchSpans {
  /** Where the results of these orders go on, by order id. */
  readonly traceparents: ReadonlyMap<string, string>;
  settled(orders: readonly BookOrder[]): void;
  /** One word: `fenced`, or the error's. */
  failed(error: string): void;
}

export interface SettleSpans {
  /** Undefined when no order of the batch is sampled. */
  begin(reservations: readonly Reservation[]): BatchSpans | undefined;
}

export function createSettleSpans(tracer: Tracer, systems: TraceSystems): SettleSpans {
  const messaging = {
    [messagingSystem]: systems.log,
    [messagingDestination]: systems.destination,
    [messagingOperation]: 'settle',
    [messagingOperationType]: 'process',
  };

  function beginBatch(links: TraceContext[], size: number): OpenSpan {
    const counted = { ...messaging, [messagingCount]: size, [dbSystem]: systems.book };
    const start = { kind: 'consumer', parent: undefined, links, attributes: counted } as const;
    return tracer.start(`settle ${systems.destination}`, start);
  }

  function beginOrder({ orderId, saleId }: Reservation, parent: TraceContext, batch: OpenSpan) {
    const attributes = { ...messaging, [order]: orderId, [sale]: saleId };
    const links = [batch.context];
    return tracer.start('settle order', { kind: 'consumer', parent, links, attributes });
  }

  return {
    begin(reservations) {
      const sampled = reservations.flatMap((reservation) => {
        if (reservation.traceparent === undefined) return [];
        const parent = parseTraceparent(reservation.traceparent);
        return parent === undefined ? [] : [{ reservation, parent }];
      });
      if (sampled.length === 0) return undefined;
      const parents = sampled.map(({ parent }) => parent);
      const batch = beginBatch(parents, reservations.length);
      const spans = new Map<string, OpenSpan>();
      for (const { reservation, parent } of sampled) {
        // The same order twice in a batch is settled once.
        if (spans.has(reservation.orderId)) continue;
        spans.set(reservation.orderId, beginOrder(reservation, parent, batch));
      }
      return batchSpans(batch, spans);
    },
  };
}

function batchSpans(batch: OpenSpan, spans: ReadonlyMap<string, OpenSpan>): BatchSpans {
  return {
    traceparents: new Map(Array.from(spans, ([id, { context }]) => [id, toTraceparent(context)])),
    settled(orders) {
      const states = new Map(orders.map(({ orderId, state }) => [orderId, state]));
      for (const [orderId, span] of spans) {
        const state = states.get(orderId);
        if (state === undefined) span.end(undefined, NOT_SETTLED);
        else span.end({ [orderState]: state });
      }
      batch.end();
    },
    failed(error) {
      for (const span of spans.values()) span.end(undefined, error);
      batch.end(undefined, error);
    },
  };
}
