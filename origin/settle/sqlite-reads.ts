/**
 * What the embedded book answers without changing anything. Reads see all that a group commit wrote
 * and nothing half done, since a group runs within one turn of the event loop.
 */
import type { BookTerms, OrderBook, PendingRelease } from './book.ts';
import { type OrderRow, toBookOrder } from './order-row.ts';
import { type StateCount, toProof } from './proof.ts';
import { type SaleRow, toSale } from './sale-row.ts';
import type { BookStatements } from './sqlite-statements.ts';

export function createSqliteReads(sql: BookStatements) {
  return {
    sales: async () => (sql('select-sales').all() as unknown as SaleRow[]).map(toSale),
    async offsets(log) {
      const rows = sql('select-offsets').all(log);
      return new Map(rows.map((row) => [Number(row.partition), BigInt(row.nextOffset as bigint)]));
    },
    async order(orderId) {
      const row = sql('select-order').get(orderId);
      return row === undefined ? undefined : toBookOrder(row as unknown as OrderRow);
    },
    async orderOf(saleId, buyerId) {
      const row = sql('select-order-of-buyer').get(saleId, buyerId);
      return row === undefined ? undefined : toBookOrder(row as unknown as OrderRow);
    },
    pendingReleases: async (limit) =>
      sql('select-pending-releases')
        .all(limit)
        .map((row) => ({ ...row }) as unknown as PendingRelease),
    async terms(saleId) {
      const row = sql('select-terms').get(saleId);
      return row === undefined ? undefined : ({ ...row } as unknown as BookTerms);
    },
    async proof(saleId) {
      const counts = sql('count-orders').all(saleId) as unknown as StateCount[];
      return toProof(counts, Number(sql('count-buyers-twice').get(saleId)?.buyers));
    },
    async ping() {
      sql('ping').get();
    },
    // The embedded database sets synchronous=FULL itself and lets no second process in.
    risks: async () => [],
  } satisfies Partial<OrderBook>;
}
