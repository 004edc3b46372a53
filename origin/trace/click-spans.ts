/**
 * The spans of one click at the origin: the request, its reservation, its append. Each is a child
 * of one that was sampled before it; without a parent nothing is made.
 */
import { httpOf, type Outcome } from '../../contract/outcomes.ts';
import {
  parseTraceparent,
  type TraceContext,
  toTraceparent,
} from '../../contract/trace-context.ts';
import { TRACE_NAMES } from '../../contract/trace-names.ts';
import type { BatchedVerdict } from '../admit/reserve-batcher.ts';
import type { AppendResult } from '../log/appender.ts';
import type { TraceSystems } from './systems.ts';
import { type OpenSpan, type Tracer, traced } from './tracer.ts';

const { dbOperation, dbSystem, httpMethod, httpRoute, httpStatus } = TRACE_NAMES;
const { messagingDestination, messagingOperation, messagingOperationType } = TRACE_NAMES;
const { messagingSystem, order, outcome: outcomeName, sale, urlPath, urlScheme } = TRACE_NAMES;

const PLACE_ROUTE = '/api/sales/:saleId/orders';
/** From here on a status is the server's own failure. */
const FAILED_STATUS = 500;

export interface ClickSpans {
  /**
   * Serves an order request, whose pass is verified, as a span where the edge's header says so. The
   * work is given what is to be its parent.
   */
  place(
    header: string | undefined,
    saleId: string,
    work: (parent: TraceContext | undefined) => Promise<Outcome>,
  ): Promise<Outcome>;
  reserve(parent: TraceContext, reserving: Promise<BatchedVerdict>): Promise<BatchedVerdict>;
  /** The span of an append that is about to begin, and what its record says of it. */
  append(parent: TraceContext, orderId: string): AppendSpan;
}

export interface AppendSpan {
  traceparent: string;
  ends(appended: Promise<AppendResult>): void;
}

export function createClickSpans(tracer: Tracer, systems: TraceSystems): ClickSpans {
  const route = PLACE_ROUTE.replace(':saleId', '{saleId}');

  function begin(parent: TraceContext, saleId: string): OpenSpan {
    const path = PLACE_ROUTE.replace(':saleId', saleId);
    const request = { [httpMethod]: 'POST', [httpRoute]: route, [urlPath]: path };
    const attributes = { ...request, [urlScheme]: 'http', [sale]: saleId };
    return tracer.start(`POST ${route}`, { kind: 'server', parent, attributes });
  }

  return {
    async place(header, saleId, work) {
      const parent = parseTraceparent(header);
      if (parent === undefined) return work(undefined);
      const span = begin(parent, saleId);
      try {
        const outcome = await work(span.context);
        const { status } = httpOf(outcome);
        const orderId = 'order' in outcome ? { [order]: outcome.order.orderId } : {};
        const ended = { [httpStatus]: status, [outcomeName]: outcome.kind, ...orderId };
        span.end(ended, status >= FAILED_STATUS ? outcome.kind : undefined);
        return outcome;
      } catch (error) {
        span.end({ [httpStatus]: FAILED_STATUS }, 'internal');
        throw error;
      }
    },
    reserve(parent, reserving) {
      const attributes = { [dbSystem]: systems.stock, [dbOperation]: 'reserve' };
      const span = tracer.start('reserve', { kind: 'client', parent, attributes });
      return traced(span, reserving, (verdict) => ({ [outcomeName]: verdict.kind }));
    },
    append(parent, orderId) {
      const { log, destination } = systems;
      const attributes = {
        [messagingSystem]: log,
        [messagingDestination]: destination,
        [messagingOperation]: 'append',
        [messagingOperationType]: 'send',
        [order]: orderId,
      };
      const span = tracer.start(`append ${destination}`, { kind: 'producer', parent, attributes });
      return {
        traceparent: toTraceparent(span.context),
        ends: (appended) => void appended.then((result) => endAppend(span, result)),
      };
    },
  };
}

/** What is left to the relay goes on without its trace: the outbox has none. */
function endAppend(span: OpenSpan, result: AppendResult): void {
  if (typeof result !== 'string') span.end({ [outcomeName]: result.state });
  else span.end({ [outcomeName]: result }, result === 'left-to-relay' ? result : undefined);
}
