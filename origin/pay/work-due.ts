/**
 * Asks the provider about every payment that is due: opens what was left opening, cancels what is
 * to be cancelled, gives money back, and polls open sessions whose events may never have come.
 * Every question can be asked twice and every answer written twice, so two workers at once, or one
 * that died in between, do no harm. A provider that is away only moves `due_at_ms` on.
 */

import { failpoint } from '../failpoints.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { answer } from '../settle/waiting.ts';
import { type AskAgain, askAgainInMs } from './backoff.ts';
import type { Known } from './judge-payment.ts';
import { learnStatus } from './learn-status.ts';
import { openSession } from './open-session.ts';
import type { PaymentParts } from './payment-parts.ts';
import type { PaymentRow } from './payment-rows.ts';
import { stepOf } from './payment-steps.ts';
import { ProviderRefusedError, ProviderUnavailableError } from './provider.ts';

const {
  'select-due-payments': selectDue,
  'select-due-payments-of-order': selectDueOfOrder,
  'delay-payment': delayPayment,
} = statementsBeside(import.meta.url, [
  'select-due-payments',
  'select-due-payments-of-order',
  'delay-payment',
]);

/** Payments read at a time: what a provider answers within seconds. */
export const DUE_BATCH = 100;
/** Questions to the provider at once: below what providers allow, and enough for 100 a second. */
const AT_ONCE = 8;

/** How many payments were due. Rejects when one met an error that is nobody's expected answer. */
export async function workDue(parts: PaymentParts, mayGoOn: () => boolean): Promise<number> {
  let done = 0;
  for (let full = true; full && mayGoOn(); ) {
    const due = await parts.book.transact(function* (transaction) {
      const { nowMs } = transaction;
      const { name } = parts.provider;
      return yield* answer(transaction.rows<PaymentRow>(selectDue, nowMs, name, DUE_BATCH));
    });
    await eachOf(due, mayGoOn, (payment) => work(parts, payment));
    done += due.length;
    full = due.length === DUE_BATCH;
  }
  return done;
}

/** The same for one order, so that whoever cancels it need not wait for the sweep. */
export async function workOn(parts: PaymentParts, orderId: string): Promise<void> {
  const { name } = parts.provider;
  const due = await parts.book.transact(function* (transaction) {
    const { nowMs } = transaction;
    return yield* answer(transaction.rows<PaymentRow>(selectDueOfOrder, orderId, nowMs, name));
  });
  for (const payment of due) await work(parts, payment);
}

/** Whatever goes wrong, the payment is due again later, so that it does not hold up the others. */
async function work(parts: PaymentParts, payment: PaymentRow): Promise<void> {
  try {
    await step(parts, payment);
  } catch (error) {
    const { paymentId, state, tries } = payment;
    const about = { error, paymentId, state, tries };
    const refused = error instanceof ProviderRefusedError;
    if (refused) parts.logger.error(about, 'the provider refuses; a person has to look');
    else parts.logger.warn(about, 'a payment could not go on; it is tried again');
    await delay(parts, payment, refused ? 'refused' : 'away');
    if (!refused && !(error instanceof ProviderUnavailableError)) throw error;
    parts.observe?.(refused ? 'refused' : 'unavailable');
  }
}

async function step(parts: PaymentParts, payment: PaymentRow): Promise<void> {
  switch (payment.state) {
    case 'opening':
      await openSession(parts, payment);
      return;
    case 'open':
    case 'cancelling':
      return learn(parts, payment, await ask(parts, payment));
    case 'refunding':
      return learn(parts, payment, await giveBack(parts, payment));
    case 'paid':
    case 'failed':
    case 'cancelled':
    case 'refunded':
      throw new Error(`${payment.paymentId} is ${payment.state} and due`);
  }
}

/** A payment without a session was shown to nobody, so there is nothing to cancel. */
async function ask(
  { provider }: PaymentParts,
  { state, paymentId, sessionId }: PaymentRow,
): Promise<Known> {
  if (sessionId === null) return 'cancelled';
  if (state === 'open') return provider.find({ paymentId, sessionId });
  const status = await provider.cancel({ paymentId, sessionId });
  failpoint('pay.after-cancel');
  return status;
}

async function giveBack(parts: PaymentParts, payment: PaymentRow): Promise<Known> {
  const { paymentId, amount, currency } = payment;
  const sessionId = await sessionOf(parts, payment);
  const refund = await parts.provider.refund({ paymentId, sessionId, amount, currency });
  failpoint('pay.after-refund');
  return refund === 'refunded' ? 'refunded' : 'processing';
}

/** An event may tell of money before the session's id was kept; the same key opens it again. */
async function sessionOf(parts: PaymentParts, payment: PaymentRow): Promise<string> {
  if (payment.sessionId !== null) return payment.sessionId;
  const opened = await openSession(parts, payment);
  if (opened.kind === 'kept') return opened.payment.sessionId;
  throw new ProviderRefusedError(opened.reason);
}

async function learn(parts: PaymentParts, payment: PaymentRow, known: Known): Promise<void> {
  const { paymentId, orderId, state } = payment;
  if (known === 'open' || known === 'processing') {
    return delay(parts, payment, state === 'open' ? 'poll' : 'away');
  }
  const verdict = await parts.book.transact(function* (transaction) {
    const verdict = yield* learnStatus(transaction, { paymentId, orderId, known });
    failpoint('pay.before-commit');
    return verdict;
  });
  failpoint('pay.after-commit');
  const made = stepOf(verdict);
  if (made !== undefined) parts.observe?.(made);
}

/** Unless somebody else took the payment further in the meantime. */
async function delay(parts: PaymentParts, payment: PaymentRow, why: AskAgain): Promise<void> {
  const { paymentId, state, tries } = payment;
  const delayMs = askAgainInMs(why, tries, parts.random);
  await parts.book.transact((transaction) =>
    answer(transaction.run(delayPayment, transaction.nowMs + delayMs, paymentId, state, tries)),
  );
}

/** Works on a few at a time; a failure of one is thrown once all others are done. */
async function eachOf<Item>(
  items: readonly Item[],
  mayGoOn: () => boolean,
  workOnOne: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const failures: unknown[] = [];
  async function worker(): Promise<void> {
    for (const item of left) {
      if (!mayGoOn()) return;
      await workOnOne(item).catch((error: unknown) => failures.push(error));
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (failures.length > 0) throw failures[0];
}
