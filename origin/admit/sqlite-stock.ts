/**
 * StockLedger on the embedded database, the same step by step as the one on Redis (a test holds
 * them equal). A reservation is on disk, by group commit, before its verdict is given, so nothing
 * of it is lost with the process. A group commits within one turn, so a read never sees a part of
 * one.
 */
import type { EmbeddedDatabase } from '../embedded.ts';
import { prepareStockStatements, type StockStatements } from './sqlite-stock-statements.ts';
import {
  type HoldCall,
  ONLY_BUCKET,
  type ReleaseCall,
  type ReserveCall,
  type ReserveReply,
  type ReserveRequest,
  type ReserveVerdict,
  type StockLedger,
} from './stock.ts';
import { checkHold, checkLoad, checkRelease, checkReserve } from './stock-arguments.ts';

/** Makes its tables itself; they are named `stock_*`. */
export function createSqliteStock(database: EmbeddedDatabase): StockLedger {
  const statements = prepareStockStatements(database.raw);

  return {
    async load(sale) {
      checkLoad(sale);
      return database.write(() => load(statements, sale));
    },
    async reserve(call) {
      checkReserve(call);
      return database.write(() => reserve(statements, call));
    },
    async confirm(saleId, orderIds) {
      if (orderIds.length === 0) return;
      await database.write(() => {
        for (const orderId of orderIds) statements.deleteOutbox.run(saleId, orderId);
      });
    },
    async find(saleId, buyerId) {
      const row = statements.selectHolding(saleId, buyerId);
      if (row === undefined) return undefined;
      return { orderId: row.order_id, quantity: row.quantity, accepting: row.accepting === 1 };
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
    async release(call) {
      checkRelease(call);
      return database.write(() => release(statements, call));
    },
    async hold(call) {
      checkHold(call);
      return database.write(() => hold(statements, call));
    },
    async terms(saleId) {
      const state = statements.selectState(saleId);
      if (state === undefined) return undefined;
      const { epoch, stock, taken, seq } = state;
      return { epoch, stock, takenUnits: taken, seq, outbox: statements.countOutbox(saleId) };
    },
    async ping() {
      if (!database.raw.isOpen) throw new Error('the embedded database is closed');
    },
    // The settings are this program's own: WAL, synchronous=FULL, one process.
    risks: async () => [],
    // The database belongs to whoever opened it.
    close: async () => {},
  };
}

function load(
  statements: StockStatements,
  sale: { saleId: string; epoch: number; units: number },
): 'loaded' | 'newer' {
  const state = statements.selectState(sale.saleId);
  if (state?.epoch === sale.epoch) return 'loaded';
  if (state !== undefined && state.epoch > sale.epoch) return 'newer';
  statements.replaceState.run(sale.saleId, sale.epoch, sale.units);
  statements.deleteBuyers.run(sale.saleId);
  statements.deleteReleased.run(sale.saleId);
  return 'loaded';
}

function reserve(statements: StockStatements, call: ReserveCall): ReserveReply {
  const state = statements.selectState(call.saleId);
  if (state === undefined || state.epoch !== call.epoch) return { kind: 'recovering' };
  const left = { stock: state.stock, taken: state.taken, seq: state.seq };
  const verdicts = call.requests.map((request) => judge(statements, call, request, left));
  if (left.seq > state.seq) {
    statements.updateState.run(left.stock, left.taken, left.seq, call.saleId);
  }
  return { kind: 'done', verdicts, stockLeft: left.stock };
}

/** One request; takes its units from `left`. */
function judge(
  statements: StockStatements,
  call: ReserveCall,
  request: ReserveRequest,
  left: { stock: number; taken: number; seq: number },
): ReserveVerdict {
  const { saleId, epoch, nowMs } = call;
  const { orderId, buyerId, quantity } = request;
  if (statements.wasReleased(saleId, orderId)) return { kind: 'resolved' };
  const held = statements.selectHolding(saleId, buyerId);
  if (held !== undefined) {
    const accepting = held.accepting === 1;
    return { kind: 'held', orderId: held.order_id, quantity: held.quantity, accepting };
  }
  if (quantity > left.stock) return { kind: 'sold-out' };
  left.stock -= quantity;
  left.taken += quantity;
  left.seq += 1;
  statements.insertBuyer.run(saleId, buyerId, orderId, quantity);
  statements.replaceOutbox.run(saleId, orderId, epoch, left.seq, nowMs, quantity, buyerId);
  return { kind: 'reserved', seq: left.seq };
}

function release(
  statements: StockStatements,
  call: ReleaseCall,
): 'applied' | 'already' | 'other-epoch' {
  const { saleId, orderId, buyerId, units } = call;
  if (statements.selectState(saleId)?.epoch !== call.epoch) return 'other-epoch';
  if (statements.insertReleased.run(saleId, orderId).changes === 0) return 'already';
  statements.deleteBuyer.run(saleId, buyerId, orderId);
  statements.deleteOutbox.run(saleId, orderId);
  statements.addStock.run(units, saleId);
  return 'applied';
}

function hold(statements: StockStatements, call: HoldCall): 'applied' | 'already' | 'other-epoch' {
  const { saleId, orderId, buyerId, quantity } = call;
  if (statements.selectState(saleId)?.epoch !== call.epoch) return 'other-epoch';
  if (statements.wasReleased(saleId, orderId)) return 'already';
  const held = statements.selectHolding(saleId, buyerId);
  if (held?.order_id === orderId && held.quantity === quantity) return 'already';
  statements.replaceBuyer.run(saleId, buyerId, orderId, quantity);
  return 'applied';
}
