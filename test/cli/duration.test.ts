/** Durations as people type them. */
import { expect, test } from 'vitest';
import { parseDurationMs } from '../../cli/duration.ts';

test.each([
  ['0s', 0],
  ['500ms', 500],
  ['15s', 15_000],
  ['1.5s', 1_500],
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['7d', 604_800_000],
])('%s is %i ms', (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms);
});

test.each(['', '5', 's', '5 s', '-5s', '5S', '1e3s', '5sec', '1h30m', '.5s', '5.s', '5ss'])(
  '"%s" is none',
  (text) => {
    expect(parseDurationMs(text)).toBeUndefined();
  },
);
