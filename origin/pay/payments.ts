/**
 * Everything between the book and a payment provider. The book's rows say what is to be done; every
 * step here can be repeated, by a buyer's next click, the provider's next event or the sweep, until
 * the two agree. docs/states.md draws a payment's states.
 */
import type { Refusal } from '../../contract/outcomes.ts';
import type { OperatorPayment, PaymentState } from '../../contract/payment.ts';
import type { BookOrder } from '../settle/book.ts';
import { listPayments, newestPayments, type PaymentsOfSale } from './list-payments.ts';
import type { PaymentParts } from './payment-parts.ts';
import { refundOrder } from './refund-order.ts';
import { type Started, startPayment } from './start-payment.ts';
import { type RawEvent, type Taken, takeEvent } from './take-event.ts';
import { workDue, workOn } from './work-due.ts';

export interface Payments {
  /** The page to pay on; the same one again while that payment is open. */
  start(orderId: string, buyerId: string): Promise<Started>;
  /** `nowMs` by this process's clock: what the signature's age is judged by. */
  takeEvent(provider: string, event: RawEvent, nowMs: number): Promise<Taken>;
  refund(orderId: string, options: { restock: boolean }): Promise<BookOrder | Refusal>;
  /**
   * Asks the provider about all payments that are due; how many there were. Rejects, after all of
   * them, when one met an error that is nobody's expected answer.
   */
  workDue(mayGoOn: () => boolean): Promise<number>;
  /** The same for one order, at once. */
  workOn(orderId: string): Promise<void>;
  list(query: PaymentsOfSale): Promise<OperatorPayment[]>;
  /** The state of each order's newest payment. */
  newestOf(orderIds: readonly string[]): Promise<Map<string, PaymentState>>;
}

export function createPayments(parts: PaymentParts): Payments {
  return {
    start: (orderId, buyerId) => startPayment(parts, orderId, buyerId),
    takeEvent: (provider, event, nowMs) => takeEvent(parts, provider, event, nowMs),
    refund: (orderId, options) => refundOrder(parts, orderId, options),
    workDue: (mayGoOn) => workDue(parts, mayGoOn),
    workOn: (orderId) => workOn(parts, orderId),
    list: (query) => listPayments(parts.book, query),
    newestOf: (orderIds) => newestPayments(parts.book, orderIds),
  };
}
