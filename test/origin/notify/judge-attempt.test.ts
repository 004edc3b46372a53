/** What becomes of a notice after an attempt. */
import { describe, expect, test } from 'vitest';
import type { Random } from '../../../contract/random.ts';
import {
  GIVE_UP_AFTER_MS,
  judgeAttempt,
  retryAfterMs,
} from '../../../origin/notify/judge-attempt.ts';

const chance = (fraction: number): Random => ({
  fraction: () => fraction,
  bytes: (count) => new Uint8Array(count),
});
const FAILED = { kind: 'failed', error: 'status 500' } as const;
const DAY_MS = 86_400_000;

describe('an attempt that failed', () => {
  test.each([
    [0, 2_500, 5_000],
    [1, 5_000, 10_000],
    [9, 1_280_000, 2_560_000],
    [10, 1_800_000, 3_600_000],
    [5_000, 1_800_000, 3_600_000],
  ])('after %i others is made again in %i to %i ms', (tries, least, most) => {
    const dueWith = (fraction: number) =>
      judgeAttempt(FAILED, { tries, createdAtMs: 0 }, 1_000, chance(fraction));
    expect(dueWith(0)).toEqual({ kind: 'again', dueAtMs: 1_000 + least, error: 'status 500' });
    expect(dueWith(1)).toMatchObject({ dueAtMs: 1_000 + most });
  });

  test('leaves the shop alone as long as it asks', () => {
    const asked = (ms: number) =>
      judgeAttempt({ ...FAILED, retryAfterMs: ms }, { tries: 0, createdAtMs: 0 }, 1_000, chance(1));
    expect(asked(60_000)).toMatchObject({ kind: 'again', dueAtMs: 61_000 });
    expect(asked(100), 'no sooner than the backoff').toMatchObject({ dueAtMs: 6_000 });
    const forever = asked(365 * DAY_MS);
    expect(forever, 'and one last attempt').toMatchObject({ dueAtMs: GIVE_UP_AFTER_MS });
  });

  test('is the last one three days after the notice was made', () => {
    expect(GIVE_UP_AFTER_MS).toBe(3 * DAY_MS);
    const at = (nowMs: number) =>
      judgeAttempt(FAILED, { tries: 80, createdAtMs: 500 }, nowMs, chance(1));
    const giveUpAtMs = 500 + GIVE_UP_AFTER_MS;
    expect(at(giveUpAtMs - 1)).toMatchObject({ kind: 'again', dueAtMs: giveUpAtMs });
    expect(at(giveUpAtMs)).toEqual({ kind: 'dead', error: 'status 500' });
  });

  test('says no more than the book can keep', () => {
    const attempt = { kind: 'failed', error: 'x'.repeat(5_000) } as const;
    const verdict = judgeAttempt(attempt, { tries: 0, createdAtMs: 0 }, 1, chance(0));
    expect(verdict).toMatchObject({ error: 'x'.repeat(200) });
  });
});

test('a delivery is one, however late', () => {
  const verdict = judgeAttempt(
    { kind: 'delivered' },
    { tries: 9, createdAtMs: 0 },
    10 * GIVE_UP_AFTER_MS,
    chance(0),
  );
  expect(verdict).toEqual({ kind: 'delivered' });
});

test.each<[string | null, number | undefined]>([
  [null, undefined],
  ['120', 120_000],
  ['0', 0],
  ['Sun, 22 Nov 2026 04:00:30 GMT', 30_000],
  ['Sun, 22 Nov 2026 03:00:00 GMT', 0],
  ['-1', undefined],
  ['soon', undefined],
  ['', undefined],
  ['99999999999', undefined],
])('Retry-After: %s', (header, expected) => {
  expect(retryAfterMs(header, Date.parse('2026-11-22T04:00:00.000Z'))).toBe(expected);
});
