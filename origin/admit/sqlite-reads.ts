/** What is read of the embedded stock ledger: from its rows to the port's values. */
import type { StockStatements } from './sqlite-stock-statements.ts';
import { ONLY_BUCKET, type StockLedger } from './stock.ts';

/** Live orders in one page: a millisecond of the only thread. */
const HOLDINGS_PAGE = 1_000;

export function createSqliteReads(
  statements: StockStatements,
): Pick<StockLedger, 'find' | 'holdings' | 'pending' | 'terms'> {
  return {
    async find(saleId, buyerId) {
      const row = statements.selectHolding(saleId, buyerId);
      if (row === undefined) return undefined;
      return { orderId: row.order_id, quantity: row.quantity, accepting: row.accepting === 1 };
    },
    async holdings({ saleId, cursor }) {
      const rows = statements.selectHoldings(saleId, cursor, HOLDINGS_PAGE);
      const holdings = rows.map((row) => ({
        buyerId: row.buyer_id,
        orderId: row.order_id,
        quantity: row.quantity,
      }));
      return { holdings, next: rows.length < HOLDINGS_PAGE ? undefined : rows.at(-1)?.buyer_id };
    },
    async pending({ saleId, beforeMs, limit }) {
      return statements.selectPending(saleId, beforeMs, limit).map((row) => ({
        saleId,
        epoch: row.epoch,
        bucket: ONLY_BUCKET,
        orderId: row.order_id,
        buyerId: row.buyer_id,
        quantity: row.quantity,
        seq: row.seq,
        reservedAtMs: row.reserved_at_ms,
      }));
    },
    async terms(saleId) {
      const state = statements.selectState(saleId);
      if (state === undefined) return undefined;
      const { epoch, stock, taken, seq } = state;
      return {
        epoch: Math.abs(epoch),
        frozen: epoch < 0,
        // One file, one process: nothing is ever put in its place while it runs.
        lineage: 'same',
        stock,
        takenUnits: taken,
        seq,
        outbox: statements.countOutbox(saleId),
      };
    },
  };
}
