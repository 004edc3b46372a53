/**
 * What the sale's row keeps of its list: mode, version, salt, and how many entries count. With the
 * counts there, a change under the row's lock looks at its own entries only. A kind that is being
 * cleared counts none from the first moment on, whatever rows of it are still to be deleted.
 */
import type { AccessKind, AccessMode } from '../../contract/access.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';

const { 'lock-access': lockStatement, 'count-entries': countStatement } = statementsBeside(
  import.meta.url,
  ['lock-access', 'count-entries'],
);

export type Counts = Record<AccessKind, number>;

/** At its longest 122 of the column's 128 characters, up to version 999,999. */
export interface KeptAccess {
  mode: AccessMode;
  version: number;
  /** base64url; empty until the first entry. */
  salt: string;
  /** null: cleared, and the rows that are left count for nothing. */
  counts: Record<AccessKind, number | null>;
}

export interface AccessRow {
  access: string;
}

export interface CountRow {
  kind: AccessKind;
  entries: number;
}

/** A list that nobody has changed since counts are kept has none. */
type ReadAccess = Omit<KeptAccess, 'counts'> & Partial<Pick<KeptAccess, 'counts'>>;

export function parseAccess({ access }: AccessRow): ReadAccess {
  return JSON.parse(access);
}

/** Holds the sale's row until the transaction ends. Undefined when there is no such sale. */
export function* lockAccess(
  transaction: Transaction,
  saleId: string,
): Waiting<KeptAccess | undefined> {
  const [row] = yield* answer(transaction.rows<AccessRow>(lockStatement, saleId));
  if (row === undefined) return undefined;
  const kept = parseAccess(row);
  if (kept.counts !== undefined) return { ...kept, counts: kept.counts };
  const counted = yield* answer(transaction.rows<CountRow>(countStatement, saleId));
  return { ...kept, counts: countsOf(counted) };
}

export function countsOf(rows: CountRow[]): Counts {
  const counts: Counts = { allow: 0, block: 0, code: 0 };
  for (const { kind, entries } of rows) counts[kind] = Number(entries);
  return counts;
}

/** What is being cleared is told as cleared. */
export function toldCounts({ allow, block, code }: KeptAccess['counts']): Counts {
  return { allow: allow ?? 0, block: block ?? 0, code: code ?? 0 };
}
