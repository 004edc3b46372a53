/**
 * LeaderboardStore on the embedded database, the same as the one on Redis (a test holds them
 * equal). It lies in the file of the book, so it is lost with the book only. A batch is one
 * member of a group commit, all of it or nothing.
 */
import type { SQLInputValue } from 'node:sqlite';
import type { EmbeddedDatabase } from '../embedded.ts';
import { loadStatement } from '../statements.ts';
import {
  type BoardBatch,
  type CurvePoint,
  checkBatch,
  type LeaderboardStore,
  type RankedBuyer,
} from './board.ts';

const read = (name: string) => loadStatement(new URL(`./sql/${name}.sql`, import.meta.url));
const TABLES = [read('create-cursors'), read('create-ranks'), read('create-curve')];
const SQL = {
  selectCursor: read('select-cursor'),
  replaceCursor: read('replace-cursor'),
  replaceRank: read('replace-rank'),
  deleteRank: read('delete-rank'),
  deleteRanks: read('delete-ranks'),
  deleteCurve: read('delete-curve'),
  addUnits: read('add-units'),
  selectTop: read('select-top'),
  selectRank: read('select-rank'),
  selectCurve: read('select-curve'),
  countRanks: read('count-ranks'),
};

/** Makes its tables itself; they are named `board_*`. */
export function createSqliteBoard(database: EmbeddedDatabase): LeaderboardStore {
  const { raw } = database;
  for (const table of TABLES) raw.exec(table);
  const statements = {
    replaceCursor: raw.prepare(SQL.replaceCursor),
    replaceRank: raw.prepare(SQL.replaceRank),
    deleteRank: raw.prepare(SQL.deleteRank),
    deleteRanks: raw.prepare(SQL.deleteRanks),
    deleteCurve: raw.prepare(SQL.deleteCurve),
    addUnits: raw.prepare(SQL.addUnits),
  };
  const rowsBy = (text: string) => {
    const statement = raw.prepare(text);
    return <Row>(...values: SQLInputValue[]) => statement.all(...values) as unknown as Row[];
  };
  const selectCursor = rowsBy(SQL.selectCursor);
  const selectTop = rowsBy(SQL.selectTop);
  const selectRank = rowsBy(SQL.selectRank);
  const selectCurve = rowsBy(SQL.selectCurve);
  const countRanks = rowsBy(SQL.countRanks);

  const cursorOf = (saleId: string) => selectCursor<{ seq: number }>(saleId)[0]?.seq;

  function apply({ saleId, from, to, changes, curve }: BoardBatch): 'applied' | 'other-cursor' {
    const cursor = cursorOf(saleId);
    if ((cursor ?? 0) !== from) return 'other-cursor';
    if (cursor === undefined) {
      statements.deleteRanks.run(saleId);
      statements.deleteCurve.run(saleId);
    }
    for (const { buyerId, position } of changes) {
      if (position === undefined) statements.deleteRank.run(saleId, buyerId);
      else statements.replaceRank.run(saleId, buyerId, position);
    }
    for (const { second, units } of curve) statements.addUnits.run(saleId, second, units);
    statements.replaceCursor.run(saleId, to);
    return 'applied';
  }

  return {
    cursor: async (saleId) => cursorOf(saleId) ?? 0,
    async apply(batch) {
      checkBatch(batch);
      return database.write(() => apply(batch));
    },
    async top(saleId, count) {
      if (count < 1) return [];
      const rows = selectTop<Omit<RankedBuyer, 'rank'>>(saleId, count);
      return rows.map((row, index) => ({ rank: index + 1, ...row }));
    },
    async rank(saleId, buyerId) {
      const [row] = selectRank<{ rank: number; position: number }>(saleId, buyerId);
      return row && { ...row, buyerId };
    },
    curve: async (saleId) => selectCurve<CurvePoint>(saleId).map((point) => ({ ...point })),
    count: async (saleId) => countRanks<{ buyers: number }>(saleId)[0]?.buyers ?? 0,
    async ping() {
      if (!raw.isOpen) throw new Error('the embedded database is closed');
    },
    // The database belongs to whoever opened it.
    close: async () => {},
  };
}
