/**
 * What the processes of a simulated world do: the product's own parts, put together as
 * origin/wiring.ts and origin/roles.ts put them together, only with shorter leases and rounds.
 */
import type { Clock } from '../../contract/clock.ts';
import { createAdmission } from '../../origin/admit/admission.ts';
import { createOrderReader, type OrderReader } from '../../origin/admit/order-view.ts';
import { createReserveBatcher } from '../../origin/admit/reserve-batcher.ts';
import type { StockLedger } from '../../origin/admit/stock.ts';
import { createHeldOrders } from '../../origin/dead-letters/held-orders.ts';
import type { LeaseStore } from '../../origin/lease/lease.ts';
import { startSingleton } from '../../origin/lease/singleton.ts';
import { createAppender } from '../../origin/log/appender.ts';
import type { OrderLog } from '../../origin/log/log.ts';
import type { Logger } from '../../origin/logger.ts';
import { createPayments, type Payments } from '../../origin/pay/payments.ts';
import type { PaymentProvider } from '../../origin/pay/provider.ts';
import { reconcileRound } from '../../origin/reconcile/reconcile.ts';
import { createRepair } from '../../origin/reconcile/repair.ts';
import { createOutageLease } from '../../origin/recover/outage-lease.ts';
import { createOutageRound } from '../../origin/recover/outage-round.ts';
import { createSaleDirectory, type SaleDirectory } from '../../origin/sales/directory.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import { createSettler } from '../../origin/settle/settler.ts';
import { cancelOrder } from '../../origin/sweep/cancel-order.ts';
import { createSweep } from '../../origin/sweep/sweep.ts';
import { createWaitlist, type Waitlist } from '../../origin/waitlist/waitlist.ts';
import type { Parts } from './bugs/bug.ts';
import type { Dice } from './dice.ts';

/** What one process has of the world. */
export interface Surroundings {
  book: OrderBook;
  stock: StockLedger;
  log: OrderLog;
  leases: LeaseStore;
  provider: PaymentProvider;
  /** Of this machine: not quite that of the others. */
  clock: Clock;
  dice: Dice;
  logger: Logger;
  onStockOutage: 'pause' | 'draw';
  /** The decision code, or what a bug made of it. */
  parts: Parts;
}

/** What a buyer's request reaches. */
export interface Api {
  admit: ReturnType<typeof createAdmission>;
  orders: OrderReader;
  cancel(wanted: { orderId: string; buyerId: string }): ReturnType<typeof cancelOrder>;
  payments: Payments;
  waitlist: Waitlist;
  directory: SaleDirectory;
  book: OrderBook;
  stock: StockLedger;
}

/** Shorter than in production, so that a simulation sees several of each. */
const LEASE_TTL_MS = 2_000;
const RELAY_AFTER_MS = 1_000;
const RELAY_EVERY_MS = 700;
const SWEEP_EVERY_MS = 500;
const PAY_EVERY_MS = 700;
const RECONCILE_EVERY_MS = 2_000;
const RECOVER_EVERY_MS = 600;
const ACCEPT_WAIT_MS = 800;
const OUTAGE_AFTER_MS = 1_000;
/** More than a shop would let in, so that something happens. */
const OUTAGE_SHARE = 0.7;

const nothing = () => {};

/** Resolves once it serves. */
export async function startApi(given: Surroundings): Promise<Api> {
  const { book, stock, log, provider, logger, parts } = given;
  const { random } = given.dice;
  const { nowMs } = given.clock;
  const directory = createSaleDirectory({ book, nowMs, logger });
  await directory.refresh();
  const appender = createAppender({ log, stock, random, logger, observe: nothing });
  const batcher = createReserveBatcher({ stock, nowMs, observe: nothing });
  const payments = parts.paymentsOver(
    createPayments({ book, provider, random, logger, returnUrl: () => '' }),
    book,
  );
  const orders = createOrderReader({
    book,
    stock,
    directory,
    isDurable: appender.isDurable,
    held: createHeldOrders({ book, nowMs }),
    newestPayments: payments.newestOf,
  });
  return {
    admit: createAdmission({
      ...{ directory, batcher, appender, book, nowMs, logger },
      acceptAfter: parts.acceptAfter,
      acceptWaitMs: ACCEPT_WAIT_MS,
      outageShare: OUTAGE_SHARE,
    }),
    orders,
    cancel: (wanted) =>
      cancelOrder({ book, orders, hurry: payments.workOn }, { ...wanted, by: 'buyer' }),
    payments,
    waitlist: createWaitlist({ book, stock, directory, nowMs, logger }),
    ...{ directory, book, stock },
  };
}

export async function startSettle(given: Surroundings): Promise<void> {
  const { book, log, logger } = given;
  const settler = createSettler({
    ...{ book, log, logger, random: given.dice.random },
    ...{ observe: nothing, observeOrders: nothing, observeDead: nothing },
  });
  await log.consume(settler);
}

/** Relay, sweep, payments, reconcile, recover: each under a lease of its own. */
export async function startSingletons(given: Surroundings): Promise<void> {
  const { book, stock, log, leases, provider, clock, logger, parts } = given;
  const { random } = given.dice;
  const { nowMs } = clock;
  const directory = createSaleDirectory({ book, nowMs, logger });
  await directory.refresh();
  const sales = directory.known;
  const payments = createPayments({ book, provider, random, logger, returnUrl: () => '' });
  const sweptStock = parts.sweepStockOver(stock);
  const sweep = createSweep({ book, stock: sweptStock, sales, nowMs, logger });
  const repair = createRepair({ book, stock, log, sales, nowMs, logger, observe: nothing });
  const holder = Buffer.from(random.bytes(9)).toString('base64url');

  function role(
    name: string,
    everyMs: number,
    round: (mayGoOn: () => boolean) => Promise<void>,
    granting: LeaseStore = leases,
  ) {
    const leaseTtlMs = LEASE_TTL_MS;
    startSingleton({ name, holder, leases: granting, leaseTtlMs, everyMs, clock, logger, round });
  }
  role('relay', RELAY_EVERY_MS, async (mayGoOn) => {
    const relayAfterMs = RELAY_AFTER_MS;
    const observe = nothing;
    await parts.relayRound({ stock, log, sales, nowMs, relayAfterMs, logger, mayGoOn, observe });
  });
  role('sweep', SWEEP_EVERY_MS, sweep);
  role('payments', PAY_EVERY_MS, async (mayGoOn) => void (await payments.workDue(mayGoOn)));
  role('reconcile', RECONCILE_EVERY_MS, async (mayGoOn) => {
    await reconcileRound({ stock, book, sales, logger, mayGoOn, observe: nothing });
    await repair(mayGoOn);
  });
  const draws = given.onStockOutage === 'draw';
  const policy = { draws, afterMs: OUTAGE_AFTER_MS };
  const watchOutage = createOutageRound({ book, stock, log, sales, nowMs, logger, policy });
  const ours = draws ? createOutageLease(leases, nowMs) : undefined;
  const attempts = new Map();
  async function recover(mayGoOn: () => boolean): Promise<void> {
    const isUnsure = ours?.isMadeUp() ?? false;
    const serves = await watchOutage({ mayGoOn, isUnsure });
    if (!serves || isUnsure) return;
    await parts.recoveryRound({ stock, book, log, random, sales, logger, mayGoOn, attempts });
  }
  role('recover', RECOVER_EVERY_MS, recover, ours);
}
