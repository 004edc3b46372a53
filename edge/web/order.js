// @ts-check
/** @import { OrderView } from '../../contract/order.ts' */
/** @import { Action, Answer, Attempt, Ordering, OrderingParts, QuietAction } from './types.ts' */
/** @import { Refused } from './types.ts' */
/**
 * The way of one order: the click, repeated under one key, then polling until it is final. What
 * another tab says only comes sooner. A reload finds the order and never places one.
 */

import { fraction, newKey, sleep } from './device.js';
import { laterOrder, mayOrderAgain, nextAttempt, parseAttempt, saleAfter } from './next-step.js';
import { retryWaitMs } from './refusals.js';
import { isSilent, orderPollMs } from './schedule.js';

/** Never confirmed and unknown this often in a row: it is not coming any more. */
const MISSES = 5;
/** @type {Refused} */
const NO_ANSWER = { kind: 'refused', trouble: 'no-answer', status: 0 };

/** @param {OrderingParts} parts */
export function createOrdering(parts) {
  /** @type {Ordering} */
  const ordering = { ...parts, followed: 0 };
  return {
    /** @param {number} quantity */
    place: (quantity) => place(ordering, quantity),
    resume: () => resume(ordering),
    hasTried: () => kept(ordering) !== undefined,
    /** Another tab, or the waitlist, has news. @param {OrderView} order */
    hear(order) {
      adopt(ordering, order);
      if (ordering.facts().sending.kind === 'idle') void follow(ordering);
    },
  };
}

/** @param {Ordering} ordering @param {number} quantity */
async function place(ordering, quantity) {
  const { shop, facts, change } = ordering;
  if (facts().sending.kind !== 'idle') return;
  let attempt = nextAttempt({
    kept: kept(ordering),
    order: facts().order,
    quantity,
    newKey: newKey(),
  });
  let isUnsure = attempt.unanswered === true;
  change({ order: undefined });
  /** @returns {Promise<Answer<OrderView>>} */
  async function send() {
    // Another tab may have got it meanwhile.
    const found = facts().order;
    if (found !== undefined && !mayOrderAgain(found)) return { kind: 'ok', body: found };
    // Kept before it is sent: a page closed now knows its key when it comes back.
    keep(ordering, { ...attempt, unanswered: true });
    const answer = await shop.placeOrder(attempt);
    if (answer.kind === 'ok') return answer;
    isUnsure ||= answer.status === 0 || answer.status >= 500;
    keep(ordering, { ...attempt, unanswered: isUnsure });
    if (answer.trouble === 'key-reused') {
      attempt = { key: newKey(), quantity: attempt.quantity };
      isUnsure = false;
    }
    return answer;
  }
  const answer = await insist(ordering, 'order', send);
  if (answer?.kind === 'ok') return settleAttempt(ordering, answer.body);
  if (answer !== undefined) refuse(ordering, answer);
}

/** Asks for the order until it is final. @param {Ordering} ordering */
async function follow(ordering) {
  const { shop, facts, change } = ordering;
  ordering.followed += 1;
  const turn = ordering.followed;
  let polls = 0;
  let misses = 0;
  for (;;) {
    const { order, nowMs, hasReturned } = facts();
    const waitMs = order && orderPollMs({ order, polls, nowMs, hasReturned, fraction: fraction() });
    if (order === undefined || waitMs === undefined) return;
    await sleep(waitMs);
    if (turn !== ordering.followed) return;
    if (isSilent(facts().sale, facts().nowMs)) continue;
    const answer = await shop.order(order.orderId);
    if (turn !== ordering.followed) return;
    if (answer.kind === 'ok') {
      polls = isSame(answer.body, order) ? polls + 1 : 0;
      misses = 0;
      adopt(ordering, answer.body);
      if (answer.body.reason === 'duplicate') return resume(ordering);
      continue;
    }
    if (answer.trouble === 'signed-out') return change({ refusal: answer });
    polls += 1;
    misses = answer.status === 404 ? misses + 1 : 0;
    if (order.state === 'accepting' && misses >= MISSES) {
      return change({ order: undefined, refusal: NO_ANSWER });
    }
    await sleep(answer.retryAfterMs ?? 0);
  }
}

/** Finds the order, or an earlier click that had no answer. @param {Ordering} ordering */
async function resume(ordering) {
  const { shop, facts, change } = ordering;
  const mine = await shop.myOrder();
  if (facts().sending.kind !== 'idle') return;
  const attempt = kept(ordering);
  if (mine.kind === 'ok') adopt(ordering, mine.body);
  else if (mine.trouble === 'signed-out') change({ refusal: mine });
  else if (attempt !== undefined) {
    const answer = attempt.orderId === undefined ? undefined : await shop.order(attempt.orderId);
    if (answer?.kind === 'ok') adopt(ordering, answer.body);
    else if (attempt.unanswered) change({ refusal: NO_ANSWER });
  }
  void follow(ordering);
}

/** @param {Ordering} ordering @param {OrderView} order */
function settleAttempt(ordering, order) {
  const attempt = kept(ordering);
  if (attempt !== undefined) {
    keep(ordering, { ...attempt, orderId: order.orderId, unanswered: false });
  }
  ordering.change({ sending: { kind: 'idle' } });
  adopt(ordering, order);
  void follow(ordering);
}

/** @param {OrderView} a @param {OrderView | undefined} b */
function isSame(a, b) {
  return (
    a.orderId === b?.orderId &&
    a.state === b.state &&
    a.closedBy === b.closedBy &&
    a.payment === b.payment
  );
}

/** @param {Ordering} ordering @param {OrderView} heard */
function adopt({ facts, change, tell }, heard) {
  const { order } = facts();
  const later = laterOrder(order, heard);
  if (isSame(later, order)) return;
  change({ order: later, refusal: undefined });
  tell(later);
}

/** @param {Pick<Ordering, 'facts' | 'change'>} ordering @param {Refused} answer */
export function refuse({ facts, change }, answer) {
  const known = facts().sale;
  const sale = known && saleAfter(known, answer);
  // What became news of the sale is not held against the click: the next look may undo it.
  const refusal = sale === undefined || sale === known ? answer : undefined;
  change({ sending: { kind: 'idle' }, refusal, sale });
}

/**
 * One press of a button, sent until it is answered, refused for good, or not wanted any more.
 * The answer, with `sending` still set for the caller to end; undefined when it is not wanted any
 * more. The caller has seen that nothing else is being sent.
 * @template Body
 * @param {Pick<OrderingParts, 'facts' | 'change'>} parts
 * @param {Action | QuietAction} what
 * @param {() => Promise<Answer<Body>>} send
 * @param {() => boolean} [isWanted]
 */
export async function insist({ facts, change }, what, send, isWanted = () => true) {
  /** @type {Map<string, number>} */
  const tries = new Map();
  change({ refusal: undefined });
  while (isWanted()) {
    change({ sending: { kind: 'sending', what } });
    const answer = await send();
    if (answer.kind === 'ok') return answer;
    const { trouble, retryAfterMs } = answer;
    const times = (tries.get(trouble) ?? 0) + 1;
    tries.set(trouble, times);
    const waitMs = retryWaitMs({ trouble, tries: times, retryAfterMs, fraction: fraction() });
    if (waitMs === undefined) return { ...answer, what };
    const untilMs = facts().nowMs + waitMs;
    change({ sending: { kind: 'waiting', what, untilMs }, refusal: answer });
    await sleep(waitMs);
  }
  change({ sending: { kind: 'idle' } });
  return undefined;
}

/** @param {Ordering} ordering */
const kept = ({ memory, name }) => parseAttempt(memory.read(name));

/** @param {Ordering} ordering @param {Attempt} attempt */
const keep = ({ memory, name }, attempt) => memory.write(name, attempt);
