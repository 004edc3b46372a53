/** Payments as operators and buyers see them. Reads only; what it shows may be over by then. */
import { saleTag } from '../../contract/ids.ts';
import type { OperatorPayment, PaymentState } from '../../contract/payment.ts';
import { nodeHashing } from '../hashing.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { type PaymentRow, paymentIdsBegin } from './payment-rows.ts';

const { 'select-payment-page': selectPage, 'select-payment-states': selectStates } =
  statementsBeside(import.meta.url, ['select-payment-page', 'select-payment-states']);

export interface PaymentsOfSale {
  saleId: string;
  state?: PaymentState | undefined;
  /** The last payment id of the page before. */
  after?: string | undefined;
  limit: number;
}

/** Sorts behind every character of a payment id. */
const BEHIND_ALL = '~';

/** Sorted by payment id. All ids of a sale begin alike, so that a page is a walk along the key. */
export async function listPayments(
  book: OrderBook,
  { saleId, state, after, limit }: PaymentsOfSale,
): Promise<OperatorPayment[]> {
  const begin = paymentIdsBegin(saleTag(nodeHashing, saleId));
  const wanted = state ?? null;
  const values = [after ?? begin, `${begin}${BEHIND_ALL}`, wanted, wanted, limit];
  return (await book.read<PaymentRow>(selectPage, saleId, ...values)).map(toOperatorPayment);
}

/** The state of each order's newest payment; orders without one are left out. */
export async function newestPayments(
  book: OrderBook,
  orderIds: readonly string[],
): Promise<Map<string, PaymentState>> {
  if (orderIds.length === 0) return new Map();
  const rows = await book.read<{ orderId: string; state: PaymentState }>(selectStates, orderIds);
  // The newest comes last, and stays.
  return new Map(rows.map(({ orderId, state }) => [orderId, state]));
}

function toOperatorPayment(row: PaymentRow): OperatorPayment {
  const { paymentId, orderId, saleId, buyerId, provider, state, amount, currency } = row;
  return {
    ...{ paymentId, orderId, saleId, buyerId, provider, state, amount, currency },
    ...(row.refundReason === null ? {} : { refundReason: row.refundReason }),
    ...(row.sessionId === null ? {} : { sessionId: row.sessionId }),
    openedAt: new Date(row.openedAtMs).toISOString(),
    changedAt: new Date(row.changedAtMs).toISOString(),
  };
}
