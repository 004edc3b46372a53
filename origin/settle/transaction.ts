/**
 * Transactions of the book beside settling: paying, closing orders, waiting, telling others. What
 * they do is written once, as a generator over named statements; a database only has to run them
 * (MySQL over the network, SQLite at once). Each statement lies in two files of the same name, one
 * a dialect. The work may run again from its start, so it changes nothing but the book.
 */
import { loadStatement } from '../statements.ts';
import type { Answer, Waiting } from './waiting.ts';

/** One statement in the words of each database. */
export interface DialectStatement {
  mysql: string;
  sqlite: string;
}

/** A list stands for `IN (?)`: in SQLite it is `IN (SELECT value FROM json_each(?))`. */
export type StatementValue = string | number | null | readonly (string | number)[];

export interface Transaction {
  /** The book's clock when the transaction began. */
  readonly nowMs: number;
  /** The rows that a SELECT finds, in the shape that its columns name. */
  rows<Row extends object>(statement: DialectStatement, ...values: StatementValue[]): Answer<Row[]>;
  /** How many rows the statement matched, also those that it left as they were. */
  run(statement: DialectStatement, ...values: StatementValue[]): Answer<number>;
  /** An INSERT of any number of rows; MySQL's says `VALUES ?`, SQLite's runs once a row. */
  insert(statement: DialectStatement, rows: readonly (string | number | null)[][]): Answer<void>;
}

export interface BookTransactions {
  /**
   * Runs `work` in one READ COMMITTED transaction; a throw undoes it. A deadlock, a lock that takes
   * too long or a key that somebody else wrote meanwhile runs all of it again, so look before an
   * insert. Rejects when the answer to COMMIT is lost: then it is not known whether it happened.
   */
  transact<Value>(work: (transaction: Transaction) => Waiting<Value>): Promise<Value>;
  /** One SELECT by itself. */
  read<Row extends object>(
    statement: DialectStatement,
    ...values: StatementValue[]
  ): Promise<Row[]>;
}

/**
 * `statementsBeside(import.meta.url, ['select-order'])` reads `sql/mysql/select-order.sql` and
 * `sql/sqlite/select-order.sql` beside a module.
 */
export function statementsBeside<Name extends string>(
  moduleUrl: string,
  names: readonly Name[],
): Record<Name, DialectStatement> {
  const load = (dialect: 'mysql' | 'sqlite', name: string) =>
    loadStatement(new URL(`./sql/${dialect}/${name}.sql`, moduleUrl));
  const entries = names.map((name) => [
    name,
    { mysql: load('mysql', name), sqlite: load('sqlite', name) },
  ]);
  return Object.fromEntries(entries) as Record<Name, DialectStatement>;
}
