/**
 * Publishes a sale's beacon, once and before anybody is judged: from then on the numbers depend on
 * a text that could not be known when the seed was fixed, so that whoever made the seed did not
 * choose who is lucky. An isolate must not draw without it, so it has to be there early enough.
 */
import { STEP_MARGIN_MS } from '../../contract/draw.ts';
import { SNAPSHOT_USABLE_MS } from '../../contract/sale.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { answer } from '../settle/waiting.ts';
import { type DrawReply, type LockedDraw, lockDraw } from './lock-draw.ts';

const { 'set-beacon': setBeacon } = statementsBeside(import.meta.url, ['set-beacon']);

/**
 * Before the opening, at least: what an isolate may use while the origin does not reach it may have
 * been told to it, without the beacon, for as long as a step takes to be known everywhere.
 * `sale open` needs no such wait, since an isolate learns of the opening and the beacon together.
 */
export const BEACON_MARGIN_MS = SNAPSHOT_USABLE_MS + STEP_MARGIN_MS;

export type BeaconPlan = { kind: 'set' } | { kind: 'already' } | BeaconConflict;
type BeaconConflict = { kind: 'conflict'; reason: string };

/** Pure. */
export function planBeacon(
  wanted: string,
  { beacon, opensAtMs }: Pick<LockedDraw, 'beacon' | 'opensAtMs'>,
  nowMs: number,
): BeaconPlan {
  if (beacon === wanted) return { kind: 'already' };
  if (beacon !== undefined) {
    return { kind: 'conflict', reason: 'the sale has another beacon, which is published once' };
  }
  if (nowMs >= opensAtMs) {
    return { kind: 'conflict', reason: 'the sale has opened: its draw has begun without a beacon' };
  }
  if (nowMs + BEACON_MARGIN_MS > opensAtMs) {
    const seconds = BEACON_MARGIN_MS / 1_000;
    return {
      kind: 'conflict',
      reason: `the sale opens within ${seconds} s: too late for a beacon`,
    };
  }
  return { kind: 'set' };
}

export function publishBeacon(
  book: OrderBook,
  { saleId, beacon }: { saleId: string; beacon: string },
): Promise<DrawReply> {
  return book.transact(function* (transaction) {
    const draw = yield* lockDraw(transaction, saleId);
    if (draw === undefined) return { kind: 'unknown-sale' };
    const plan = planBeacon(beacon, draw, transaction.nowMs);
    if (plan.kind !== 'set') return plan;
    yield* answer(transaction.run(setBeacon, beacon, transaction.nowMs, saleId));
    return { kind: 'changed' };
  });
}
