/**
 * Takes a provider's signed event. Its id is written in the transaction of its effect, so each
 * counts once however often and in whichever order they come; what it says is judged by how things
 * stand then. `taken` is answered after the commit: an event that was lost here comes again.
 */

import type { Refusal } from '../../contract/outcomes.ts';
import { EVENT_HEADERS, type ProviderName } from '../../contract/payment.ts';
import { lockOrders } from '../close/lock-orders.ts';
import { failpoint } from '../failpoints.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';
import type { PaymentVerdict } from './judge-payment.ts';
import { learnOf } from './learn-status.ts';
import type { PaymentParts } from './payment-parts.ts';
import { stepOf } from './payment-steps.ts';
import type { EventReading } from './provider.ts';

const {
  'select-order-of-payment': selectOrder,
  'select-payment-event': selectEvent,
  'insert-payment-event': insertEvent,
} = statementsBeside(import.meta.url, [
  'select-order-of-payment',
  'select-payment-event',
  'insert-payment-event',
]);

export interface RawEvent {
  /** As it came over the wire. */
  body: string;
  headers: Readonly<Record<string, string | undefined>>;
}

export type Taken = { kind: 'taken' } | Refusal;

const TAKEN: Taken = { kind: 'taken' };

export async function takeEvent(
  parts: PaymentParts,
  providerName: string,
  { body, headers }: RawEvent,
  nowMs: number,
): Promise<Taken> {
  const { provider, logger, observe } = parts;
  if (providerName !== provider.name) return { kind: 'unknown-route' };
  const reading = provider.readEvent({ body, headers, nowMs });
  switch (reading.kind) {
    case 'invalid':
      return { kind: 'bad-signature', reason: reading.reason };
    case 'ignored':
      return TAKEN;
    case 'event':
      break;
  }
  const verdict = await write(parts, provider.name, reading);
  failpoint('pay.after-commit');
  const { paymentId, eventId, what } = reading;
  // A payment is written before its provider is asked: one that is not there is not from here.
  if (verdict === undefined) logger.warn({ paymentId, eventId, what }, 'event of no payment');
  else if (verdict.kind === 'refund') {
    logger.info({ paymentId, reason: verdict.reason }, 'money has to go back');
  }
  const step = verdict === undefined ? undefined : stepOf(verdict);
  if (step !== undefined) observe?.(step);
  return TAKEN;
}

/** Undefined when the book has no such payment. */
function write(
  { book }: PaymentParts,
  provider: ProviderName,
  event: EventReading & { kind: 'event' },
): Promise<PaymentVerdict | undefined> {
  const { eventId, paymentId, sessionId, what: known } = event;
  return book.transact(function* (transaction): Waiting<PaymentVerdict | undefined> {
    const { nowMs } = transaction;
    const [found] = yield* answer(
      transaction.rows<{ orderId: string }>(selectOrder, paymentId, provider),
    );
    if (found === undefined) return undefined;
    const [order] = yield* lockOrders(transaction, [found.orderId]);
    if (order === undefined) throw new Error(`the book lost order ${found.orderId}`);
    const before = yield* answer(transaction.rows(selectEvent, provider, eventId));
    if (before.length > 0) return { kind: 'nothing' };
    const row = [provider, eventId, paymentId, known, nowMs];
    yield* answer(transaction.insert(insertEvent, [row]));
    const verdict = yield* learnOf(transaction, order, { paymentId, known, sessionId });
    failpoint('pay.before-commit');
    return verdict;
  });
}

/** The headers of an event's request that its signature may need, and no others. */
export function eventHeaders(header: (name: string) => string | undefined) {
  return Object.fromEntries(EVENT_HEADERS.map((name) => [name, header(name)]));
}
