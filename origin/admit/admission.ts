/**
 * One admitted click to its outcome: judge the sale, reserve, append, answer. `queued` is said only
 * once the log has the order (I3), unless ACCEPT_AFTER=outbox trades that for speed; a log that
 * settles what is appended has the book's word as the answer (appended.ts). While the
 * stock store is away and the log sells, nothing is reserved (enter.ts). The race accepted: a click
 * that was let in before a pause or a change reached this process is still taken.
 */
import { createOrderIdMaker, type OrderIdMaker } from '../../contract/ids.ts';
import type { Outcome, Refusal } from '../../contract/outcomes.ts';
import { type TraceContext, toTraceparent } from '../../contract/trace-context.ts';
import { failpoint } from '../failpoints.ts';
import { nodeHashing } from '../hashing.ts';
import type { Appender } from '../log/appender.ts';
import type { Logger } from '../logger.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import type { OrderBook, Sale } from '../settle/book.ts';
import { levelOf } from '../told-errors.ts';
import type { ClickSpans } from '../trace/click-spans.ts';
import { outcomeOfAppend } from './appended.ts';
import { createEnter } from './enter.ts';
import { bookOrderView } from './order-view.ts';
import { type Placed, repeated, withinMs } from './placed.ts';
import type { BatchedVerdict, ReserveBatcher } from './reserve-batcher.ts';
import { ONLY_BUCKET } from './stock.ts';

/** How long a client waits before it asks again when a backend gave no answer. */
const BACKEND_RETRY_MS = 1_000;

export interface Click {
  saleId: string;
  buyerId: string;
  idempotencyKey: string;
  quantity: number;
  /** When the edge let it in, from the pass: what the sale's window is judged by. */
  admittedAtMs: number;
  /** The span of its request, when that is sampled. */
  trace?: TraceContext | undefined;
}

export interface AdmissionOptions {
  directory: SaleDirectory;
  batcher: ReserveBatcher;
  appender: Appender;
  book: OrderBook;
  nowMs(): number;
  logger: Logger;
  acceptAfter: 'log' | 'outbox';
  acceptWaitMs: number;
  /** Share of the buyers who are let in while a sale is sold by the log, 0 to 1. */
  outageShare?: number;
  /** Where traces are sent. */
  spans?: ClickSpans | undefined;
}

export type Admission = (click: Click) => Promise<Outcome>;

export function createAdmission(options: AdmissionOptions): Admission {
  const { directory, batcher, appender, book, nowMs, logger, spans } = options;
  const append = createAppend(options);
  const orderIdOf = createOrderIds();
  const enter = createEnter({ ...options, share: options.outageShare ?? 0 });

  function reserve(sale: Sale, placed: Placed, trace: TraceContext | undefined) {
    const { orderId, buyerId, quantity } = placed;
    const reserving = batcher.reserve(sale, { orderId, buyerId, quantity });
    return spans === undefined || trace === undefined ? reserving : spans.reserve(trace, reserving);
  }

  async function answer(
    sale: Sale,
    placed: Placed,
    verdict: BatchedVerdict,
    trace: TraceContext | undefined,
  ): Promise<Outcome> {
    switch (verdict.kind) {
      case 'recovering':
        return { kind: 'recovering' };
      case 'sold-out':
        return { kind: 'sold-out' };
      case 'resolved': {
        const known = await book.order(placed.orderId);
        return known === undefined
          ? { kind: 'recovering' }
          : repeated(placed, bookOrderView(known));
      }
      case 'held': {
        const { orderId, quantity } = verdict;
        // Before the book is asked: what is settled at once is in it by then.
        const isQueued = !verdict.accepting || appender.isDurable(orderId);
        const known = await book.order(orderId);
        if (known !== undefined) return repeated(placed, bookOrderView(known));
        const state = isQueued ? 'queued' : 'accepting';
        return repeated(placed, { orderId, saleId: sale.saleId, state, quantity });
      }
      case 'reserved': {
        failpoint('admit.after-reserve');
        const outcome = await append(placed, verdict, trace);
        failpoint('admit.before-answer');
        return outcome;
      }
    }
  }

  return async (click) => {
    const sale = await directory.get(click.saleId);
    if (sale === undefined) return { kind: 'unknown-sale' };
    const refusal = judgeClick(sale, click, nowMs());
    if (refusal !== undefined) return refusal;
    const { saleId, buyerId, quantity, trace } = click;
    const orderId = orderIdOf(click);
    const placed = { orderId, saleId, buyerId, quantity };
    try {
      if (sale.soldBy === 'log') return await enter(sale, placed, trace && toTraceparent(trace));
      const verdict = await reserve(sale, placed, trace);
      return await answer(sale, placed, verdict, trace);
    } catch (error) {
      // The unit may have been taken: the same key asked again gets the same order.
      logger[levelOf(error)]({ error, orderId }, 'a backend gave no answer while admitting');
      return { kind: 'overloaded', retryAfterMs: BACKEND_RETRY_MS };
    }
  };
}

/** Appends what was reserved, and waits for the log's word as long as a click may take. */
function createAppend({ appender, spans, nowMs, acceptAfter, acceptWaitMs }: AdmissionOptions) {
  return async (
    placed: Placed,
    { epoch, seq }: { epoch: number; seq: number },
    trace: TraceContext | undefined,
  ): Promise<Outcome> => {
    const where = { epoch, bucket: ONLY_BUCKET, seq, reservedAtMs: nowMs() };
    const span = trace && spans?.append(trace, placed.orderId);
    const { traceparent } = span ?? {};
    const reservation = { ...placed, ...where, ...(traceparent && { traceparent }) };
    const appended = appender.append(reservation);
    span?.ends(appended);
    const result = acceptAfter === 'outbox' ? 'durable' : await withinMs(appended, acceptWaitMs);
    const { buyerId: _, ...view } = placed;
    const accepting: Outcome = { kind: 'accepted', order: { ...view, state: 'accepting' } };
    return outcomeOfAppend(placed, result, 'queued') ?? accepting;
  };
}

/** Order ids of clicks; what the ids of one sale share is computed once. */
function createOrderIds(): (click: Click) => string {
  const makers = new Map<string, OrderIdMaker>();
  return ({ saleId, buyerId, idempotencyKey }) => {
    let make = makers.get(saleId);
    if (make === undefined) {
      make = createOrderIdMaker(nodeHashing, saleId);
      makers.set(saleId, make);
    }
    return make(buyerId, idempotencyKey);
  };
}

/** What the sale itself says of a click; undefined lets it through. Pure. */
export function judgeClick(sale: Sale, click: Click, nowMs: number): Refusal | undefined {
  const { opensAtMs, closesAtMs, paused, loaded, perBuyer } = sale;
  if (click.admittedAtMs >= closesAtMs) return { kind: 'ended' };
  if (paused || click.admittedAtMs < opensAtMs)
    return { kind: 'not-open', opensAtMs, nowMs, paused };
  if (click.quantity > perBuyer) {
    const message = `must be at most ${perBuyer} in this sale`;
    return { kind: 'invalid-request', errors: [{ field: 'body.quantity', message }] };
  }
  return loaded ? undefined : { kind: 'recovering' };
}
