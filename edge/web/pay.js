// @ts-check
/** @import { LaterParts, Refused } from './types.ts' */
/**
 * Paying and cancelling an order. Both may be asked for twice: the shop opens one payment page and
 * closes an order once. What the shop refuses is looked at again: it knows something newer.
 */

import { sleep } from './device.js';
import { isPayable } from './next-step.js';
import { insist } from './order.js';

/** A browser that is still here this long after it was sent to pay did not get there. */
const LEAVING_MS = 10_000;

/** @param {LaterParts} parts */
export function createPaying(parts) {
  const { shop, facts, change, memory, name, hear } = parts;
  // Back from the provider's page, with this one as it was left: it still says that it asks.
  addEventListener('pageshow', ({ persisted }) => {
    const { order } = facts();
    if (!persisted || order === undefined) return;
    change({ sending: { kind: 'idle' } });
    hear(order);
  });

  /** To the provider's page. */
  async function pay() {
    const { order, sending } = facts();
    if (order === undefined || sending.kind !== 'idle') return;
    const { orderId } = order;
    const isWanted = () => {
      const { order, nowMs } = facts();
      return order !== undefined && isPayable(order, nowMs);
    };
    const answer = await insist(parts, 'pay', () => shop.pay(orderId), isWanted);
    if (answer?.kind !== 'ok') return lookAgain(orderId, answer);
    // Kept before leaving: who comes back hears that the payment is being waited for.
    memory.write(name, orderId);
    const url = new URL(answer.body.url, location.href);
    if (/^https?:$/.test(url.protocol)) location.assign(url.href);
    await sleep(LEAVING_MS);
    change({ sending: { kind: 'idle' } });
  }

  async function cancel() {
    const { order, sending } = facts();
    if (order === undefined || sending.kind !== 'idle') return;
    const { orderId } = order;
    const answer = await insist(parts, 'cancel', () => shop.cancel(orderId));
    if (answer?.kind !== 'ok') return lookAgain(orderId, answer);
    change({ sending: { kind: 'idle' } });
    hear(answer.body);
  }

  /** @param {string} orderId @param {Refused | undefined} refused */
  async function lookAgain(orderId, refused) {
    change({ sending: { kind: 'idle' }, refusal: refused });
    if (refused?.status !== 409) return;
    const answer = await shop.order(orderId);
    if (answer.kind === 'ok') hear(answer.body);
  }

  return { pay, cancel };
}
