/** @import { Action, Answer, Attempt, ClickFacts, Facts, LaterParts } from './types.ts' */
/** @import { Ordering, OrderingParts, OrderView, QuietAction, Refused } from './types.ts' */
/**
 * The way of one order: the click, repeated under one key, paying or cancelling, and polling until
 * it is final. What another tab says only comes sooner. A reload finds it and never places one.
 */

import { fraction, newKey, sleep } from './device.js';
import { isPayable, laterOrder, mayOrderAgain, saleAfter, stateAt } from './next-step.js';
import { isSilent, orderPollMs, retryWaitMs } from './schedule.js';

/** Never confirmed and unknown this often in a row: it is not coming any more. */
const MISSES = 5;
/** A browser that is still here this long after it was sent to pay did not get there. */
const LEAVING_MS = 10_000;
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
    const { order, nowMs, hasReturned, isFed } = facts();
    const waitMs =
      order && orderPollMs({ order, polls, nowMs, hasReturned, isFed, fraction: fraction() });
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
      if (answer.body.reason !== 'duplicate') continue;
      await resume(ordering);
      return;
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

/**
 * Finds the order, or an earlier click that had no answer. False: the shop has not said whether
 * there is one, so it has to be asked again.
 * @param {Ordering} ordering
 */
async function resume(ordering) {
  const { shop, facts, change } = ordering;
  const { refusal: before } = facts();
  const mine = await shop.myOrder();
  const { sending, refusal } = facts();
  if (sending.kind !== 'idle') return false;
  const attempt = kept(ordering);
  if (mine.kind === 'ok') {
    // A click was refused while this was asked; an order that is over does not take that back.
    if (refusal === before || !mayOrderAgain(mine.body)) adopt(ordering, mine.body);
  } else if (mine.trouble === 'signed-out') change({ refusal: mine });
  else if (attempt !== undefined) {
    const answer = attempt.orderId === undefined ? undefined : await shop.order(attempt.orderId);
    if (answer?.kind === 'ok') adopt(ordering, answer.body);
    // Asked again, it says nothing over what was said since.
    else if (attempt.unanswered) change({ refusal: facts().refusal ?? NO_ANSWER });
  }
  void follow(ordering);
  return isAnswered(mine);
}

/** The shop itself said so; it is not away or too busy. @param {Answer<unknown>} answer */
export function isAnswered(answer) {
  return (
    answer.kind === 'ok' || (answer.status >= 400 && answer.status < 500 && answer.status !== 429)
  );
}

/** A click may still come. @param {Pick<Facts, 'sale' | 'order' | 'nowMs'>} facts */
export function mayClick({ sale, order, nowMs }) {
  if (sale === undefined || stateAt(sale, nowMs) === 'ended') return false;
  return order === undefined || mayOrderAgain(order);
}

/** @param {Ordering} ordering @param {OrderView} order */
function settleAttempt(ordering, order) {
  const attempt = kept(ordering);
  if (attempt !== undefined) {
    keep(ordering, { ...attempt, orderId: order.orderId, unanswered: false });
  }
  ordering.change({ sending: { kind: 'idle' } });
  adopt(ordering, order);
  // Where orders settle at once this may be the first answer: the other order is the buyer's.
  void (order.reason === 'duplicate' ? resume(ordering) : follow(ordering));
}

/** @param {OrderView} a @param {OrderView | undefined} b */
function isSame(a, b) {
  return (
    a.orderId === b?.orderId &&
    a.state === b.state &&
    a.closedBy === b.closedBy &&
    a.held === b.held &&
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
 * Paying and cancelling an order. Both may be asked for twice: the shop opens one payment page and
 * closes an order once. What the shop refuses is looked at again: it knows something newer.
 * @param {LaterParts} parts
 */
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

/** What the next click sends. @param {ClickFacts} facts @returns {Attempt} */
export function nextAttempt({ kept, order, quantity, newKey }) {
  if (kept === undefined || mayOrderAgain(order)) return { key: newKey, quantity };
  // What has no answer must stay as it was sent.
  return kept.unanswered || kept.orderId !== undefined ? kept : { key: kept.key, quantity };
}

/** @param {unknown} stored @returns {Attempt | undefined} */
export function parseAttempt(stored) {
  const attempt = /** @type {Partial<Attempt> | undefined} */ (stored);
  if (typeof attempt?.key !== 'string' || typeof attempt.quantity !== 'number') return undefined;
  return /** @type {Attempt} */ (attempt);
}

/** @param {Ordering} ordering */
const kept = ({ memory, name }) => parseAttempt(memory.read(name));

/** @param {Ordering} ordering @param {Attempt} attempt */
const keep = ({ memory, name }, attempt) => memory.write(name, attempt);
