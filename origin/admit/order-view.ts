/**
 * What a buyer is told of an order: the book's word where it has one, else what the stock store or
 * the dead letters hold. An order of somebody else is as unknown as one that does not exist (I5).
 */
import type { OrderView } from '../../contract/order.ts';
import type { Outcome } from '../../contract/outcomes.ts';
import type { PaymentState } from '../../contract/payment.ts';
import type { HeldOrder, HeldOrders } from '../dead-letters/held-orders.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import type { BookOrder, OrderBook, Sale } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import type { StockLedger } from './stock.ts';

const { 'select-head-order': selectHeadOrder } = statementsBeside(import.meta.url, [
  'select-head-order',
]);

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
  held: HeldOrders;
  /** The state of each order's newest payment, for those that have one. */
  newestPayments(orderIds: readonly string[]): Promise<ReadonlyMap<string, PaymentState>>;
}

export function createOrderReader(options: OrderReaderOptions): OrderReader {
  const { book, stock, directory } = options;

  /** Undefined without asking while the store is away: each question would wait in vain. */
  async function unsettled(sale: Sale, buyerId: string): Promise<OrderView | undefined> {
    if (sale.soldBy === 'log') return undefined;
    const { saleId } = sale;
    const holding = await stock.find(saleId, buyerId);
    if (holding === undefined) return undefined;
    const { orderId, quantity } = holding;
    const accepting = holding.accepting && !options.isDurable(orderId);
    if (accepting) return { orderId, saleId, state: 'accepting', quantity };
    return (await held(orderId, buyerId)) ?? { orderId, saleId, state: 'queued', quantity };
  }

  /** A dead letter is known longer than the stock store knows the order. */
  async function held(orderId: string, buyerId: string): Promise<OrderView | undefined> {
    const found = (await options.held.ofBuyer(buyerId)).find((order) => order.orderId === orderId);
    return found && heldOrderView(found);
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
      const sale = await directory.ofOrder(orderId);
      const known = sale === undefined ? undefined : await unsettled(sale, buyerId);
      const order = known?.orderId === orderId ? known : await held(orderId, buyerId);
      // It may have settled between the two reads.
      const again = await book.order(orderId);
      if (again !== undefined) return again.buyerId === buyerId ? withPayment(again) : UNKNOWN;
      if (order !== undefined) return found(order);
      if (sale === undefined) return UNKNOWN;
      return (await wasHead(book, sale.saleId, buyerId)) ? RECOVERING : nothing(stock, sale);
    },
    async mine(saleId, buyerId) {
      const sale = await directory.get(saleId);
      if (sale === undefined) return UNKNOWN;
      const live = await unsettled(sale, buyerId);
      const inBook = live === undefined ? undefined : await book.order(live.orderId);
      if (live !== undefined && inBook === undefined) return found(live);
      // The store may still hold an order that is closed, and not yet the waitlist's next one.
      const settled =
        inBook !== undefined && holdsUnits(inBook) ? inBook : await book.orderOf(saleId, buyerId);
      if (settled !== undefined) return withPayment(settled);
      const lost = (await options.held.ofBuyer(buyerId)).find((order) => order.saleId === saleId);
      if (lost !== undefined) return found(heldOrderView(lost));
      return nothing(stock, sale);
    },
  };
}

/** Also of a result, which tells the same of an order. */
export function bookOrderView(
  order: Omit<BookOrder, 'buyerId' | 'reservedAtMs' | 'settledAtMs'>,
): OrderView {
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

export function heldOrderView({ orderId, saleId, quantity }: HeldOrder): OrderView {
  return { orderId, saleId, state: 'queued', quantity, held: true };
}

/** Its buyer has no other order in the sale. */
export function holdsUnits({ state }: Pick<BookOrder, 'state'>): boolean {
  return state === 'reserved' || state === 'paid';
}

/** Only a store that has the sale's present epoch may say that it does not know an order. */
async function nothing(stock: StockLedger, sale: Sale): Promise<Outcome> {
  // The store is away, and the log cannot be asked.
  if (sale.soldBy === 'log') return RECOVERING;
  if (!sale.loaded && !sale.recovering) return UNKNOWN;
  const terms = await stock.terms(sale.saleId);
  const isPresent = terms?.epoch === sale.epoch && !terms.frozen && terms.lineage === 'same';
  return isPresent ? UNKNOWN : RECOVERING;
}

/**
 * The order that the waitlist gave a buyer took the place of another one in the stock store, which
 * may be on its way to the book: then nobody knows of it until it settles.
 */
async function wasHead(book: OrderBook, saleId: string, buyerId: string): Promise<boolean> {
  return (await book.read(selectHeadOrder, saleId, buyerId)).length > 0;
}

const RECOVERING: Outcome = { kind: 'recovering' };
const UNKNOWN: Outcome = { kind: 'unknown-order' };

function found(order: OrderView): Outcome {
  return { kind: 'order', order };
}
