/**
 * Opens a payment at the provider and keeps the answer. Repeating it is harmless: the payment's id
 * is the provider's key, and a payment that moved on meanwhile only keeps the session. A url is
 * shown to nobody before the book has it, so a session that is not kept here is never paid.
 */

import { lockOrders } from '../close/lock-orders.ts';
import { failpoint } from '../failpoints.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { answer } from '../settle/waiting.ts';
import { POLL_BASE_MS } from './backoff.ts';
import { learnStatus } from './learn-status.ts';
import type { PaymentParts } from './payment-parts.ts';
import type { PaymentRow } from './payment-rows.ts';

const {
  'select-payment': selectPayment,
  'select-purchase': selectPurchase,
  'keep-session': keepSession,
  'mark-open': markOpen,
} = statementsBeside(import.meta.url, [
  'select-payment',
  'select-purchase',
  'keep-session',
  'mark-open',
]);

export type OpenedSession =
  /** The payment as the book has it now, with its session. */
  | { kind: 'kept'; payment: PaymentRow & Session; nowMs: number }
  | { kind: 'refused'; reason: string };

/** Throws what the provider throws. */
export async function openSession(
  { book, provider, returnUrl, observe, logger }: PaymentParts,
  payment: PaymentRow,
): Promise<OpenedSession> {
  const { paymentId, orderId, saleId, amount, currency, payBeforeMs } = payment;
  const [purchase] = await book.read<{ title: string; quantity: number }>(selectPurchase, orderId);
  if (purchase === undefined) throw new Error(`the book lost order ${orderId}`);
  const opened = await provider.open({
    ...{ paymentId, orderId, saleId, ...purchase, amount, currency, payBeforeMs },
    returnUrl: returnUrl(saleId, orderId),
  });
  failpoint('pay.after-open');
  if (opened.kind === 'refused') {
    logger.error({ paymentId, reason: opened.reason }, 'the provider refuses a payment');
    await book.transact((transaction) =>
      learnStatus(transaction, { paymentId, orderId, known: 'failed', neverOpened: true }),
    );
    observe?.('failed');
    return opened;
  }
  const { sessionId, url } = opened;
  const kept = await keep(book, payment, { sessionId, url });
  if (kept.opened) observe?.('opened');
  // The order was closed meanwhile, as one whose page nobody saw; nor does anybody now.
  if (kept.payment.state === 'cancelled') {
    await provider
      .cancel({ paymentId, sessionId: kept.payment.sessionId })
      .catch((error: unknown) => logger.warn({ error, paymentId }, 'a page nobody saw stays open'));
  }
  return { kind: 'kept', payment: kept.payment, nowMs: kept.nowMs };
}

function keep(book: OrderBook, { paymentId, orderId }: PaymentRow, session: Session) {
  return book.transact(function* (transaction) {
    yield* lockOrders(transaction, [orderId]);
    const { nowMs } = transaction;
    const { sessionId, url } = session;
    yield* answer(transaction.run(keepSession, sessionId, url, paymentId));
    const opened = yield* answer(transaction.run(markOpen, nowMs, nowMs + POLL_BASE_MS, paymentId));
    const [row] = yield* answer(transaction.rows<PaymentRow>(selectPayment, paymentId));
    if (row === undefined) throw new Error(`the book lost payment ${paymentId}`);
    failpoint('pay.before-commit');
    const payment = { ...row, sessionId: row.sessionId ?? sessionId, url: row.url ?? url };
    return { opened: opened === 1, payment, nowMs };
  });
}

interface Session {
  sessionId: string;
  url: string;
}
