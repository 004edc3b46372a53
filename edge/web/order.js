// @ts-check
/** @import { OrderView } from '../../contract/order.ts' */
/** @import { Attempt, Ordering, OrderingParts, Refused } from './types.ts' */
/**
 * The way of one order: the click and its repetitions under one key, then polling until the order
 * is final. Polling is the truth; what another tab says only comes sooner. A reload finds the order
 * by asking the shop, and never places one by itself.
 */
import { laterOrder, mayOrderAgain, nextAttempt, parseAttempt } from './attempt.js';
import { fraction, newKey, sleep } from './device.js';
import { saleAfter } from './next-step.js';
import { retryWaitMs } from './refusals.js';
import { isSilent, orderPollMs } from './schedule.js';

/** An order that was never confirmed and is unknown this often in a row is not coming any more. */
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
    /** Another tab has news. @param {OrderView} order */
    hear(order) {
      adopt(ordering, order);
      if (ordering.facts().sending.kind === 'idle') void follow(ordering);
    },
  };
}

/** The click, and its repetitions. @param {Ordering} ordering @param {number} quantity */
async function place(ordering, quantity) {
  const { shop, facts, change } = ordering;
  const { order, sending } = facts();
  if (sending.kind !== 'idle') return;
  let attempt = nextAttempt({ kept: kept(ordering), order, quantity, newKey: newKey() });
  let isUnsure = attempt.unanswered === true;
  /** @type {Map<string, number>} */
  const tries = new Map();
  change({ order: undefined, refusal: undefined });
  for (;;) {
    change({ sending: { kind: 'sending' } });
    // Kept before it is sent: a page that is closed now still knows its key when it comes back.
    keep(ordering, { ...attempt, unanswered: true });
    const answer = await shop.placeOrder(attempt);
    if (answer.kind === 'ok') return settleAttempt(ordering, answer.body);
    isUnsure ||= answer.status === 0 || answer.status >= 500;
    keep(ordering, { ...attempt, unanswered: isUnsure });

    const { trouble, retryAfterMs } = answer;
    const times = (tries.get(trouble) ?? 0) + 1;
    tries.set(trouble, times);
    const waitMs = retryWaitMs({ trouble, tries: times, retryAfterMs, fraction: fraction() });
    if (waitMs === undefined) return refuse(ordering, answer);
    change({
      sending: { kind: 'waiting', untilMs: facts().nowMs + waitMs },
      refusal: answer,
    });
    await sleep(waitMs);
    // Another tab may have got the order while this one waited.
    const found = facts().order;
    if (found !== undefined && !mayOrderAgain(found)) return settleAttempt(ordering, found);
    if (trouble === 'key-reused') {
      attempt = { key: newKey(), quantity: attempt.quantity };
      isUnsure = false;
    }
  }
}

/** Asks for the order until it is final. @param {Ordering} ordering */
async function follow(ordering) {
  const { shop, facts, change } = ordering;
  ordering.followed += 1;
  const turn = ordering.followed;
  let polls = 0;
  let misses = 0;
  for (;;) {
    const { order, nowMs } = facts();
    const waitMs = order && orderPollMs({ order, polls, nowMs, fraction: fraction() });
    if (order === undefined || waitMs === undefined) return;
    await sleep(waitMs);
    if (turn !== ordering.followed) return;
    if (isSilent(facts().sale, facts().nowMs)) continue;
    const answer = await shop.order(order.orderId);
    if (turn !== ordering.followed) return;
    if (answer.kind === 'ok') {
      polls = answer.body.state === order.state ? polls + 1 : 0;
      misses = 0;
      adopt(ordering, answer.body);
      if (answer.body.reason === 'duplicate') return resume(ordering);
      continue;
    }
    polls += 1;
    misses = answer.status === 404 ? misses + 1 : 0;
    if (order.state === 'accepting' && misses >= MISSES) {
      return change({ order: undefined, refusal: NO_ANSWER });
    }
    await sleep(answer.retryAfterMs ?? 0);
  }
}

/**
 * What a loaded page does: finds the buyer's order, or an earlier click that had no answer.
 * @param {Ordering} ordering
 */
async function resume(ordering) {
  const { shop, facts, change } = ordering;
  const mine = await shop.myOrder();
  if (facts().sending.kind !== 'idle') return;
  const attempt = kept(ordering);
  if (mine.kind === 'ok') adopt(ordering, mine.body);
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

/** @param {Ordering} ordering @param {OrderView} heard */
function adopt({ facts, change, tell }, heard) {
  const { order } = facts();
  const later = laterOrder(order, heard);
  if (later.orderId === order?.orderId && later.state === order.state) return;
  change({ order: later, refusal: undefined });
  tell(later);
}

/** @param {Ordering} ordering @param {Refused} answer */
function refuse({ facts, change }, answer) {
  const known = facts().sale;
  const sale = known && saleAfter(known, answer);
  // What became news of the sale is no longer held against the click: the next look may undo it.
  const refusal = sale === undefined || sale === known ? answer : undefined;
  change({ sending: { kind: 'idle' }, refusal, sale });
}

/** @param {Ordering} ordering */
const kept = ({ memory, name }) => parseAttempt(memory.read(name));

/** @param {Ordering} ordering @param {Attempt} attempt */
const keep = ({ memory, name }, attempt) => memory.write(name, attempt);
