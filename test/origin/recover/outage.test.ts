/** When a sale goes over to being sold without its stock store, and when back. */
import { describe, expect, test } from 'vitest';
import {
  BACK_AFTER_MS,
  judgeOutage,
  nextHealth,
  type OutagePolicy,
  type OutageStep,
  type StoreHealth,
} from '../../../origin/recover/outage.ts';
import type { Sale } from '../../../origin/settle/book.ts';
import { saleOf } from '../fakes.ts';

const NOW_MS = 1_500_000;
const AFTER_MS = 5_000;

function step(
  change: Partial<Sale>,
  forMs: number,
  given: Partial<OutagePolicy & StoreHealth> = {},
) {
  const sale = saleOf({ opensAtMs: 0, closesAtMs: NOW_MS + 1, ...change });
  const health = { answers: false, sinceMs: NOW_MS - forMs, lookedAtMs: NOW_MS, ...given };
  return judgeOutage(sale, health, { draws: true, afterMs: AFTER_MS, nowMs: NOW_MS, ...given });
}

describe('an open sale whose store is silent', () => {
  test.each<[string, Partial<Sale>, number, OutageStep]>([
    ['goes on waiting for a while', {}, AFTER_MS - 1, 'nothing'],
    ['is then sold by the log', {}, AFTER_MS, 'begin'],
    ['so it is when it was recovering', { loaded: false, recovering: true }, AFTER_MS, 'begin'],
    ['not when it never had stock', { loaded: false }, AFTER_MS, 'nothing'],
    ['not while it is paused', { paused: true }, AFTER_MS, 'nothing'],
    ['not before it opens', { opensAtMs: NOW_MS + 1 }, AFTER_MS, 'nothing'],
    ['not once it is over', { closesAtMs: NOW_MS }, AFTER_MS, 'nothing'],
  ])('%s', (_, change, forMs, expected) => {
    expect(step(change, forMs)).toBe(expected);
  });

  test('waits for ever unless a draw was asked for', () => {
    expect(step({}, 10 * AFTER_MS, { draws: false })).toBe('nothing');
  });
});

describe('a sale that is sold by the log', () => {
  const log = { soldBy: 'log' } as const;

  test('is opened first, also when draws were switched off meanwhile', () => {
    expect(step({ ...log, loaded: false, recovering: true }, 0, { draws: false })).toBe('open');
    expect(step(log, AFTER_MS)).toBe('nothing');
  });

  test.each([
    ['loaded', { loaded: true }],
    ['not open yet', { loaded: false, recovering: true }],
    ['paused', { paused: true }],
    ['over', { closesAtMs: NOW_MS }],
  ])('goes back to a store that answers for a moment: %s', (_, change) => {
    expect(step({ ...log, ...change }, BACK_AFTER_MS - 1, { answers: true })).toBe('nothing');
    expect(step({ ...log, ...change }, BACK_AFTER_MS, { answers: true })).toBe('end');
  });
});

describe('what is known of the store', () => {
  const silent = { answers: false, sinceMs: 1_000, lookedAtMs: 3_000 };

  test('its silence begins with the first question that it did not answer', () => {
    const look = { answers: false, askedAtMs: 1_000, nowMs: 3_000 };
    expect(nextHealth(undefined, look)).toEqual(silent);
    const next = { answers: false, askedAtMs: 3_500, nowMs: 5_500 };
    expect(nextHealth(silent, next)).toEqual({ ...silent, lookedAtMs: 5_500 });
  });

  test('one answer ends it', () => {
    const look = { answers: true, askedAtMs: 3_500, nowMs: 3_501 };
    expect(nextHealth(silent, look)).toEqual({ answers: true, sinceMs: 3_500, lookedAtMs: 3_501 });
  });

  test('who has not looked for long does not know how long it was so', () => {
    const look = { answers: false, askedAtMs: 13_001, nowMs: 13_002 };
    expect(nextHealth(silent, look)).toMatchObject({ sinceMs: 13_001 });
  });
});
