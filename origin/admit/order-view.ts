/**
 * What a buyer is told of an order: the book's word where it has one, else what the stock store
 * holds. An order of somebody else is as unknown as one that does not exist (I5).
 */
import type { OrderView } from '../../contract/order.ts';
import type { Outcome } from '../../contract/outcomes.ts';
import type { PaymentState } from '../../contract/payment.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import type { BookOrder, OrderBook } from '../settle/book.ts';
import type { StockLedger } from './stock.ts';

export interface OrderReader {
  byId(orderId: string, buyerId: string): Promise<Outcome>;
  /** The buyer's live order in a sale, else the newest. */
  mine(saleId: string, buyerId: string): Promise<Outcome>;
}

export interface OrderReaderOptions {
  book: OrderBook;
  stock: StockLedger;
  directory: SaleDirectory;
  /** True when this process knows that the log has the order, before its outbox entry is gone. */
  isDurable(orderId: string): boolean;
  /** The state of each order's newest payment, for those that have one. */
  newestPayments(orderIds: readonly string[]): Promise<ReadonlyMap<string, PaymentState>>;
}

export function createOrderReader(options: OrderReaderOptions): OrderReader {
  const { book, stock, directory } = options;

  async function unsettled(saleId: string, buyerId: string): Promise<OrderView | undefined> {
    const holding = await stock.find(saleId, buyerId);
    if (holding === undefined) return undefined;
    const { orderId, quantity } = holding;
    const accepting = holding.accepting && !options.isDurable(orderId);
    return { orderId, saleId, state: accepting ? 'accepting' : 'queued', quantity };
  }

  async function withPayment(order: BookOrder): Promise<Outcome> {
    const view = bookOrderView(order);
    if (order.state === 'rejected') return found(view);
    const payment = (await options.newestPayments([order.orderId])).get(order.orderId);
    return found(payment === undefined ? view : { ...view, payment });
  }

  return {
    async byId(orderId, buyerId) {
      const settled = await book.order(orderId);
      if (settled !== undefined) {
        return settled.buyerId === buyerId ? withPayment(settled) : UNKNOWN;
      }
      const sale = directory.ofOrder(orderId);
      const order = sale === undefined ? undefined : await unsettled(sale.saleId, buyerId);
      if (order?.orderId !== orderId) return UNKNOWN;
      // It may have settled between the two reads.
      const again = await book.order(orderId);
      return again === undefined ? found(order) : withPayment(again);
    },
    async mine(saleId, buyerId) {
      const live = await unsettled(saleId, buyerId);
      const held = live === undefined ? undefined : await book.order(live.orderId);
      if (live !== undefined && held === undefined) return found(live);
      // The store may still hold an order that is closed, and not yet the waitlist's next one.
      const settled =
        held !== undefined && holdsUnits(held) ? held : await book.orderOf(saleId, buyerId);
      return settled === undefined ? UNKNOWN : withPayment(settled);
    },
  };
}

export function bookOrderView(order: BookOrder): OrderView {
  const { orderId, saleId, state, quantity, reason, payBeforeMs, closedBy } = order;
  return {
    orderId,
    saleId,
    state,
    quantity,
    ...(reason === undefined ? {} : { reason }),
    ...(state === 'reserved' ? { payBefore: new Date(payBeforeMs).toISOString() } : {}),
    ...(closedBy === undefined ? {} : { closedBy }),
  };
}

function holdsUnits({ state }: BookOrder): boolean {
  return state === 'reserved' || state === 'paid';
}

const UNKNOWN: Outcome = { kind: 'unknown-order' };

function found(order: OrderView): Outcome {
  return { kind: 'order', order };
}
