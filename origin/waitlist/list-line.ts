/**
 * A page of a sale's line for its operator, in the order of joining. Whoever joins meanwhile is on
 * a page still to come; nobody is shown twice, but who leaves and joins again.
 */
import type { OperatorWaiter, WaitlistQuery } from '../../contract/operator-waitlist.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import type { LineRow } from './decide-joins.ts';

const { 'select-line-page': selectPage } = statementsBeside(import.meta.url, ['select-line-page']);

export async function listLine(
  book: OrderBook,
  saleId: string,
  { after, limit }: WaitlistQuery,
): Promise<OperatorWaiter[]> {
  const rows = await book.read<LineRow & { orderId: string | null }>(
    selectPage,
    saleId,
    after,
    limit,
  );
  return rows.map(({ number, buyerId, quantity, state, joinedAtMs, orderId }) => ({
    ...{ number, buyerId, quantity, state },
    joinedAt: new Date(joinedAtMs).toISOString(),
    ...(orderId === null ? {} : { orderId }),
  }));
}
