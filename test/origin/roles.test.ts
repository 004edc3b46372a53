/** How often the roles look at the book. */
import { expect, test } from 'vitest';
import { paceOf } from '../../origin/roles.ts';

test.each([
  ['sqlite:', 25, 25],
  ['mysql://user:password@host/sluice', 25, 25],
  ['https://user:password@host', 25, 500],
  ['http://user:password@127.0.0.1:1', 500, 500],
  ['https://user:password@host', 5_000, 5_000],
])('%s every %i ms: %i ms', (bookUrl, everyMs, paceMs) => {
  expect(paceOf(bookUrl, everyMs)).toBe(paceMs);
});
