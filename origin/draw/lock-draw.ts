/**
 * The draw's part of a sale's row, locked: two operators who change the draw at the same moment do
 * so one after the other.
 */
import type { ShareStep } from '../../contract/draw.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';

const { 'lock-draw': lockRow } = statementsBeside(import.meta.url, ['lock-draw']);

export interface LockedDraw {
  opensAtMs: number;
  closesAtMs: number;
  shareSteps: ShareStep[];
  beacon: string | undefined;
}

/** What came of a change; `already`: it was made before. */
export type DrawReply =
  | { kind: 'changed' }
  | { kind: 'already' }
  | { kind: 'unknown-sale' }
  | { kind: 'conflict'; reason: string };

interface DrawRow extends Omit<LockedDraw, 'shareSteps' | 'beacon'> {
  /** JSON text. */
  shareSteps: string;
  beacon: string | null;
}

/** Undefined when there is no such sale. */
export function* lockDraw(
  transaction: Transaction,
  saleId: string,
): Waiting<LockedDraw | undefined> {
  const [row] = yield* answer(transaction.rows<DrawRow>(lockRow, saleId));
  if (row === undefined) return undefined;
  return { ...row, shareSteps: JSON.parse(row.shareSteps), beacon: row.beacon ?? undefined };
}
