/**
 * What follows from news of a payment, first case by case, then in any order: whatever a provider
 * says, however often, an order is resolved once, each payment's money goes back at most once, and
 * no money is kept for an order that is not paid.
 */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { judgePayment, type PaymentCase } from '../../../origin/pay/judge-payment.ts';
import {
  CLOSERS,
  check,
  createModel,
  finish,
  KNOWN,
  type ModelStep,
  take,
} from './payment-model.ts';

const given = (change: Partial<PaymentCase>): PaymentCase => ({
  order: { state: 'reserved', closedBy: null, payBeforeMs: 1_000 },
  payment: { state: 'open' },
  known: 'paid',
  nowMs: 500,
  freesOnFailure: false,
  ...change,
});
const order = (state: PaymentCase['order']['state']) => ({
  order: { state, closedBy: null, payBeforeMs: 1_000 },
});

describe('money', () => {
  it('pays the order, also when somebody wants it closed already', () => {
    expect(judgePayment(given({}))).toEqual({ kind: 'pay' });
    const closing = { state: 'reserved', closedBy: 'deadline', payBeforeMs: 1_000 } as const;
    const late = given({ order: closing, payment: { state: 'cancelling' }, nowMs: 2_000 });
    expect(judgePayment(late)).toEqual({ kind: 'pay' });
  });

  it('counts for a payment that the provider had given up, and for one still opening', () => {
    for (const state of ['opening', 'failed', 'cancelled'] as const) {
      expect(judgePayment(given({ payment: { state } }))).toEqual({ kind: 'pay' });
    }
  });

  it.each([
    ['expired', 'late'],
    ['cancelled', 'late'],
    ['rejected', 'late'],
    ['paid', 'twice'],
    ['refunded', 'twice'],
  ] as const)('goes back when the order is %s (%s)', (state, reason) => {
    expect(judgePayment(given(order(state)))).toEqual({ kind: 'refund', reason });
  });

  it('that was told before changes nothing', () => {
    for (const state of ['paid', 'refunding', 'refunded'] as const) {
      expect(judgePayment(given({ payment: { state } }))).toEqual({ kind: 'nothing' });
    }
  });
});

describe('the end of a payment without money', () => {
  it('leaves the order to be tried again', () => {
    for (const known of ['failed', 'cancelled'] as const) {
      const end = { kind: 'end', payment: known, end: undefined };
      expect(judgePayment(given({ known }))).toEqual(end);
    }
  });

  it('closes it where a failure frees the unit', () => {
    const frees = { freesOnFailure: true };
    const end = { to: 'cancelled', closedBy: 'payment' };
    expect(judgePayment(given({ known: 'failed', ...frees }))).toMatchObject({ end });
    const cancelled = { kind: 'end', payment: 'cancelled', end: undefined };
    expect(judgePayment(given({ known: 'cancelled', ...frees }))).toEqual(cancelled);
  });

  it('closes it when its time is over, to the millisecond', () => {
    const end = { to: 'expired', closedBy: 'deadline' };
    expect(judgePayment(given({ known: 'failed', nowMs: 1_000 }))).toMatchObject({ end });
    const early = judgePayment(given({ known: 'failed', nowMs: 999 }));
    expect(early).toMatchObject({ end: undefined });
  });

  it('closes it in the name of who wanted it', () => {
    for (const closedBy of ['buyer', 'operator', 'risk', 'payment'] as const) {
      const wanted = { order: { state: 'reserved', closedBy, payBeforeMs: 1_000 } } as const;
      const end = { to: 'cancelled', closedBy };
      expect(judgePayment(given({ known: 'cancelled', ...wanted }))).toMatchObject({ end });
    }
  });

  it('leaves alone an order that is resolved', () => {
    const verdict = judgePayment(
      given({ known: 'failed', freesOnFailure: true, ...order('paid') }),
    );
    expect(verdict).toEqual({ kind: 'end', payment: 'failed', end: undefined });
  });

  it('is nothing new for a payment that ended', () => {
    for (const state of ['paid', 'failed', 'cancelled', 'refunding', 'refunded'] as const) {
      for (const known of ['failed', 'cancelled', 'open', 'processing'] as const) {
        expect(judgePayment(given({ known, payment: { state } }))).toEqual({ kind: 'nothing' });
      }
    }
  });
});

describe('money that is back', () => {
  it('ends a refund, and only once', () => {
    const known = 'refunded';
    const ended = judgePayment(given({ known, payment: { state: 'refunding' } }));
    expect(ended).toEqual({ kind: 'refunded', reason: undefined, end: undefined });
    const again = judgePayment(given({ known, payment: { state: 'refunded' } }));
    expect(again).toEqual({ kind: 'nothing' });
  });

  it('was given back over there when nobody here asked: the order is refunded too', () => {
    const over = given({ known: 'refunded', payment: { state: 'paid' }, ...order('paid') });
    const end = { to: 'refunded', closedBy: 'payment' };
    expect(judgePayment(over)).toEqual({ kind: 'refunded', reason: 'provider', end });
  });

  it('leaves an order that was never paid to be paid again', () => {
    const early = judgePayment(given({ known: 'refunded' }));
    expect(early).toEqual({ kind: 'refunded', reason: 'provider', end: undefined });
  });
});

const step: fc.Arbitrary<ModelStep> = fc.oneof(
  fc.constant<ModelStep>({ do: 'begin' }),
  fc.record({
    do: fc.constant('hear' as const),
    attempt: fc.nat({ max: 3 }),
    known: fc.constantFrom(...KNOWN),
  }),
  fc.record({ do: fc.constant('close' as const), by: fc.constantFrom(...CLOSERS) }),
  fc.constant<ModelStep>({ do: 'refund' }),
);

test('no sequence of events resolves twice, refunds twice or keeps money for nothing', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { maxLength: 30 }), (freesOnFailure, steps) => {
      const model = createModel({ freesOnFailure });
      for (const next of steps) {
        take(model, next);
        check(model);
      }
      finish(model);
      check(model);
    }),
    { numRuns: 2_000 },
  );
});
