/**
 * Writes what became known of a payment, and what follows for its order, in the caller's
 * transaction. All changes of an order's payments are made under the order's lock, so of two that
 * come at one moment the second sees what the first made of it. Locks: order, payments, then the
 * sale's row, as everywhere.
 */
import { closeOrders } from '../close/close-orders.ts';
import { type LockedOrder, lockOrders } from '../close/lock-orders.ts';
import { markPaid } from '../close/mark-paid.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';
import {
  isLive,
  judgePayment,
  type Known,
  type OrderEnd,
  type PaymentVerdict,
} from './judge-payment.ts';
import type { PaymentRow } from './payment-rows.ts';

const {
  'select-payment': selectPayment,
  'select-sale-terms': selectSaleTerms,
  'change-payment': changePayment,
  'cancel-live-payments': cancelLivePayments,
} = statementsBeside(import.meta.url, [
  'select-payment',
  'select-sale-terms',
  'change-payment',
  'cancel-live-payments',
]);

export interface News {
  paymentId: string;
  orderId: string;
  known: Known;
  /** When the news names it. */
  sessionId?: string | undefined;
  /** The provider never let the buyer try: that frees no unit. */
  neverOpened?: boolean;
}

export interface SaleTermsRow {
  price: number;
  currency: string;
  freesOnFailure: number;
}

export function* learnStatus(transaction: Transaction, news: News): Waiting<PaymentVerdict> {
  const [order] = yield* lockOrders(transaction, [news.orderId]);
  if (order === undefined) throw new Error(`the book lost order ${news.orderId}`);
  return yield* learnOf(transaction, order, news);
}

/** The same of an order that the caller locked. */
export function* learnOf(
  transaction: Transaction,
  order: LockedOrder,
  news: Omit<News, 'orderId'>,
): Waiting<PaymentVerdict> {
  const [payment] = yield* answer(transaction.rows<PaymentRow>(selectPayment, news.paymentId));
  if (payment === undefined) throw new Error(`the book lost payment ${news.paymentId}`);
  const asksTerms = news.known === 'failed' && news.neverOpened !== true;
  const terms = asksTerms ? yield* saleTerms(transaction, order.saleId) : undefined;
  const verdict = judgePayment({
    order,
    payment,
    known: news.known,
    nowMs: transaction.nowMs,
    freesOnFailure: terms?.freesOnFailure === 1,
  });
  yield* carryOut(transaction, { order, payment, verdict, sessionId: news.sessionId ?? null });
  return verdict;
}

export function* saleTerms(transaction: Transaction, saleId: string): Waiting<SaleTermsRow> {
  const [terms] = yield* answer(transaction.rows<SaleTermsRow>(selectSaleTerms, saleId));
  if (terms === undefined) throw new Error(`the book has an order but not its sale ${saleId}`);
  return terms;
}

interface Sentence {
  order: LockedOrder;
  payment: PaymentRow;
  verdict: PaymentVerdict;
  sessionId: string | null;
}

function* carryOut(transaction: Transaction, sentence: Sentence): Waiting<void> {
  const { order, payment, verdict, sessionId } = sentence;
  const { nowMs } = transaction;
  const { paymentId } = payment;
  switch (verdict.kind) {
    case 'nothing':
      return;
    case 'pay':
      yield* change(transaction, { paymentId, state: 'paid', sessionId, dueAtMs: null });
      // It was given up and is paid after all: the attempt that followed it must take no money.
      if (!isLive(payment.state)) {
        yield* answer(transaction.run(cancelLivePayments, nowMs, nowMs, [order.orderId]));
      }
      return yield* markPaid(transaction, order);
    case 'refund': {
      const { reason } = verdict;
      const state = 'refunding';
      return yield* change(transaction, { paymentId, state, reason, sessionId, dueAtMs: nowMs });
    }
    case 'end':
      yield* change(transaction, { paymentId, state: verdict.payment, sessionId, dueAtMs: null });
      return yield* end(transaction, order, verdict.end);
    case 'refunded': {
      const { reason } = verdict;
      const state = 'refunded';
      yield* change(transaction, { paymentId, state, reason, sessionId, dueAtMs: null });
      return yield* end(transaction, order, verdict.end);
    }
  }
}

interface Change {
  paymentId: string;
  state: PaymentRow['state'];
  reason?: PaymentRow['refundReason'] | undefined;
  sessionId?: string | null;
  dueAtMs: number | null;
}

/** A payment's next state; its order is locked. */
export function* change(transaction: Transaction, next: Change): Waiting<void> {
  const live = isLive(next.state) ? 1 : null;
  const { paymentId, state, dueAtMs } = next;
  const [reason, sessionId] = [next.reason ?? null, next.sessionId ?? null];
  const values = [state, live, reason, sessionId, transaction.nowMs, dueAtMs, paymentId];
  yield* answer(transaction.run(changePayment, ...values));
}

/** Units of an order that was never paid are sold again; of one that was, only if somebody says. */
function* end(
  transaction: Transaction,
  order: LockedOrder,
  wanted: OrderEnd | undefined,
): Waiting<void> {
  if (wanted === undefined) return;
  const restock = wanted.to !== 'refunded';
  yield* closeOrders(transaction, order.saleId, [{ order, ...wanted, restock }]);
}
