/**
 * Widens the share of a sale's draw, also while it runs: a step is stored before it begins, so that
 * every isolate knows it in time and its verdicts can be computed again (I6). Repeating the command
 * adds nothing, and no step ever narrows the share.
 */
import { MAX_SHARE_STEPS, type ShareStep, STEP_MARGIN_MS, shareAt } from '../../contract/draw.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { answer } from '../settle/waiting.ts';
import { type DrawReply, lockDraw } from './lock-draw.ts';

const { 'change-steps': changeSteps } = statementsBeside(import.meta.url, ['change-steps']);

export interface ShareWish {
  share: number;
  /** When it is to begin; as soon as it may unless given. */
  atMs?: number | undefined;
}

export interface StepFacts {
  shareSteps: readonly ShareStep[];
  closesAtMs: number;
  nowMs: number;
}

export type StepPlan =
  | { kind: 'add'; step: ShareStep }
  /** The share is that wide by then. */
  | { kind: 'already' }
  | { kind: 'conflict'; reason: string };

/** Pure. */
export function planStep({ share, atMs }: ShareWish, facts: StepFacts): StepPlan {
  const { shareSteps, closesAtMs, nowMs } = facts;
  const beginsAtMs = Math.max(atMs ?? 0, nowMs + STEP_MARGIN_MS);
  const before = shareAt(shareSteps, beginsAtMs);
  if (share === before) return { kind: 'already' };
  if (share < before) {
    return { kind: 'conflict', reason: `the share is ${before} by then, and never narrows` };
  }
  if (beginsAtMs >= closesAtMs) {
    return { kind: 'conflict', reason: 'the sale has ended before this share could begin' };
  }
  if (shareSteps.length >= MAX_SHARE_STEPS) {
    return { kind: 'conflict', reason: `a sale has at most ${MAX_SHARE_STEPS} share steps` };
  }
  return { kind: 'add', step: { atMs: beginsAtMs, share } };
}

export function widenShare(
  book: OrderBook,
  { saleId, ...wish }: ShareWish & { saleId: string },
): Promise<DrawReply> {
  return book.transact(function* (transaction) {
    const draw = yield* lockDraw(transaction, saleId);
    if (draw === undefined) return { kind: 'unknown-sale' };
    const plan = planStep(wish, { ...draw, nowMs: transaction.nowMs });
    if (plan.kind !== 'add') return plan;
    // At the end: the first stays the one that the sale was made with.
    const steps = JSON.stringify([...draw.shareSteps, plan.step]);
    yield* answer(transaction.run(changeSteps, steps, saleId));
    return { kind: 'changed' };
  });
}
