/**
 * Whether a refund that is asked for again is the one that was made. Its units went to the stock
 * store, to the head of the waitlist, or nowhere: the release tells the first, the results of its
 * transaction the second. Where the line took all and the results are forgotten nobody knows any
 * more; then the command counts as repeated.
 */
import type { Refusal } from '../../contract/outcomes.ts';
import { decodeResults } from '../results/result.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';

const { 'select-refund': selectRefund } = statementsBeside(import.meta.url, ['select-refund']);

interface Trace {
  /** What the stock store got. */
  units: number;
  /** Results written in the moment of the refund. */
  orders: string | null;
}

/** The order is refunded, and locked. A refusal when its units went another way. */
export function* repeatRefund(
  transaction: Transaction,
  orderId: string,
  { restock }: { restock: boolean },
): Waiting<'already' | Refusal> {
  const traces = yield* answer(transaction.rows<Trace>(selectRefund, orderId));
  const restocked = wasRestocked(orderId, traces);
  if (restocked === undefined || restocked === restock) return 'already';
  const went = restocked ? 'were put back on sale' : 'were taken out of the sale';
  return { kind: 'conflict', reason: `it is refunded, and its units ${went}` };
}

function wasRestocked(orderId: string, traces: readonly Trace[]): boolean | undefined {
  if (traces.some(({ units }) => units > 0)) return true;
  const results = traces
    .map(({ orders }) => (orders === null ? [] : decodeResults(orders)))
    .find((row) => row.some((order) => order.orderId === orderId && order.state === 'refunded'));
  // Beside it stand the orders of those who waited, if its units went to them.
  return results?.some(({ state }) => state === 'reserved');
}
