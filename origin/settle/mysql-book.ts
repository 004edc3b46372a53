/**
 * OrderBook on MySQL 8 and MariaDB 10.11 or later (no RETURNING, no row alias: neither has both). Orders
 * settle in one READ COMMITTED transaction a batch; a deadlock or a lock that takes too long runs the
 * whole of it again. A connection lost at COMMIT leaves open whether the batch is in; the caller sends it
 * again, and that is harmless. The clock of settling is the server's.
 */
import type { Random } from '../../contract/random.ts';
import { loadStatement } from '../statements.ts';
import { pause } from '../timer.ts';
import type { BookTerms, OrderBook, PendingRelease, Sale } from './book.ts';
import { createMysqlConnections, exchange, matchedRows, rowsOf } from './mysql-connections.ts';
import { isDuplicateKey, isWorthRepeating } from './mysql-errors.ts';
import { createMysqlExchanges } from './mysql-exchanges.ts';
import { migrateMysql } from './mysql-migrate.ts';
import { type OrderRow, toBookOrder } from './order-row.ts';
import { type StateCount, toProof } from './proof.ts';
import { flagOrNull, newSaleValues, type SaleRow, toSale } from './sale-row.ts';
import { newSettleId, settleBatch } from './settle-batch.ts';
import { runLater } from './settle-exchanges.ts';

/** How often a batch runs at most; whoever still meets a deadlock then is told so. */
const MAX_ATTEMPTS = 10;
/** The first pause after a deadlock is a random part of this; doubled with each, up to the limit. */
const RETRY_BASE_MS = 5;
const RETRY_LIMIT_MS = 200;

const statement = (name: string) =>
  loadStatement(new URL(`./sql/mysql/${name}.sql`, import.meta.url));
const commit = statement('commit');
const rollback = statement('rollback');
const insertSale = statement('insert-sale');
const changeSale = statement('change-sale');
const selectSale = statement('select-sale');
const selectSales = statement('select-sales');
const selectOffsets = statement('select-offsets');
const selectOrders = statement('select-orders');
const selectOrderOfBuyer = statement('select-order-of-buyer');
const selectPendingReleases = statement('select-pending-releases');
const markReleased = statement('mark-released');
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

export interface MysqlBookOptions {
  /** `mysql://user:password@host:port/database` */
  url: string;
  random: Random;
}

export function createMysqlBook({ url, random }: MysqlBookOptions): OrderBook {
  const connections = createMysqlConnections(url);

  const settleOnce: OrderBook['settle'] = (batch) =>
    connections.use(async (connection) => {
      const exchanges = createMysqlExchanges(connection);
      const reply = await runLater(settleBatch(batch, newSettleId(random), exchanges));
      await exchange(connection, [reply.kind === 'settled' ? commit : rollback]);
      return reply;
    });

  return {
    migrate: () => migrateMysql(connections),
    async createSale(sale) {
      try {
        await connections.ask([insertSale, [newSaleValues(sale)]]);
        return 'created';
      } catch (error) {
        if (isDuplicateKey(error)) return 'exists';
        throw error;
      }
    },
    async changeSale(saleId, { opensAtMs, closesAtMs, paused, loaded }) {
      const times = [opensAtMs ?? null, closesAtMs ?? null];
      const flags = [flagOrNull(paused), flagOrNull(loaded)];
      const [changed, selected] = await connections.ask(
        [changeSale, ...times, ...flags, saleId],
        [selectSale, saleId],
      );
      if (matchedRows(changed) === 0) return undefined;
      return rowsOf<SaleRow>(selected).map(toSale)[0];
    },
    async sales(): Promise<Sale[]> {
      const [result] = await connections.ask([selectSales]);
      return rowsOf<SaleRow>(result).map(toSale);
    },
    async settle(batch) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await settleOnce(batch);
        } catch (error) {
          if (attempt === MAX_ATTEMPTS || !isWorthRepeating(error)) throw error;
        }
        await pause(random.fraction() * Math.min(RETRY_LIMIT_MS, RETRY_BASE_MS * 2 ** attempt));
      }
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
    async markReleased(orderIds) {
      if (orderIds.length > 0) await connections.ask([markReleased, orderIds]);
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
    close: () => connections.close(),
  };
}

interface Durability {
  flushLogAtCommit: number;
  logBin: number;
  syncBinlog: number;
}

function risksOf({ flushLogAtCommit, logBin, syncBinlog }: Durability): string[] {
  const risks: string[] = [];
  if (flushLogAtCommit !== 1) {
    risks.push(
      `innodb_flush_log_at_trx_commit is ${flushLogAtCommit}, not 1: a crash of the book's server ` +
        'may undo orders that were settled while the log keeps them behind its offsets',
    );
  }
  if (logBin === 1 && syncBinlog !== 1) {
    risks.push(
      `sync_binlog is ${syncBinlog}, not 1: a crash of the book's server may leave out settled ` +
        'orders from what its replicas and restores receive',
    );
  }
  return risks;
}
