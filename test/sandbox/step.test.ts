/** Any order of steps: money is taken once, given back once, and late money is never lost. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PAGE_ACTIONS, type SessionState, type Step, takeStep } from '../../sandbox/step.ts';

const NEW: SessionState = {
  status: 'open',
  failure: null,
  late: false,
  refunded: false,
  moneyDueAtMs: null,
};
const STEPS: Step[] = [...PAGE_ACTIONS, 'cancel', 'money-comes', 'refund'];
const TIMES = { nowMs: 1_000, lateMs: 500 };

function run(steps: Step[]) {
  const told: string[] = [];
  let state = NEW;
  for (const step of steps) {
    const result = takeStep(state, step, TIMES);
    if (result.kind !== 'changed') continue;
    state = result.state;
    if (result.tell !== undefined) told.push(result.tell);
  }
  return { state, told };
}

test('no order of steps takes money twice or gives back what was not taken', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...STEPS), { maxLength: 12 }), (steps) => {
      const { state, told } = run(steps);
      const count = (what: string) => told.filter((each) => each === what).length;
      for (const what of ['paid', 'failed', 'cancelled', 'refunded']) {
        expect(count(what)).toBeLessThanOrEqual(1);
      }
      expect(count('paid')).toBe(state.status === 'paid' ? 1 : 0);
      expect(count('refunded')).toBeLessThanOrEqual(count('paid'));
      expect(count('failed') + count('paid')).toBeLessThanOrEqual(1);
      expect(state.late).toBe(count('cancelled') + count('paid') === 2);
    }),
  );
});

test('money under way comes after the session was cancelled, and is late', () => {
  const { state, told } = run(['take-long', 'cancel', 'money-comes']);
  expect(state).toMatchObject({ status: 'paid', late: true, moneyDueAtMs: null });
  expect(told).toEqual(['cancelled', 'paid']);
});

test('money under way that nobody cancelled is not late', () => {
  expect(run(['take-long', 'money-comes']).state).toMatchObject({ status: 'paid', late: false });
});

test('while money is under way no other payment is taken', () => {
  for (const action of PAGE_ACTIONS) {
    expect(takeStep(run(['take-long']).state, action, TIMES)).toMatchObject({ kind: 'refused' });
  }
});

test('a session that is not open takes no payment', () => {
  for (const before of ['pay', 'decline', 'insufficient-funds', 'cancel'] as const) {
    for (const action of PAGE_ACTIONS) {
      expect(takeStep(run([before]).state, action, TIMES)).toMatchObject({ kind: 'refused' });
    }
  }
});
