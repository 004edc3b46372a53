/**
 * What must hold after every step of a simulation, seen from above: the invariants of
 * ARCHITECTURE.md on the book's rows, and the ledger to the unit, for here nothing is ever between
 * two readings. The stock store's side is left out from the moment that it may have lost something
 * until the sale is open in a later epoch.
 */
import { decodeResults } from '../../origin/results/result.ts';
import { type OrderRow, prepareRows, type Rows, type SaleRow } from './book-rows.ts';
import type { World } from './world.ts';

export interface Checks {
  /** Complains to the world about all that does not hold. */
  look(): void;
  rows: Rows;
}

/** Which states an order's row may have after one. */
const NEXT: Record<OrderRow['state'], readonly OrderRow['state'][]> = {
  reserved: ['reserved', 'paid', 'expired', 'cancelled', 'refunded'],
  paid: ['paid', 'refunded'],
  expired: ['expired'],
  cancelled: ['cancelled'],
  refunded: ['refunded'],
  rejected: ['rejected'],
};

export function createChecks(world: World): Checks {
  const rows = prepareRows(world.stores);
  const { complain } = world;
  let before = new Map<string, OrderRow>();
  const results = createResultsCheck(complain);
  let changes = -1;

  return {
    rows,
    look() {
      const made = rows.changes();
      if (made === changes) return;
      changes = made;
      const sale = rows.sale();
      if (sale === undefined) return;
      const orders = rows.orders();
      checkUnits(sale, orders, complain);
      checkBuyers(sale, orders, rows, complain);
      before = checkSteps(before, orders, complain);
      checkPayments(orders, rows, complain);
      results(sale, rows, before);
      if (!world.doubt.look(sale.epoch)) checkLedger(world, rows, sale, orders);
    },
  };
}

const unitsIn = (orders: readonly OrderRow[], state: OrderRow['state']) =>
  sumOf(orders.filter((order) => order.state === state));

function sumOf(rows: readonly { quantity: number }[]): number {
  return rows.reduce((sum, { quantity }) => sum + quantity, 0);
}

type Complain = World['complain'];

function checkUnits(sale: SaleRow, orders: readonly OrderRow[], complain: Complain): void {
  const reserved = unitsIn(orders, 'reserved');
  const paid = unitsIn(orders, 'paid');
  if (reserved + paid > sale.units) {
    complain(`I1: ${reserved} units are reserved and ${paid} paid of ${sale.units}`);
  }
  if (reserved !== sale.reserved || paid !== sale.paid) {
    complain(`I4: rows say ${reserved}+${paid}, counters ${sale.reserved}+${sale.paid}`);
  }
  if (sale.free + sale.reserved + sale.paid !== sale.units) {
    complain(`I4: ${sale.free} free, ${reserved} reserved, ${paid} paid are not ${sale.units}`);
  }
}

function checkBuyers(
  sale: SaleRow,
  orders: readonly OrderRow[],
  rows: Rows,
  complain: Complain,
): void {
  const live = orders.filter(({ state }) => state === 'reserved' || state === 'paid');
  const holders = new Set<string>();
  for (const { buyer_id, quantity, live: mark } of live) {
    if (holders.has(buyer_id)) complain(`I2: ${buyer_id} has two live orders`);
    if (quantity > sale.per_buyer) complain(`I2: ${buyer_id} has ${quantity} units`);
    if (mark !== 1) complain(`I2: a live order of ${buyer_id} is not marked`);
    holders.add(buyer_id);
  }
  const waiting = rows.waiting();
  if (waiting.length !== sale.waiting) {
    complain(`the line: ${waiting.length} wait, the counter says ${sale.waiting}`);
  }
  for (const { buyer_id } of waiting) {
    if (holders.has(buyer_id)) complain(`the line: ${buyer_id} has an order and waits`);
  }
}

/** Nothing that was written goes, and a resolution is written once. */
function checkSteps(
  before: ReadonlyMap<string, OrderRow>,
  orders: readonly OrderRow[],
  complain: Complain,
): Map<string, OrderRow> {
  const now = new Map(orders.map((order) => [order.order_id, order]));
  for (const [orderId, earlier] of before) {
    const later = now.get(orderId);
    if (later === undefined) complain(`I3: order ${orderId} has gone from the book`);
    else if (!NEXT[earlier.state].includes(later.state)) {
      complain(`I3: order ${orderId} was ${earlier.state} and is ${later.state}`);
    }
  }
  return now;
}

/** Whom a provider may still take money of, that order is not closed. */
function checkPayments(orders: readonly OrderRow[], rows: Rows, complain: Complain): void {
  const stateOf = new Map(orders.map(({ order_id, state }) => [order_id, state]));
  for (const { order_id, payment_id, live } of rows.payments()) {
    const state = stateOf.get(order_id);
    // Paid by an earlier attempt that had been given up: this one is being cancelled.
    const mayBeLive = state === 'reserved' || state === 'paid' || state === 'refunded';
    if (live === 1 && !mayBeLive) {
      complain(`payment ${payment_id} is live although its order is ${state}`);
    }
  }
}

/** Results have no gaps, and the last of an order is its state. Each row is read once. */
function createResultsCheck(complain: Complain) {
  const last = new Map<string, string>();
  let seen = 0;
  return (sale: SaleRow, rows: Rows, orders: ReadonlyMap<string, OrderRow>) => {
    if (sale.result_seq === seen) return;
    const found = rows.results();
    if (found.length !== sale.result_seq || found.at(-1)?.seq !== sale.result_seq) {
      complain(`results: ${found.length} rows, the newest number is ${sale.result_seq}`);
    }
    for (const { orders: text } of found.slice(seen)) {
      for (const { orderId, state } of decodeResults(text)) last.set(orderId, state);
    }
    seen = sale.result_seq;
    for (const [orderId, { state }] of orders) {
      if (last.get(orderId) !== state) {
        complain(`results: ${orderId} is ${state}, its last result ${last.get(orderId)}`);
      }
    }
  };
}

/**
 * I4 to the unit, whenever the sale is open and the store holds its epoch; and what was handed out
 * is always somewhere: in the outbox, in the log or in the book (I3).
 */
function checkLedger(
  { handedOut, cluster, complain }: World,
  rows: Rows,
  sale: SaleRow,
  orders: readonly OrderRow[],
): void {
  const stock = rows.stock();
  if (stock === undefined || stock.epoch !== sale.epoch || sale.loaded !== 1) return;
  const settled = new Set(orders.map(({ order_id }) => order_id));
  const underWay = [...handedOut].filter(
    ([orderId, { epoch }]) => epoch === sale.epoch && !settled.has(orderId),
  );
  const outbox = new Set(rows.outbox().map(({ order_id }) => order_id));
  for (const [orderId] of underWay) {
    if (!outbox.has(orderId) && !cluster.orderIds.has(orderId)) {
      complain(`I3: ${orderId} is neither in the outbox nor in the log nor in the book`);
    }
  }
  const unsettled =
    sumOf(underWay.map(([, given]) => given)) + astrayUnits(handedOut, sale, orders);
  const pending = pendingUnits(rows, sale.epoch);
  const sum = stock.stock + unsettled + sale.reserved + sale.paid + pending;
  if (sum === sale.units) return;
  complain(
    `I4: ${stock.stock} in stock, ${unsettled} unsettled, ${sale.reserved} reserved, ` +
      `${sale.paid} paid and ${pending} pending make ${sum}, not ${sale.units}`,
  );
}

/**
 * Handed out again after a recovery, while the record of the epoch before was still on its way and
 * settled first, as recovered: the book does not take the second one, and the repair finds that.
 */
function astrayUnits(
  handedOut: World['handedOut'],
  sale: SaleRow,
  orders: readonly OrderRow[],
): number {
  const recovered = orders.filter(
    ({ reason, epoch }) => reason === 'recovered' && epoch < sale.epoch,
  );
  const again = recovered.map(({ order_id }) => handedOut.get(order_id));
  return sumOf(
    again.filter((given) => given?.epoch === sale.epoch).filter((given) => given !== undefined),
  );
}

/** Units of releases that the stock store has not applied, whatever the book knows of that. */
function pendingUnits(rows: Rows, present: number): number {
  const applied = new Set(rows.released().map(({ order_id }) => order_id));
  return rows
    .releases()
    .filter(({ epoch, delivered_at_ms }) => epoch === present && delivered_at_ms === null)
    .filter(({ order_id }) => !applied.has(order_id))
    .reduce((sum, { units }) => sum + units, 0);
}
