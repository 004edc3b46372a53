/**
 * An order and its payments in memory, moved by the same decisions as in the book, so that any
 * sequence of events can be tried and what must hold be looked at after each.
 */
import { expect } from 'vitest';
import type { ClosedBy } from '../../../contract/order.ts';
import type { PaymentState } from '../../../contract/payment.ts';
import {
  endBy,
  isLive,
  judgePayment,
  type Known,
  type PaymentCase,
} from '../../../origin/pay/judge-payment.ts';

export const KNOWN: readonly Known[] = [
  'open',
  'processing',
  'paid',
  'failed',
  'cancelled',
  'refunded',
];
export const CLOSERS: readonly ClosedBy[] = ['deadline', 'buyer', 'operator', 'risk'];

export type ModelStep =
  | { do: 'begin' }
  | { do: 'hear'; attempt: number; known: Known }
  | { do: 'close'; by: ClosedBy }
  /** The operator's command. */
  | { do: 'refund' };

interface ModelPayment {
  state: PaymentState;
  /** What the provider has ever said. */
  heard: Set<Known>;
  timesRefunding: number;
  timesRefunded: number;
}

const DEADLINE_MS = 1_000;

export interface Model {
  order: PaymentCase['order'];
  payments: ModelPayment[];
  /** The order's states, one after the other. */
  history: string[];
  nowMs: number;
  freesOnFailure: boolean;
}

export function createModel({ freesOnFailure }: { freesOnFailure: boolean }): Model {
  const order = { state: 'reserved', closedBy: null, payBeforeMs: DEADLINE_MS } as const;
  return { order: { ...order }, payments: [], history: ['reserved'], nowMs: 0, freesOnFailure };
}

export function take(model: Model, step: ModelStep): void {
  const { order, payments } = model;
  switch (step.do) {
    case 'begin': {
      const mayPay = order.state === 'reserved' && order.closedBy === null;
      if (!mayPay || model.nowMs >= order.payBeforeMs) return;
      if (payments.some(({ state }) => isLive(state))) return;
      payments.push({ state: 'open', heard: new Set(), timesRefunding: 0, timesRefunded: 0 });
      return;
    }
    case 'hear': {
      const payment = payments[step.attempt];
      if (payment !== undefined) hear(model, payment, step.known);
      return;
    }
    case 'close':
      close(model, step.by);
      return;
    case 'refund':
      if (order.state !== 'paid') return;
      for (const payment of payments) if (payment.state === 'paid') set(payment, 'refunding');
      become(model, 'refunded');
      return;
  }
}

/** What must hold at every moment. */
export function check({ order, payments, history }: Model): void {
  const steps = history.join(' → ');
  expect(steps).toMatch(/^reserved( → (expired|cancelled|paid( → refunded)?))?$/);
  const paid = payments.filter(({ state }) => state === 'paid').length;
  expect(paid, steps).toBe(order.state === 'paid' ? 1 : 0);
  const live = payments.filter(({ state }) => isLive(state));
  expect(live.length).toBeLessThanOrEqual(1);
  if (order.state === 'expired' || order.state === 'cancelled') expect(live).toEqual([]);
  for (const { state, heard, timesRefunding, timesRefunded } of payments) {
    expect(timesRefunding).toBeLessThanOrEqual(1);
    expect(timesRefunded).toBeLessThanOrEqual(1);
    if (heard.has('paid')) expect(['paid', 'refunding', 'refunded']).toContain(state);
  }
}

/** Time passes and the provider answers everything: nothing may be left hanging. */
export function finish(model: Model): void {
  const { order, payments } = model;
  close(model, 'deadline');
  for (const [waiting, known] of [
    ['cancelling', 'cancelled'],
    ['refunding', 'refunded'],
  ] as const) {
    for (const payment of payments) if (payment.state === waiting) hear(model, payment, known);
  }
  expect(order.state).not.toBe('reserved');
  for (const { state } of payments) {
    expect(['paid', 'failed', 'cancelled', 'refunded']).toContain(state);
  }
}

function hear(model: Model, payment: ModelPayment, known: Known): void {
  payment.heard.add(known);
  const { order, payments, nowMs, freesOnFailure } = model;
  const verdict = judgePayment({ order: { ...order }, payment, known, nowMs, freesOnFailure });
  switch (verdict.kind) {
    case 'nothing':
      return;
    case 'pay':
      set(payment, 'paid');
      for (const other of payments) if (isLive(other.state)) set(other, 'cancelling');
      become(model, 'paid');
      return;
    case 'refund':
      set(payment, 'refunding');
      return;
    case 'end':
      set(payment, verdict.payment);
      if (verdict.end !== undefined) become(model, verdict.end.to);
      return;
    case 'refunded':
      set(payment, 'refunded');
      if (verdict.end !== undefined) become(model, verdict.end.to);
      return;
  }
}

/** As want-closed.ts does it. */
function close(model: Model, by: ClosedBy): void {
  const { order, payments } = model;
  if (by === 'deadline') model.nowMs = DEADLINE_MS;
  if (order.state !== 'reserved') return;
  const live = payments.find(({ state }) => isLive(state));
  if (live === undefined) {
    become(model, endBy(order.closedBy ?? by).to);
    return;
  }
  order.closedBy ??= by;
  live.state = 'cancelling';
}

function become({ order, history }: Model, state: PaymentCase['order']['state']): void {
  order.state = state;
  history.push(state);
}

function set(payment: ModelPayment, state: PaymentState): void {
  if (state === 'refunding') payment.timesRefunding += 1;
  if (state === 'refunded') payment.timesRefunded += 1;
  payment.state = state;
}
