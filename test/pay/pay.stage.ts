/**
 * What paying is tried with: the stage of closing, a fake provider, and the whole payment logic.
 * Time passes where a test says so, by writing the book's times. `expectMoneyRight` holds after
 * whatever happened.
 */
import { expect } from 'vitest';
import { systemRandom } from '../../contract/random.ts';
import { createOrderReader } from '../../origin/admit/order-view.ts';
import type { StockLedger } from '../../origin/admit/stock.ts';
import type { PaymentRow } from '../../origin/pay/payment-rows.ts';
import type { PaymentStep } from '../../origin/pay/payment-steps.ts';
import { createPayments, type Payments } from '../../origin/pay/payments.ts';
import type { SaleDirectory } from '../../origin/sales/directory.ts';
import type { OrderBook, Sale } from '../../origin/settle/book.ts';
import type { DialectStatement } from '../../origin/settle/transaction.ts';
import { answer } from '../../origin/settle/waiting.ts';
import { type Cancellation, cancelOrder } from '../../origin/sweep/cancel-order.ts';
import { EXPIRE_BATCH, expireDue } from '../../origin/sweep/expire.ts';
import type { OpenStage } from '../close/close.stage.ts';
import { expectWhole } from '../close/expect-whole.ts';
import type { SaleStage } from '../close/sale.stage.ts';
import { type MemoryLogger, memoryLogger } from '../origin/fakes.ts';
import { createFakeProvider, type FakeProvider } from './fake-provider.ts';
import {
  AGE_RESULTS,
  ALL_DUE,
  EVENTS,
  FORGET_READER,
  PAY_BEFORE,
  PAYMENTS,
  READER_AT,
  TIME_UP,
  WANT_CANCELLED,
} from './stage.statements.ts';

/** Rounds after which everything must have come to rest. */
const MAX_ROUNDS = 20;
const ALWAYS = () => true;

export interface PayStage extends OpenStage {
  fake: FakeProvider;
  payments: Payments;
  log: MemoryLogger;
  /** All that is due, as the sweep does it. */
  workDue(): Promise<number>;
  /** What the payment logic told since it was last emptied. */
  steps: PaymentStep[];
  paySale(units: number, details?: Partial<Sale>): Promise<PaySale>;
}

export type PaySale = SaleStage & ReturnType<typeof createPaySale>;

export async function openPayStage(open: () => Promise<OpenStage>): Promise<PayStage> {
  const stage = await open();
  const fake = createFakeProvider();
  const log = memoryLogger();
  const steps: PaymentStep[] = [];
  const payments = createPayments({
    ...{ book: stage.book, provider: fake.provider, random: systemRandom, logger: log.logger },
    returnUrl: (saleId, orderId) => `https://shop.test/${saleId}?order=${orderId}`,
    observe: (step) => steps.push(step),
  });
  const workDue = () => payments.workDue(ALWAYS);
  const parts = { ...stage, fake, payments, log, steps, workDue };
  return {
    ...parts,
    async paySale(units, details) {
      const sale = await stage.sale(units, details);
      return { ...sale, ...createPaySale(parts, sale) };
    },
  };
}

function orderReader(
  stores: { book: OrderBook; stock: StockLedger; directory: SaleDirectory },
  payments: Payments,
) {
  const { newestOf: newestPayments } = payments;
  const held = { ofBuyer: async () => [] };
  return createOrderReader({ ...stores, isDurable: () => true, held, newestPayments });
}

function createPaySale(parts: Omit<PayStage, 'paySale'>, sale: SaleStage) {
  const { book, stock, payments, fake } = parts;
  const { saleId } = sale;
  const directory = { ofOrder: () => sale.sale } as unknown as SaleDirectory;
  const ordersOf = (given: StockLedger) => orderReader({ book, stock: given, directory }, payments);

  const write = (statement: DialectStatement, ...values: (string | number)[]) =>
    book.transact((transaction) => answer(transaction.run(statement, ...values)));
  const rows = () => book.read<PaymentRow & { dueAtMs: number | null }>(PAYMENTS, saleId);
  const cancel = (wanted: Cancellation, hurry?: (orderId: string) => Promise<void>) =>
    cancelOrder(
      { book, orders: ordersOf(stock), ...(hurry === undefined ? {} : { hurry }) },
      wanted,
    );

  /** Whatever waits is due. */
  const dueNow = () => write(ALL_DUE, saleId);

  return {
    ordersOf,
    paymentRows: rows,
    cancel,
    dueNow,
    /** The time to pay an order is over. */
    timeUp: (...orderIds: string[]) =>
      Promise.all(orderIds.map((orderId) => write(TIME_UP, orderId))),
    payBefore: (orderId: string, atMs: number) => write(PAY_BEFORE, atMs, orderId),
    /** As a buyer's wish that came while settling was not done yet. */
    wantCancelled: (orderId: string, buyerId: string) =>
      write(WANT_CANCELLED, orderId, saleId, buyerId),
    /** The first results, up to a number, are of that time. */
    ageResults: (upToSeq: number, atMs: number) => write(AGE_RESULTS, atMs, saleId, upToSeq),
    /** A reader of the sale's results has got that far. */
    async readerAt(reader: string, seq: number): Promise<void> {
      await write(FORGET_READER, reader, saleId);
      await write(READER_AT, reader, saleId, seq);
    },
    expireAll: async () => {
      while ((await expireDue(book, { limit: EXPIRE_BATCH })) === EXPIRE_BATCH);
    },
    /** Sweeps and works until nothing but open payments is left. */
    async rest(): Promise<void> {
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        await expireDue(book, { limit: EXPIRE_BATCH });
        await dueNow();
        await parts.workDue();
        const states = (await rows()).map(({ state }) => state);
        if (!states.some((state) => RESTLESS.includes(state))) return;
      }
      throw new Error(`not at rest: ${JSON.stringify(await rows())}`);
    },
    /** One buyer's reserved order whose payment is open: its ids. */
    async openPayment(buyerId: string, quantity = 1) {
      const [orderId = ''] = await sale.orders([buyerId], quantity);
      return { orderId, paymentId: await startPaying(payments, orderId, buyerId) };
    },
    hear: (
      paymentId: string,
      what: 'paid' | 'failed' | 'cancelled' | 'refunded',
      eventId?: string,
    ) => payments.takeEvent('sandbox', fake.event(paymentId, what, eventId), 1),
    /** Those that were taken. */
    events: (paymentId: string) => book.read<{ eventId: string; kind: string }>(EVENTS, paymentId),
    stateOf: async (orderId: string) => (await book.order(orderId))?.state,
    expectRight: () => expectMoneyRight(sale, fake, rows),
  };
}

const RESTLESS: PaymentRow['state'][] = ['opening', 'cancelling', 'refunding'];

/** The payment's id; fails when the buyer was refused. */
export async function startPaying(
  payments: Payments,
  orderId: string,
  buyerId: string,
): Promise<string> {
  const started = await payments.start(orderId, buyerId);
  if ('kind' in started) throw new Error(JSON.stringify(started));
  return started.paymentId;
}

/**
 * An order is paid if and only if the provider keeps money for it, once; what else came in went
 * back, once; and counters, rows and results agree.
 */
async function expectMoneyRight(
  sale: SaleStage,
  fake: FakeProvider,
  paymentRows: () => Promise<PaymentRow[]>,
): Promise<void> {
  await expectWhole(sale);
  const rows = await paymentRows();
  for (const order of await sale.rows()) {
    const payments = rows.filter(({ orderId }) => orderId === order.orderId);
    const kept = payments.filter(({ paymentId, sessionId }) => {
      if (sessionId === null) return false;
      const { charged, refunds } = fake.session(paymentId);
      return charged && refunds === 0;
    });
    const keeps = kept.map(({ state }) => state);
    expect(keeps, `${order.buyerId} ${order.state}`).toEqual(
      order.state === 'paid' ? ['paid'] : [],
    );
  }
}
