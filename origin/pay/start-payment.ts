/**
 * A buyer goes and pays. The payment is written before the provider is asked, and the provider is
 * asked outside of the transaction: a process that dies in between leaves a payment `opening`,
 * which the next click, or the sweep, opens again as the same session. Whoever clicks twice gets
 * the same page. An order of a free sale is paid at once, and no provider hears of it.
 */

import type { Refusal } from '../../contract/outcomes.ts';
import type { Checkout } from '../../contract/payment.ts';
import { type LockedOrder, lockOrders } from '../close/lock-orders.ts';
import { markPaid } from '../close/mark-paid.ts';
import { failpoint } from '../failpoints.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';
import { judgeStart, whyNotShown } from './judge-start.ts';
import { saleTerms } from './learn-status.ts';
import { openSession } from './open-session.ts';
import type { PaymentParts } from './payment-parts.ts';
import { type PaymentRow, paymentIdOf } from './payment-rows.ts';
import { ProviderRefusedError, ProviderUnavailableError } from './provider.ts';

/** Its own words may hold what is for the operator only; they are in the log. */
const PROVIDER_REFUSES = 'the payment provider refuses it';

const { 'select-payments-of-orders': selectPayments, 'insert-payment': insertPayment } =
  statementsBeside(import.meta.url, ['select-payments-of-orders', 'insert-payment']);

/** The sweep opens what nobody went on with; the click that began it has its answer by then. */
const OPENING_PATIENCE_MS = 15_000;
/** When a buyer asks again whose provider gave no answer. */
const UNAVAILABLE_RETRY_MS = 2_000;

export type Started = Checkout | Refusal;

type Beginning = { kind: 'answer'; answer: Started } | { kind: 'open'; payment: PaymentRow };

/** `unknown-order` also for an order that is not in the book yet: the caller knows the queue. */
export async function startPayment(
  parts: PaymentParts,
  orderId: string,
  buyerId: string,
): Promise<Started> {
  const beginning = await parts.book.transact(function* (transaction): Waiting<Beginning> {
    const [order] = yield* lockOrders(transaction, [orderId]);
    if (order === undefined || order.buyerId !== buyerId) return refused({ kind: 'unknown-order' });
    return yield* begin(transaction, parts, order);
  });
  failpoint('pay.after-commit');
  if (beginning.kind === 'answer') return beginning.answer;
  try {
    return await opened(parts, beginning.payment);
  } catch (error) {
    const theirs = error instanceof ProviderUnavailableError;
    if (!theirs && !(error instanceof ProviderRefusedError)) throw error;
    parts.logger.warn({ error, orderId }, 'a payment could not be opened; it is tried again');
    parts.observe?.(theirs ? 'unavailable' : 'refused');
    return { kind: 'payment-unavailable', retryAfterMs: UNAVAILABLE_RETRY_MS };
  }
}

function* begin(
  transaction: Transaction,
  { provider, returnUrl }: PaymentParts,
  order: LockedOrder,
): Waiting<Beginning> {
  const { orderId, saleId, buyerId, quantity, payBeforeMs } = order;
  const { nowMs } = transaction;
  const terms = yield* saleTerms(transaction, saleId);
  const amount = terms.price * quantity;
  if (amount === 0 && order.state === 'paid') return free(order, returnUrl);

  const payments = yield* answer(transaction.rows<PaymentRow>(selectPayments, [orderId]));
  const verdict = judgeStart(order, payments, nowMs);
  switch (verdict.kind) {
    case 'refused':
      return refused({ kind: 'not-payable', reason: verdict.reason });
    case 'open':
      return { kind: 'answer', answer: checkoutOf(verdict.payment, verdict.url) };
    case 'go-on':
      return verdict.payment.provider === provider.name
        ? { kind: 'open', payment: verdict.payment }
        : refused({ kind: 'not-payable', reason: 'another payment of it is under way' });
    case 'begin':
      break;
  }
  if (amount === 0) {
    yield* markPaid(transaction, order);
    failpoint('pay.before-commit');
    return free(order, returnUrl);
  }
  const { attempt } = verdict;
  const payment: PaymentRow = {
    ...{ paymentId: paymentIdOf(orderId, attempt), orderId, saleId, buyerId, attempt },
    ...{ provider: provider.name, state: 'opening', refundReason: null },
    ...{ amount, currency: terms.currency, payBeforeMs, sessionId: null, url: null },
    ...{ openedAtMs: nowMs, changedAtMs: nowMs, tries: 0 },
  };
  yield* answer(transaction.insert(insertPayment, [newRow(payment, nowMs + OPENING_PATIENCE_MS)]));
  failpoint('pay.before-commit');
  return { kind: 'open', payment };
}

async function opened(parts: PaymentParts, begun: PaymentRow): Promise<Started> {
  const session = await openSession(parts, begun);
  if (session.kind === 'refused') return { kind: 'not-payable', reason: PROVIDER_REFUSES };
  // Whoever closes the order from now on finds the session in the book, and cancels it.
  const reason = whyNotShown(session.payment, session.nowMs);
  if (reason !== undefined) return { kind: 'not-payable', reason };
  return checkoutOf(session.payment, session.payment.url);
}

function newRow(payment: PaymentRow, dueAtMs: number): (string | number)[] {
  const { paymentId, orderId, saleId, buyerId, attempt, provider, amount, currency } = payment;
  const { payBeforeMs, openedAtMs, changedAtMs } = payment;
  const what = [paymentId, orderId, saleId, buyerId, attempt, provider, amount, currency];
  return [...what, payBeforeMs, openedAtMs, changedAtMs, dueAtMs];
}

/** There is no page of a provider to go to: the way leads back to the order. */
function free(order: LockedOrder, returnUrl: PaymentParts['returnUrl']): Beginning {
  const { orderId, saleId, payBeforeMs } = order;
  const paymentId = paymentIdOf(orderId, 1);
  const answer = checkoutOf({ paymentId, payBeforeMs }, returnUrl(saleId, orderId));
  return { kind: 'answer', answer };
}

function checkoutOf(
  { paymentId, payBeforeMs }: Pick<PaymentRow, 'paymentId' | 'payBeforeMs'>,
  url: string,
): Checkout {
  return { paymentId, url, payBefore: new Date(payBeforeMs).toISOString() };
}

function refused(refusal: Refusal): Beginning {
  return { kind: 'answer', answer: refusal };
}
