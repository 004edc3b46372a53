/** Orders as their operator sees them: with their buyer, and with their newest payment. */
import type { OperatorOrder } from '../../contract/operator.ts';
import type { PaymentState } from '../../contract/payment.ts';
import { bookOrderView } from '../admit/order-view.ts';
import type { Payments } from '../pay/payments.ts';
import type { BookOrder } from '../settle/book.ts';

export interface ShowOrders {
  one(order: BookOrder): Promise<OperatorOrder>;
  /** In the order given; one look at the payments for all of them. */
  all(orders: readonly BookOrder[]): Promise<OperatorOrder[]>;
}

/** What it says of a payment may be newer than what it says of the order. */
export function createShowOrders({ newestOf }: Pick<Payments, 'newestOf'>): ShowOrders {
  async function all(orders: readonly BookOrder[]): Promise<OperatorOrder[]> {
    const payments = await newestOf(orders.map(({ orderId }) => orderId));
    return orders.map((order) => view(order, payments.get(order.orderId)));
  }
  return {
    all,
    async one(order) {
      const payments = await newestOf([order.orderId]);
      return view(order, payments.get(order.orderId));
    },
  };
}

function view(order: BookOrder, payment: PaymentState | undefined): OperatorOrder {
  return {
    ...bookOrderView(order),
    ...(payment === undefined ? {} : { payment }),
    buyerId: order.buyerId,
    settledAt: new Date(order.settledAtMs).toISOString(),
  };
}
