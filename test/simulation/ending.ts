/**
 * What must come true once faults stop: every order that was promised is resolved, all money is
 * where it belongs, nothing waits, and the audit of the sale finds no difference.
 */
import { readAudit } from '../../origin/reconcile/reconcile.ts';
import type { Rows } from './book-rows.ts';
import type { Money } from './money.ts';
import type { World } from './world.ts';

/** Longer than any back-off of the product, twice. */
const PATIENCE_MS = 150_000;
const LOOK_EVERY_MS = 1_000;

export interface Ending {
  world: World;
  rows: Rows;
  money: Money;
  /** Checks what must hold always. */
  look(): void;
}

export async function awaitEnd({ world, rows, money, look }: Ending): Promise<void> {
  const { schedule } = world;
  const untilMs = schedule.nowMs() + PATIENCE_MS;
  let unfinished = ['nothing was looked at yet'];
  while (unfinished.length > 0 && schedule.nowMs() < untilMs) {
    await schedule.runFor(LOOK_EVERY_MS);
    look();
    if (world.failure() !== undefined) return;
    unfinished = await findUnfinished(world, rows);
    if (money.untaken() > 0) unfinished.push(`${money.untaken()} events of the provider`);
  }
  if (unfinished.length > 0) world.complain(`liveness: ${unfinished.join('; ')}`);
  else for (const wrong of findWrongMoney(world, rows)) world.complain(`money: ${wrong}`);
}

async function findUnfinished(world: World, rows: Rows): Promise<string[]> {
  const sale = rows.sale();
  if (sale === undefined) return ['the sale was not made'];
  const orders = new Map(rows.orders().map((order) => [order.order_id, order]));
  const unfinished: string[] = [];
  for (const { orderId, state } of world.history.promised().values()) {
    const order = orders.get(orderId);
    if (order === undefined) unfinished.push(`${orderId}, told ${state}, is not in the book`);
  }
  for (const { order_id, state } of orders.values()) {
    if (state === 'reserved') unfinished.push(`${order_id} is still reserved`);
  }
  const counts: [number, string][] = [
    [rows.outbox().length, 'outbox entries'],
    [rows.releases().filter((row) => row.delivered_at_ms === null).length, 'releases'],
    [rows.holds().filter((row) => row.delivered_at_ms === null).length, 'holds'],
    [rows.cancellations().filter((row) => orders.has(row.order_id)).length, 'cancellations'],
    [rows.payments().filter((row) => row.live === 1).length, 'live payments'],
    [rows.payments().filter((row) => row.state === 'refunding').length, 'refunds'],
  ];
  for (const [count, what] of counts) if (count > 0) unfinished.push(`${count} ${what} wait`);
  if (sale.loaded !== 1) unfinished.push(`the sale is closed in epoch ${sale.epoch}`);
  if (unfinished.length > 0) return unfinished;
  const audit = await readAudit({ stock: world.lossy.stock, book: world.stores.book }, 'phone');
  if (audit === undefined) return ['there is no audit'];
  const free = rows.stock()?.stock ?? 0;
  const waiting = rows.waiting().length;
  if (free > 0 && waiting > 0 && world.schedule.nowMs() < sale.closes_at_ms) {
    unfinished.push(`${waiting} wait although ${free} units are free`);
  }
  return [...unfinished, ...audit.findings];
}

/** Money stays only for an order that is paid by it, and goes back once. */
function findWrongMoney({ provider }: World, rows: Rows): string[] {
  const orders = new Map(rows.orders().map((order) => [order.order_id, order]));
  return rows.payments().flatMap(({ payment_id, order_id, state }) => {
    const isKept = keeps(provider, payment_id);
    const isPaid = state === 'paid' && orders.get(order_id)?.state === 'paid';
    return isKept === isPaid
      ? []
      : [`${payment_id} is ${state}, its order ${orders.get(order_id)?.state}, kept: ${isKept}`];
  });
}

/** A payment that was never opened has no session. */
function keeps(provider: World['provider'], paymentId: string): boolean {
  if (!provider.calls.includes(`open ${paymentId}`)) return false;
  try {
    const { charged, refunds } = provider.session(paymentId);
    return charged && refunds === 0;
  } catch {
    return false;
  }
}
