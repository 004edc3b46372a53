/**
 * The port to the sessions of a MySQL database, be it over a socket (mysql2-connections.ts) or over
 * HTTP (planetscale-connections.ts). An exchange is one or more statements; the server stops at the
 * first that fails. Over a socket it is one round trip, over HTTP one a statement. Values go in as
 * parameters only, never as text. A rejection is a BookRefusedError, or an error that carries the
 * server's `errno` and `sqlState`; any other leaves open whether the statement was executed.
 */

/** One statement with its parameters. */
export type Part = readonly [statement: string, ...values: unknown[]];

/** What a statement found, or how many rows it matched and how often the server warned of it. */
export type Result = { rows: object[] } | { matchedRows: number; warnings: number };

export interface MysqlSession {
  /** A result a statement. Rejects with what `toBookError` makes of an error. */
  exchange(...parts: Part[]): Promise<Result[]>;
}

export interface MysqlConnections {
  /** Lends a session to `work`. When that throws, its transaction is rolled back. */
  use<Value>(work: (session: MysqlSession) => Promise<Value>): Promise<Value>;
  /** One exchange in a session of its own. */
  ask(...parts: Part[]): Promise<Result[]>;
  close(): Promise<void>;
}

/** The rows of a result, in the shape that the statement names. */
export function rowsOf<Row extends object>(result: Result | undefined): Row[] {
  if (result === undefined || !('rows' in result)) throw new TypeError('a statement gave no rows');
  return result.rows as Row[];
}

/** How many rows the statement matched. */
export function matchedRows(result: Result | undefined): number {
  return withoutRows(result).matchedRows;
}

export function warningsOf(result: Result | undefined): number {
  return withoutRows(result).warnings;
}

function withoutRows(result: Result | undefined) {
  if (result === undefined || 'rows' in result) throw new TypeError('a statement gave rows');
  return result;
}
