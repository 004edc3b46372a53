/**
 * The SQL of the embedded stock ledger, prepared once, with the shape of each row. The tables are
 * STRICT, so a row has the types that are written here.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { loadStatement } from '../statements.ts';

export interface StateRow {
  /** Negative while the sale is frozen at this epoch. */
  epoch: number;
  stock: number;
  taken: number;
  seq: number;
}

interface HeldRow {
  buyer_id: string;
  order_id: string;
  quantity: number;
}

export interface HoldingRow {
  order_id: string;
  quantity: number;
  /** 0 or 1. */
  accepting: number;
}

export interface PendingRow {
  epoch: number;
  seq: number;
  reserved_at_ms: number;
  order_id: string;
  quantity: number;
  buyer_id: string;
}

const TABLES = [
  loadStatement(new URL('./sql/create-state.sql', import.meta.url)),
  loadStatement(new URL('./sql/create-buyers.sql', import.meta.url)),
  loadStatement(new URL('./sql/create-outbox.sql', import.meta.url)),
  loadStatement(new URL('./sql/create-released.sql', import.meta.url)),
  loadStatement(new URL('./sql/create-frozen.sql', import.meta.url)),
];

const SQL = {
  addStock: loadStatement(new URL('./sql/add-stock.sql', import.meta.url)),
  countOutbox: loadStatement(new URL('./sql/count-outbox.sql', import.meta.url)),
  deleteBuyer: loadStatement(new URL('./sql/delete-buyer.sql', import.meta.url)),
  deleteBuyers: loadStatement(new URL('./sql/delete-buyers.sql', import.meta.url)),
  deleteOutbox: loadStatement(new URL('./sql/delete-outbox.sql', import.meta.url)),
  deleteReleased: loadStatement(new URL('./sql/delete-released.sql', import.meta.url)),
  insertBuyer: loadStatement(new URL('./sql/insert-buyer.sql', import.meta.url)),
  insertReleased: loadStatement(new URL('./sql/insert-released.sql', import.meta.url)),
  replaceBuyer: loadStatement(new URL('./sql/replace-buyer.sql', import.meta.url)),
  replaceFrozen: loadStatement(new URL('./sql/replace-frozen.sql', import.meta.url)),
  replaceOutbox: loadStatement(new URL('./sql/replace-outbox.sql', import.meta.url)),
  replaceState: loadStatement(new URL('./sql/replace-state.sql', import.meta.url)),
  selectFrozen: loadStatement(new URL('./sql/select-frozen.sql', import.meta.url)),
  selectHolding: loadStatement(new URL('./sql/select-holding.sql', import.meta.url)),
  selectHoldings: loadStatement(new URL('./sql/select-holdings.sql', import.meta.url)),
  selectPending: loadStatement(new URL('./sql/select-pending.sql', import.meta.url)),
  selectReleased: loadStatement(new URL('./sql/select-released.sql', import.meta.url)),
  selectState: loadStatement(new URL('./sql/select-state.sql', import.meta.url)),
  updateState: loadStatement(new URL('./sql/update-state.sql', import.meta.url)),
};

export type StockStatements = ReturnType<typeof prepareStockStatements>;

/** Makes the tables that are missing, then prepares all statements. */
export function prepareStockStatements(raw: DatabaseSync) {
  for (const table of TABLES) raw.exec(table);
  const selectState = raw.prepare(SQL.selectState);
  const selectFrozen = raw.prepare(SQL.selectFrozen);
  const selectHolding = raw.prepare(SQL.selectHolding);
  const selectHoldings = raw.prepare(SQL.selectHoldings);
  const selectPending = raw.prepare(SQL.selectPending);
  const selectReleased = raw.prepare(SQL.selectReleased);
  const countOutbox = raw.prepare(SQL.countOutbox);
  return {
    addStock: raw.prepare(SQL.addStock),
    deleteBuyer: raw.prepare(SQL.deleteBuyer),
    deleteBuyers: raw.prepare(SQL.deleteBuyers),
    deleteOutbox: raw.prepare(SQL.deleteOutbox),
    deleteReleased: raw.prepare(SQL.deleteReleased),
    insertBuyer: raw.prepare(SQL.insertBuyer),
    insertReleased: raw.prepare(SQL.insertReleased),
    replaceBuyer: raw.prepare(SQL.replaceBuyer),
    replaceFrozen: raw.prepare(SQL.replaceFrozen),
    replaceOutbox: raw.prepare(SQL.replaceOutbox),
    replaceState: raw.prepare(SQL.replaceState),
    updateState: raw.prepare(SQL.updateState),
    selectState: (saleId: string) => rowOf<StateRow>(selectState, saleId),
    frozenBy: (saleId: string) => rowOf<{ token: string }>(selectFrozen, saleId)?.token,
    selectHolding: (saleId: string, buyerId: string) =>
      rowOf<HoldingRow>(selectHolding, saleId, buyerId),
    selectHoldings: (saleId: string, after: string, limit: number) =>
      selectHoldings.all(saleId, after, limit) as unknown as HeldRow[],
    selectPending: (saleId: string, beforeMs: number, limit: number) =>
      selectPending.all(saleId, beforeMs, limit) as unknown as PendingRow[],
    wasReleased: (saleId: string, orderId: string) =>
      selectReleased.get(saleId, orderId) !== undefined,
    countOutbox: (saleId: string) => rowOf<{ entries: number }>(countOutbox, saleId)?.entries ?? 0,
  };
}

function rowOf<Row>(statement: StatementSync, ...parameters: SQLInputValue[]): Row | undefined {
  return statement.get(...parameters) as unknown as Row | undefined;
}
