/** How a letter ended is what its orders' rows say; only where they say nothing is it the wish. */
import { describe, expect, test } from 'vitest';
import { judgeLetter } from '../../../origin/dead-letters/judge-letter.ts';
import type { BookOrder } from '../../../origin/settle/book.ts';

type Row = Pick<BookOrder, 'state' | 'reason'>;
const reserved: Row = { state: 'reserved', reason: undefined };
const rejected = (reason: NonNullable<Row['reason']>): Row => ({ state: 'rejected', reason });

describe.each(['replayed', 'discarded'] as const)('wanted: %s', (wanted) => {
  test.each<[string, Row[], string]>([
    ['reserved', [reserved], 'replayed'],
    ['cancelled later', [{ state: 'cancelled', reason: undefined }], 'replayed'],
    ['sold out', [rejected('sold-out')], 'replayed'],
    ['a duplicate', [rejected('duplicate')], 'replayed'],
    ['cancelled by its buyer before', [rejected('cancelled')], 'replayed'],
    ['poison', [rejected('poison')], 'discarded'],
    ['poison, and another reserved', [rejected('poison'), reserved], 'replayed'],
    ['poison, and another too late', [rejected('recovered'), rejected('poison')], 'discarded'],
    ['too late for its epoch', [rejected('recovered')], wanted],
    ['not in the book', [], wanted],
  ])('an order that is %s', (_name, orders, end) => {
    expect(judgeLetter(wanted, orders)).toBe(end);
  });
});
