/**
 * OrderBook over whatever connections there are to a MySQL database: MySQL 8, MariaDB 10.11 or
 * later (no RETURNING, no row alias: neither has both), PlanetScale. Orders settle in one READ
 * COMMITTED transaction a batch; a deadlock or a lock that takes too long runs the whole of it
 * again. A connection lost at COMMIT leaves open whether the batch is in; the caller sends it
 * again, and that is harmless. The clock of settling is the server's.
 */
import type { Random } from '../../contract/random.ts';
import { loadStatement } from '../statements.ts';
import type { OrderBook, SettleBatch } from './book.ts';
import { type MysqlConnections, matchedRows, rowsOf } from './mysql-connections.ts';
import { isDuplicateKey, isWorthRepeating } from './mysql-errors.ts';
import { type BatchKind, createMysqlExchanges } from './mysql-exchanges.ts';
import { migrateMysql } from './mysql-migrate.ts';
import { createMysqlReads } from './mysql-reads.ts';
import { createMysqlTransactions } from './mysql-transactions.ts';
import { pauseBeforeRetry } from './retry.ts';
import { flagOrNull, newSaleValues, type SaleRow, toSale } from './sale-row.ts';
import { newSettleId, settleBatch } from './settle-batch.ts';
import { runLater } from './waiting.ts';

/** How often a batch runs at most; whoever still meets a deadlock then is told so. */
const MAX_ATTEMPTS = 10;

const statement = (name: string) =>
  loadStatement(new URL(`./sql/mysql/${name}.sql`, import.meta.url));
const rollback = statement('rollback');
const insertSale = statement('insert-sale');
const changeSale = statement('change-sale');
const selectSale = statement('select-sale');
const markReleased = statement('mark-released');

/** Closes the connections with it. */
export function createBookOver(connections: MysqlConnections, random: Random): OrderBook {
  const settleOnce = (batch: SettleBatch, kind: BatchKind) =>
    connections.use(async (session) => {
      const exchanges = createMysqlExchanges(session, kind);
      const reply = await runLater(settleBatch(batch, newSettleId(random), exchanges));
      if (reply.kind === 'fenced') await session.exchange([rollback]);
      return reply;
    });

  return {
    ...createMysqlReads(connections),
    ...createMysqlTransactions(connections, random),
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
    async changeSale(saleId, { opensAtMs, closesAtMs, paused }) {
      const changes = [opensAtMs ?? null, closesAtMs ?? null, flagOrNull(paused)];
      const [changed, selected] = await connections.ask(
        [changeSale, ...changes, saleId],
        [selectSale, saleId],
      );
      if (matchedRows(changed) === 0) return undefined;
      return rowsOf<SaleRow>(selected).map(toSale)[0];
    },
    async settle(batch) {
      let kind: BatchKind = 'all-new';
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await settleOnce(batch, kind);
        } catch (error) {
          const repeated = kind === 'all-new' && isDuplicateKey(error);
          if (attempt === MAX_ATTEMPTS || !(repeated || isWorthRepeating(error))) throw error;
          if (repeated) {
            kind = 'mixed';
            continue;
          }
        }
        await pauseBeforeRetry(attempt, random);
      }
    },
    async markReleased(orderIds) {
      if (orderIds.length > 0) await connections.ask([markReleased, orderIds]);
    },
    close: () => connections.close(),
  };
}
