// Where a consumer may begin.
import { expect, test } from 'vitest';
import { recordsLost, startOffset } from '../../../origin/log/start-offset.ts';

const bounds = { low: 10n, high: 20n };

test('a partition never read begins at the earliest record', () => {
  expect(startOffset(undefined, bounds)).toEqual({ kind: 'start', offset: 10n });
});

test.each([10n, 15n, 20n])('the book decides as long as the log has %s', (wanted) => {
  expect(startOffset(wanted, bounds)).toEqual({ kind: 'start', offset: wanted });
});

test('what was deleted unread, or lies beyond the end, is lost', () => {
  expect(startOffset(9n, bounds)).toEqual({ kind: 'deleted' });
  expect(startOffset(21n, bounds)).toEqual({ kind: 'beyond-end' });
});

test('the error names both sides', () => {
  expect(recordsLost('sluice.orders', 3, 9n, bounds).message).toContain(
    'the book wants offset 9 of sluice.orders, partition 3, which holds 10 to 19',
  );
});
