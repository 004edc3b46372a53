/** What a rehearsal must leave as it is. */
import type { DatabaseSync } from 'node:sqlite';

/** Every row of the real sale `phone`, in whatever table. */
export function rowsOfPhone(database: DatabaseSync): Record<string, unknown[]> {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const rows = tables.flatMap(({ name }): [string, unknown[]][] => {
    const columns = database.prepare('SELECT name FROM pragma_table_info(?)').all(`${name}`);
    if (!columns.some((column) => column.name === 'sale_id')) return [];
    const found = database.prepare(`SELECT * FROM "${name}" WHERE sale_id = 'phone'`).all();
    return [[`${name}`, found.map((row) => JSON.stringify(row)).sort()]];
  });
  return Object.fromEntries(rows);
}
