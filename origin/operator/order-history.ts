/**
 * What happened to an order, in the order in which it happened, told from the rows that the book
 * has of it. Pure. A row shows its newest state only: of what changed twice, the step between is
 * known where another row tells of it, and left out where none does.
 */
import type { OrderEvent } from '../../contract/console.ts';
import type { OrderRow } from '../settle/order-row.ts';

export interface HistoryRows {
  order: OrderRow & { resolvedAtMs: number | null; epoch: number };
  payments: readonly PaymentSeen[];
  /** When it was paid, of an order that was refunded afterwards. */
  paidAtMs: number | undefined;
  release: { units: number; epoch: number; deliveredAtMs: number | null } | undefined;
  place: { number: number; joinedAtMs: number; changedAtMs: number } | undefined;
  notices: readonly NoticeSeen[];
  letters: readonly LetterSeen[];
  changes: readonly ChangeSeen[];
}

export interface PaymentSeen {
  paymentId: string;
  provider: string;
  state: string;
  refundReason: string | null;
  amount: number;
  currency: string;
  openedAtMs: number;
  changedAtMs: number;
}

export interface NoticeSeen {
  number: number;
  type: string;
  state: string;
  tries: number;
  createdAtMs: number;
  lastError: string | null;
}

export interface LetterSeen {
  id: number;
  state: string;
  reason: string;
  attempts: number;
  buriedAtMs: number;
  changedAtMs: number;
}

export interface ChangeSeen {
  atMs: number;
  operator: string;
  action: string;
  status: number | null;
}

interface Moment {
  atMs: number;
  of: OrderEvent['of'];
  what: string;
  details: Record<string, string | number | boolean | null | undefined>;
}

export function eventsOf(rows: HistoryRows): OrderEvent[] {
  const moments = [
    ...placeMoments(rows),
    ...orderMoments(rows),
    ...rows.payments.flatMap(paymentMoments),
    ...unitMoments(rows),
    ...rows.letters.flatMap(letterMoments),
    ...rows.changes.map(changeMoment),
    ...rows.notices.map(noticeMoment),
  ];
  // Sorting is stable: what happened at one moment stays in the order above.
  return moments.sort((left, right) => left.atMs - right.atMs).map(toEvent);
}

function orderMoments({ order, place, paidAtMs }: HistoryRows): Moment[] {
  const { state, reason, closedBy, quantity, epoch, reservedAtMs, settledAtMs } = order;
  const { payBeforeMs, resolvedAtMs } = order;
  const moment = (atMs: number, what: string, details: Moment['details'] = {}): Moment => ({
    ...{ atMs, of: 'order', what, details },
  });
  const taken = place === undefined ? [moment(reservedAtMs, 'taken', { quantity, epoch })] : [];
  if (state === 'rejected')
    return [...taken, moment(settledAtMs, 'rejected', { reason, closedBy })];
  const payBefore = new Date(payBeforeMs).toISOString();
  const reserved = moment(settledAtMs, 'reserved', { quantity, payBefore });
  const paid = paidAtMs === undefined ? [] : [moment(paidAtMs, 'paid')];
  // While it is reserved there is no moment yet, and who wants it closed is in the order itself.
  const end = resolvedAtMs === null ? [] : [moment(resolvedAtMs, state, { closedBy })];
  return [...taken, reserved, ...paid, ...end];
}

function placeMoments({ place }: HistoryRows): Moment[] {
  if (place === undefined) return [];
  const { number, joinedAtMs, changedAtMs } = place;
  return [
    { atMs: joinedAtMs, of: 'order', what: 'joined-waitlist', details: { number } },
    { atMs: changedAtMs, of: 'order', what: 'served-from-waitlist', details: { number } },
  ];
}

function paymentMoments(payment: PaymentSeen): Moment[] {
  const { paymentId, provider, state, amount, currency, openedAtMs, changedAtMs } = payment;
  const opened: Moment = {
    ...{ atMs: openedAtMs, of: 'payment', what: 'opening' },
    details: { paymentId, provider, amount, currency },
  };
  if (state === 'opening') return [opened];
  const details = { paymentId, reason: payment.refundReason };
  return [opened, { atMs: changedAtMs, of: 'payment', what: state, details }];
}

/** A unit that went back to the stock store; one that a head of the line took shows as 0. */
function unitMoments({ release, order }: HistoryRows): Moment[] {
  if (release === undefined) return [];
  const { units, epoch, deliveredAtMs } = release;
  const atMs = deliveredAtMs ?? order.resolvedAtMs ?? order.settledAtMs;
  const what = deliveredAtMs === null ? 'release-waits' : 'released';
  return [{ atMs, of: 'units', what, details: { units, epoch } }];
}

function letterMoments(letter: LetterSeen): Moment[] {
  const { id, state, reason, attempts, buriedAtMs, changedAtMs } = letter;
  const buried: Moment = {
    ...{ atMs: buriedAtMs, of: 'letter', what: 'buried', details: { letter: id, reason } },
  };
  if (state === 'pending') return [buried];
  return [
    buried,
    { atMs: changedAtMs, of: 'letter', what: state, details: { letter: id, attempts } },
  ];
}

function changeMoment({ atMs, operator, action, status }: ChangeSeen): Moment {
  return { atMs, of: 'operator', what: action, details: { operator, status } };
}

function noticeMoment(notice: NoticeSeen): Moment {
  const { createdAtMs, type, state, tries, lastError } = notice;
  return { atMs: createdAtMs, of: 'notice', what: type, details: { state, tries, lastError } };
}

function toEvent({ atMs, of, what, details }: Moment): OrderEvent {
  const known = Object.entries(details).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [[name, value] as const],
  );
  return { at: new Date(atMs).toISOString(), of, what, details: Object.fromEntries(known) };
}
