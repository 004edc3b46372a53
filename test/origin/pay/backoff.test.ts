/** When a provider is asked again. */
import { expect, test } from 'vitest';
import { askAgainInMs } from '../../../origin/pay/backoff.ts';
import { evenRandom } from '../fakes.ts';

const first = { ...evenRandom, fraction: () => 0 };
const last = { ...evenRandom, fraction: () => 0.999_999_999 };

test('a provider that is away is asked again soon, at the latest every minute', () => {
  const delays = [0, 1, 2, 3, 10, 1_000].map((tries) => askAgainInMs('away', tries, last));
  expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 60_000, 60_000]);
});

test('an open session is polled after half a minute, later every five minutes', () => {
  const delays = [0, 1, 2, 3, 4, 1_000].map((tries) => askAgainInMs('poll', tries, last));
  expect(delays).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
});

test('jitter takes away up to half', () => {
  expect(askAgainInMs('away', 0, first)).toBe(500);
  expect(askAgainInMs('poll', 0, evenRandom)).toBe(22_500);
  expect(askAgainInMs('refused', 0, first)).toBe(150_000);
});
