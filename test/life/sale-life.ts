/**
 * Lets the orders of a sale live: looks for reserved ones every quarter of a second, lets each
 * buyer act once by fate, and knows when nothing can happen any more.
 */
import { auditSchema } from '../../contract/operator.ts';
import { operatorOrdersSchema, operatorPaymentsSchema } from '../../contract/operator-orders.ts';
import type { PaymentState } from '../../contract/payment.ts';
import { sandboxApiKey } from '../../origin/pay/sandbox-wire.ts';
import { pause } from '../../origin/timer.ts';
import type { Shop } from '../flow/shop.ts';
import { createActor, untilThere } from './act.ts';
import type { Door } from './door.ts';
import type { Fate } from './fates.ts';

export interface SaleLife {
  /** Fates that were acted out, by order. */
  acted: Map<string, Fate>;
  /** All is settled, no order reserved, no payment, event or money under way. */
  atRest(patienceMs: number): Promise<void>;
  stop(): Promise<void>;
}

export interface SaleLifeOptions {
  shop: Shop;
  door: Door;
  saleId: string;
  /** SANDBOX_LATE_MS. */
  lateMs: number;
  fateOf(buyerId: string): Fate;
}

const LOOK_EVERY_MS = 250;
const PAGE = 1_000;
/** Late money comes within half a second of its time; one more for its refund. */
const LATE_ROUND_MS = 1_500;
const UNDER_WAY: readonly PaymentState[] = ['opening', 'open', 'cancelling', 'refunding'];

export function startSaleLife(options: SaleLifeOptions): SaleLife {
  const { shop, door, lateMs, fateOf } = options;
  const actor = createActor({ shop, door });
  const acted = new Map<string, Fate>();
  const acts: Promise<void>[] = [];
  let failure: unknown;
  let moneyUntilMs = 0;
  let stopping = false;

  function fail(error: unknown): void {
    failure ??= error;
  }

  async function live(order: { orderId: string; buyerId: string }, fate: Fate): Promise<void> {
    await actor.act(order, fate);
    if (fate === 'take-long') moneyUntilMs = Date.now() + lateMs + LATE_ROUND_MS;
  }

  async function look(): Promise<void> {
    while (!stopping) {
      for (const order of await reservedOf(options)) {
        if (acted.has(order.orderId)) continue;
        const fate = fateOf(order.buyerId);
        acted.set(order.orderId, fate);
        acts.push(live(order, fate).catch(fail));
      }
      await pause(LOOK_EVERY_MS);
    }
  }
  const looking = look().catch(fail);

  return {
    acted,
    async atRest(patienceMs) {
      let last: string | undefined;
      await untilThere(async () => {
        if (failure !== undefined) throw failure;
        last = Date.now() < moneyUntilMs ? 'money is late' : await unrestOf(options);
        return last === undefined ? true : undefined;
      }, patienceMs).catch((cause: unknown) => {
        throw new Error(`no rest: ${last}`, { cause });
      });
      await Promise.all(acts);
      if (failure !== undefined) throw failure;
    },
    async stop() {
      stopping = true;
      await looking;
    },
  };
}

/** What keeps the sale from its rest; undefined when nothing does. */
async function unrestOf(options: SaleLifeOptions): Promise<string | undefined> {
  const { shop, saleId } = options;
  const { atWatermark } = await shop.operator.get(`/operator/sales/${saleId}/audit`, auditSchema);
  if (!atWatermark) return 'orders have not settled, or releases are on their way';
  if ((await reservedOf(options)).length > 0) return 'orders are reserved';
  for (const state of UNDER_WAY) {
    const path = `/operator/sales/${saleId}/payments?state=${state}&limit=1`;
    const { payments } = await shop.operator.get(path, operatorPaymentsSchema);
    if (payments.length > 0) return `payments are ${state}`;
  }
  return (await waitingEvents(shop)) > 0 ? 'events are on their way' : undefined;
}

async function reservedOf({ shop, saleId }: SaleLifeOptions) {
  const path = `/operator/sales/${saleId}/orders?state=reserved&limit=${PAGE}`;
  return (await untilThere(() => shop.operator.get(path, operatorOrdersSchema))).orders;
}

/** How many events the sandbox has still to tell. */
async function waitingEvents({ environment }: Shop): Promise<number> {
  const { SANDBOX_URL: url, SANDBOX_SECRET: secret = '' } = environment;
  const headers = { authorization: `Bearer ${sandboxApiKey(secret)}` };
  const response = await fetch(`${url}/readyz`, { headers }).catch(() => undefined);
  if (response?.ok !== true) return Number.POSITIVE_INFINITY;
  const { waitingEvents } = (await response.json()) as { waitingEvents: number };
  return waitingEvents;
}
