/** @import { LaterParts, Place, Refused } from './types.ts' */
/**
 * Waiting for a unit that comes back: joining, looking at the place, leaving, being served. Whoever
 * has no place any more asks for an order: it is there before the place is gone.
 */

import { fraction, sleep } from './device.js';
import { mayOrderAgain, stateAt } from './next-step.js';
import { insist, isAnswered, refuse } from './order.js';
import { placePollMs } from './schedule.js';

/** @param {LaterParts} parts */
export function createWaitlist(parts) {
  const { shop, facts, change } = parts;
  const { hold, forget, learn, findOrder } = createPlaceKeeper(parts);

  /** @param {number} quantity */
  async function join(quantity) {
    if (facts().sending.kind !== 'idle') return;
    const answer = await insist(parts, 'join', () => shop.join(quantity));
    if (answer === undefined) return;
    if (answer.kind === 'refused') {
      refuse(parts, answer);
      return learn(answer);
    }
    change({ sending: { kind: 'idle' } });
    hold(answer.body);
  }

  async function leave() {
    if (facts().sending.kind !== 'idle') return;
    const answer = await insist(parts, 'leave', () => shop.leave());
    if (answer === undefined) return;
    change({ sending: { kind: 'idle' } });
    if (answer.kind === 'ok') forget();
    else if (answer.status === 404) await findOrder();
    else change({ refusal: answer });
  }

  return {
    join,
    leave,
    /** When this browser was on the waitlist. False: the shop has not said whether it still is. */
    async resume() {
      const answer = await shop.place();
      if (answer.kind === 'ok') hold(answer.body);
      else if (answer.status === 404) forget();
      return isAnswered(answer);
    },
  };
}

/** Has the place, and looks at it until it is an order or nothing. @param {LaterParts} parts */
function createPlaceKeeper({ shop, facts, change, memory, name, hear }) {
  let turn = 0;

  /** @param {Place} place */
  function hold(place) {
    memory.write(name, true);
    change({ place });
    void wait();
  }

  function forget() {
    turn += 1;
    memory.write(name, undefined);
    change({ place: undefined });
  }

  async function wait() {
    turn += 1;
    const mine = turn;
    let failures = 0;
    for (;;) {
      const { place, isFed } = facts();
      if (place === undefined) return;
      await sleep(placePollMs({ place, isFed, failures, fraction: fraction() }));
      const { sale, order, nowMs } = facts();
      if (mine !== turn) return;
      const isOver = sale !== undefined && stateAt(sale, nowMs) === 'ended';
      if (isOver || (order !== undefined && !mayOrderAgain(order))) return forget();
      const answer = await shop.place();
      if (mine !== turn) return;
      if (answer.kind === 'ok') {
        failures = 0;
        change({ place: answer.body });
      } else {
        failures += 1;
        await learn(answer);
      }
    }
  }

  /** @param {Refused} answer */
  async function learn(answer) {
    if (answer.trouble === 'signed-out') change({ refusal: answer });
    if (answer.trouble === 'not-waiting' || answer.trouble === 'has-order') await findOrder();
  }

  /** The place is kept until the shop has said what became of it. */
  async function findOrder() {
    const answer = await shop.myOrder();
    if (answer.kind === 'refused' && answer.status !== 404) return;
    const hasWaited = facts().place !== undefined;
    forget();
    if (answer.kind === 'refused') return;
    change({ wasServed: hasWaited && !mayOrderAgain(answer.body) });
    hear(answer.body);
  }

  return { hold, forget, learn, findOrder };
}
