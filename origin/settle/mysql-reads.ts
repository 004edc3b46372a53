/**
 * What the book on MySQL or MariaDB answers without changing anything: each one exchange, on
 * whichever connection is free. Terms are of one view of the data; the two counts of a proof are
 * not, so a proof is judged while the sale is still.
 */
import { loadStatement } from '../statements.ts';
import type { BookTerms, OrderBook, PendingRelease } from './book.ts';
import { type MysqlConnections, rowsOf } from './mysql-connections.ts';
import { type Durability, risksOf } from './mysql-risks.ts';
import { type OrderRow, toBookOrder } from './order-row.ts';
import { type StateCount, toProof } from './proof.ts';
import { type SaleRow, toSale } from './sale-row.ts';

const statement = (name: string) =>
  loadStatement(new URL(`./sql/mysql/${name}.sql`, import.meta.url));
const selectSales = statement('select-sales');
const selectOffsets = statement('select-offsets');
const selectOrders = statement('select-orders');
const selectOrderOfBuyer = statement('select-order-of-buyer');
const selectPendingReleases = statement('select-pending-releases');
const selectTerms = statement('select-terms');
const countOrders = statement('count-orders');
const countBuyersTwice = statement('count-buyers-twice');
const ping = statement('ping');
const selectDurability = statement('select-durability');

interface OffsetRow {
  partition: number;
  /** Text beyond what a number holds exactly. */
  nextOffset: number | string;
}

export function createMysqlReads(connections: MysqlConnections) {
  return {
    async sales() {
      const [result] = await connections.ask([selectSales]);
      return rowsOf<SaleRow>(result).map(toSale);
    },
    async offsets(log) {
      const [result] = await connections.ask([selectOffsets, log]);
      const rows = rowsOf<OffsetRow>(result);
      return new Map(rows.map((row) => [row.partition, BigInt(row.nextOffset)]));
    },
    async order(orderId) {
      const [result] = await connections.ask([selectOrders, [orderId]]);
      return rowsOf<OrderRow>(result).map(toBookOrder)[0];
    },
    async orderOf(saleId, buyerId) {
      const [result] = await connections.ask([selectOrderOfBuyer, saleId, buyerId]);
      return rowsOf<OrderRow>(result).map(toBookOrder)[0];
    },
    async pendingReleases(limit) {
      const [result] = await connections.ask([selectPendingReleases, limit]);
      return rowsOf<PendingRelease>(result);
    },
    async terms(saleId) {
      const [result] = await connections.ask([selectTerms, saleId]);
      return rowsOf<BookTerms>(result)[0];
    },
    async proof(saleId) {
      const parts = await connections.ask([countOrders, saleId], [countBuyersTwice, saleId]);
      const twice = rowsOf<{ buyers: number }>(parts[1])[0]?.buyers ?? 0;
      return toProof(rowsOf<StateCount>(parts[0]), twice);
    },
    async ping() {
      await connections.ask([ping]);
    },
    async risks() {
      const [result] = await connections.ask([selectDurability]);
      return rowsOf<Durability>(result).flatMap(risksOf);
    },
  } satisfies Partial<OrderBook>;
}
