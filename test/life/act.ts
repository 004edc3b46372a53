/**
 * A buyer with a reserved order acts by a fate: at the shop through the door, at the provider's
 * page as a program. Every call is repeated until it is answered, since processes die meanwhile;
 * an order that is closed before the buyer is done is the buyer's bad luck.
 */
import { OperatorError } from '../../cli/operator-client.ts';
import { operatorOrderSchema } from '../../contract/operator.ts';
import { pause } from '../../origin/timer.ts';
import type { Shop } from '../flow/shop.ts';
import type { Door } from './door.ts';
import type { Fate } from './fates.ts';

export interface Actor {
  act(order: { orderId: string; buyerId: string }, fate: Fate): Promise<void>;
}

type PageAction = 'pay' | 'pay-twice' | 'decline' | 'insufficient-funds' | 'take-long';

interface Order {
  orderId: string;
  buyerId: string;
}

const ASK_AGAIN_MS = 150;
/** Longer than any process is away here. */
const PATIENCE_MS = 60_000;
const ANSWER_LIMIT_MS = 5_000;

export function createActor({ shop, door }: { shop: Shop; door: Door }): Actor {
  /** Where to pay; undefined when the order cannot be paid any more. */
  async function checkout({ orderId, buyerId }: Order): Promise<string | undefined> {
    const path = `/api/orders/${orderId}/payment`;
    const { body } = await door.askUntilAnswered(buyerId, 'POST', path);
    return typeof body.url === 'string' ? body.url : undefined;
  }

  async function go(order: Order, action: PageAction): Promise<string | undefined> {
    const url = await checkout(order);
    if (url !== undefined) await press(url, action);
    return url;
  }

  async function cancel({ orderId, buyerId }: Order): Promise<void> {
    await door.askUntilAnswered(buyerId, 'POST', `/api/orders/${orderId}/cancellation`);
  }

  /** The second attempt has a page of its own, once the shop knows that the first one failed. */
  async function payAtSecondAttempt(order: Order): Promise<void> {
    const first = await go(order, 'decline');
    for (let url = first; url !== undefined; url = await checkout(order)) {
      if (url !== first) return press(url, 'pay');
      await pause(ASK_AGAIN_MS);
    }
  }

  async function payThenRefund(order: Order): Promise<void> {
    const path = `/operator/orders/${order.orderId}`;
    if ((await go(order, 'pay')) === undefined) return;
    const settled = await untilThere(async () => {
      const { state } = await shop.operator.get(path, operatorOrderSchema);
      return state === 'reserved' ? undefined : state;
    });
    if (settled !== 'paid') return;
    const body = { restock: true };
    await untilThere(() => shop.operator.post(`${path}/refund`, operatorOrderSchema, body));
  }

  const acts: Record<Fate, (order: Order) => Promise<unknown>> = {
    pay: (order) => go(order, 'pay'),
    'pay-twice': (order) => go(order, 'pay-twice'),
    'decline-then-pay': payAtSecondAttempt,
    decline: (order) => go(order, 'decline'),
    'insufficient-funds': (order) => go(order, 'insufficient-funds'),
    'take-long': (order) => go(order, 'take-long'),
    never: async () => {},
    cancel,
    async 'cancel-while-paying'(order) {
      const url = await checkout(order);
      await Promise.all([cancel(order), url === undefined ? undefined : press(url, 'pay')]);
    },
    'pay-then-refund': payThenRefund,
  };
  return {
    async act(order, fate) {
      await acts[fate](order);
    },
  };
}

/** A button of the provider's page. Pressed twice it says that the session is not open. */
async function press(url: string, action: PageAction): Promise<void> {
  await untilThere(async () => {
    const response = await fetch(`${url}/${action}`, {
      method: 'POST',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    }).catch(() => undefined);
    await response?.text().catch(() => '');
    if (response === undefined || response.status >= 500) return undefined;
    if (!response.ok && response.status !== 409) throw new Error(`${url}: ${response.status}`);
    return response.status;
  });
}

/** Asks until there is a value; an origin that is away is waited for. */
export async function untilThere<Value>(
  ask: () => Promise<Value | undefined>,
  patienceMs = PATIENCE_MS,
): Promise<Value> {
  const untilMs = Date.now() + patienceMs;
  for (;;) {
    const value = await ask().catch((error: unknown) => {
      if (isAway(error) && Date.now() < untilMs) return undefined;
      throw error;
    });
    if (value !== undefined) return value;
    if (Date.now() >= untilMs) throw new Error(`nothing came of it within ${patienceMs} ms`);
    await pause(ASK_AGAIN_MS);
  }
}

function isAway(error: unknown): boolean {
  return error instanceof OperatorError && (error.status === undefined || error.status === 503);
}
