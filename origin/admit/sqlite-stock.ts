/**
 * StockLedger on the embedded database, the same step by step as the one on Redis (a test holds
 * them equal). A reservation is on disk, by group commit, before its verdict is given, so nothing
 * of it is lost with the process. A group commits within one turn, so a read never sees a part of
 * one.
 */
import type { EmbeddedDatabase } from '../embedded.ts';
import { createSqliteReads } from './sqlite-reads.ts';
import { createSqliteRecovery } from './sqlite-recovery.ts';
import { prepareStockStatements, type StockStatements } from './sqlite-stock-statements.ts';
import type {
  DeliveryReply,
  HoldCall,
  ReleaseCall,
  ReserveCall,
  ReserveReply,
  ReserveRequest,
  ReserveVerdict,
  StockLedger,
} from './stock.ts';
import { checkHold, checkRelease, checkReserve } from './stock-arguments.ts';

/** Makes its tables itself; they are named `stock_*`. */
export function createSqliteStock(database: EmbeddedDatabase): StockLedger {
  const statements = prepareStockStatements(database.raw);

  return {
    ...createSqliteRecovery(database, statements),
    ...createSqliteReads(statements),
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
    async release(call) {
      checkRelease(call);
      return database.write(() => release(statements, call));
    },
    async hold(call) {
      checkHold(call);
      return database.write(() => hold(statements, call));
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

function release(statements: StockStatements, call: ReleaseCall): DeliveryReply {
  const { saleId, orderId, buyerId, units } = call;
  const held = statements.selectState(saleId)?.epoch ?? 0;
  if (held !== call.epoch) {
    if (Math.abs(held) < call.epoch || held === -call.epoch) return 'recovering';
    // A click that is repeated must not begin the order again.
    statements.insertReleased.run(saleId, orderId);
    return 'newer';
  }
  if (statements.insertReleased.run(saleId, orderId).changes === 0) return 'already';
  statements.deleteBuyer.run(saleId, buyerId, orderId);
  statements.deleteOutbox.run(saleId, orderId);
  statements.addStock.run(units, saleId);
  return 'applied';
}

function hold(statements: StockStatements, call: HoldCall): DeliveryReply {
  const { saleId, orderId, buyerId, quantity } = call;
  const state = statements.selectState(saleId)?.epoch ?? 0;
  if (state !== call.epoch) return Math.abs(state) > call.epoch ? 'newer' : 'recovering';
  if (statements.wasReleased(saleId, orderId)) return 'already';
  const held = statements.selectHolding(saleId, buyerId);
  if (held?.order_id === orderId && held.quantity === quantity) return 'already';
  statements.replaceBuyer.run(saleId, buyerId, orderId, quantity);
  return 'applied';
}
