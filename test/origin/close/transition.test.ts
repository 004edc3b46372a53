/**
 * The state machine of orders: no sequence of events gives an order two resolutions.
 * `SEED=<number>` replays a run.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextState, type OrderEvent } from '../../../origin/close/transition.ts';
import type { BookOrder } from '../../../origin/settle/book.ts';

type State = BookOrder['state'];

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const EVENTS: readonly OrderEvent[] = ['pay', 'expire', 'cancel', 'refund'];
const STATES: readonly State[] = [
  'reserved',
  'paid',
  'expired',
  'cancelled',
  'refunded',
  'rejected',
];
const RESOLVED: readonly State[] = ['expired', 'cancelled', 'refunded', 'rejected'];

test.each<[State, OrderEvent, State]>([
  ['reserved', 'pay', 'paid'],
  ['reserved', 'expire', 'expired'],
  ['reserved', 'cancel', 'cancelled'],
  ['paid', 'refund', 'refunded'],
])('%s, %s: %s', (state, event, next) => {
  expect(nextState(state, event)).toBe(next);
});

test('no other step exists', () => {
  const steps = STATES.flatMap((state) => EVENTS.map((event) => nextState(state, event)));
  expect(steps.filter((next) => next !== undefined)).toHaveLength(4);
});

describe('whatever happens to an order', () => {
  test(`it is resolved once, and paid once (SEED=${SEED})`, () => {
    const histories = fc.array(fc.constantFrom(...EVENTS), { maxLength: 20 });
    const holds = fc.property(fc.constantFrom(...STATES), histories, (first, events) => {
      const path = [first];
      for (const event of events) {
        const next = nextState(path.at(-1) ?? first, event);
        if (next !== undefined) path.push(next);
      }
      const steps = path.slice(1);
      expect(path.slice(0, -1).filter((state) => RESOLVED.includes(state))).toEqual([]);
      expect(steps.filter((state) => state === 'paid').length).toBeLessThanOrEqual(1);
      expect(steps.length).toBeLessThanOrEqual(2);
      if (path.at(-1) === 'refunded' && first !== 'refunded') expect(path).toContain('paid');
    });
    fc.assert(holds, { seed: SEED, numRuns: 2_000 });
  });
});
