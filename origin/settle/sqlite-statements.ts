/**
 * The book's prepared statements in the embedded database, each prepared when it is first used:
 * before the migrations there are no tables to prepare it for.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { loadStatement } from '../statements.ts';

const NAMES = [
  'change-sale',
  'count-buyers-twice',
  'count-orders',
  'count-settled',
  'delete-cancellations',
  'insert-first-offset',
  'insert-order',
  'insert-release',
  'insert-result',
  'insert-sale',
  'leave-waitlist',
  'mark-released',
  'move-offset',
  'ping',
  'reduce-waiting',
  'reject-sold-out',
  'select-beside-heads',
  'select-cancellations',
  'select-free-units',
  'select-offsets',
  'select-order',
  'select-order-of-buyer',
  'select-pending-releases',
  'select-sale',
  'select-sales',
  'select-terms',
  'select-waiting',
  'select-window',
  'take-units',
] as const;
type StatementName = (typeof NAMES)[number];

/** `sql('take-units').run(…)` */
export type BookStatements = (name: StatementName) => StatementSync;

/** Settling writes results as everybody does. */
const folderOf = (name: StatementName) => (name === 'insert-result' ? '../results/sql' : './sql');
const texts = new Map(
  NAMES.map((name) => [
    name,
    loadStatement(new URL(`${folderOf(name)}/sqlite/${name}.sql`, import.meta.url)),
  ]),
);

export function createBookStatements(raw: DatabaseSync): BookStatements {
  const prepared = new Map<StatementName, StatementSync>();
  return (name) => {
    const known = prepared.get(name);
    if (known !== undefined) return known;
    const statement = raw.prepare(texts.get(name) ?? '');
    // Offsets are 64 bits wide; everything else fits a number.
    if (name === 'select-offsets') statement.setReadBigInts(true);
    prepared.set(name, statement);
    return statement;
  };
}
