/**
 * What a click is told of its new order once that was appended. A log that settles at once has said
 * what became of it, and then the book's word is the answer, as it would be to the same click
 * repeated.
 */
import type { Outcome } from '../../contract/outcomes.ts';
import type { AppendResult } from '../log/appender.ts';
import { bookOrderView } from './order-view.ts';
import { type Placed, repeated } from './placed.ts';

/**
 * `state` is what a log promises that settles later. Undefined while nothing is promised: the
 * result is undefined when the append took too long.
 */
export function outcomeOfAppend(
  placed: Placed,
  result: AppendResult | undefined,
  state: 'queued' | 'entered',
): Outcome | undefined {
  const { buyerId: _, ...view } = placed;
  switch (result) {
    case undefined:
    case 'left-to-relay':
      return undefined;
    case 'durable':
      return { kind: 'accepted', order: { ...view, state } };
    case 'held':
      return { kind: 'accepted', order: { ...view, state: 'queued', held: true } };
  }
  const told = repeated(placed, bookOrderView(result));
  return told.kind === 'order' && told.order.state === 'reserved'
    ? { kind: 'accepted', order: told.order }
    : told;
}
