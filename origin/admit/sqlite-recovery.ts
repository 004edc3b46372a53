/**
 * What a recovery asks of the embedded stock ledger: freeze, fill, load. A frozen sale's epoch is
 * written as a negative number, so that it equals no epoch that anybody asks for.
 */
import type { EmbeddedDatabase } from '../embedded.ts';
import type { StockStatements } from './sqlite-stock-statements.ts';
import type { FillCall, FreezeCall, LoadCall, LoadReply, StockLedger } from './stock.ts';
import { checkFill, checkFreeze, checkLoad } from './stock-arguments.ts';

export function createSqliteRecovery(
  database: EmbeddedDatabase,
  statements: StockStatements,
): Pick<StockLedger, 'load' | 'freeze' | 'fill'> {
  return {
    async load(call) {
      checkLoad(call);
      return database.write(() => load(statements, call));
    },
    async freeze(call) {
      checkFreeze(call);
      return database.write(() => freeze(statements, call));
    },
    async fill(call) {
      checkFill(call);
      return database.write(() => fill(statements, call));
    },
  };
}

function load(statements: StockStatements, call: LoadCall): LoadReply {
  const { saleId, epoch, units, token } = call;
  const held = statements.selectState(saleId)?.epoch ?? 0;
  if (held === epoch) return 'loaded';
  if (Math.abs(held) > epoch) return 'newer';
  const frozenBy = held === -epoch ? statements.frozenBy(saleId) : undefined;
  if (frozenBy !== token) return 'lost';
  statements.replaceState.run(saleId, epoch, units);
  if (frozenBy === undefined) forget(statements, saleId);
  return 'loaded';
}

function freeze(statements: StockStatements, call: FreezeCall): 'frozen' | 'loaded' | 'newer' {
  const { saleId, epoch, token } = call;
  const held = statements.selectState(saleId)?.epoch ?? 0;
  if (held === epoch) return 'loaded';
  if (Math.abs(held) > epoch) return 'newer';
  if (held === -epoch && statements.frozenBy(saleId) === token) return 'frozen';
  statements.replaceState.run(saleId, -epoch, 0);
  statements.replaceFrozen.run(saleId, token);
  forget(statements, saleId);
  return 'frozen';
}

function forget(statements: StockStatements, saleId: string): void {
  statements.deleteBuyers.run(saleId);
  statements.deleteReleased.run(saleId);
}

function fill(statements: StockStatements, call: FillCall): 'filled' | 'lost' {
  const { saleId, epoch, token, holdings, releasedIds } = call;
  if (statements.selectState(saleId)?.epoch !== -epoch) return 'lost';
  if (statements.frozenBy(saleId) !== token) return 'lost';
  for (const { buyerId, orderId, quantity } of holdings) {
    statements.replaceBuyer.run(saleId, buyerId, orderId, quantity);
  }
  for (const orderId of releasedIds) statements.insertReleased.run(saleId, orderId);
  return 'filled';
}
