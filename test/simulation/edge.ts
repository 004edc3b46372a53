/**
 * The edge of a simulated world: two isolates, each with the product's own pure gates in front of
 * the origin and a snapshot of the sale that is up to a second old. Every verdict of the draw is
 * computed a second time, with the origin's hash function, and must never be taken back (I6).
 */
import { fromBase64Url } from '../../contract/base64url.ts';
import { drawNumber, shareAt } from '../../contract/draw.ts';
import type { Refusal } from '../../contract/outcomes.ts';
import type { SaleSnapshot } from '../../contract/sale.ts';
import { drawGate } from '../../edge/gates/draw-gate.ts';
import { soldOutGate } from '../../edge/gates/sold-out-gate.ts';
import { timeGate } from '../../edge/gates/time-gate.ts';
import { waitlistGate } from '../../edge/gates/waitlist-gate.ts';
import { edgeHashing } from '../../edge/hashing.ts';
import { nodeHashing } from '../../origin/hashing.ts';

export type Wish = 'order' | 'join';

export interface Moment {
  nowMs: number;
  /** What the isolate knows of the stock is so old that it lets everybody through. */
  isAsleep: boolean;
}

export interface Edge {
  /** Undefined lets the request through. */
  judge(wish: Wish, buyerId: string, at: Moment): Refusal | undefined;
  /** When the snapshot is too old: a new one is fetched, and the old one used meanwhile. */
  isStale(nowMs: number): boolean;
  take(snapshot: SaleSnapshot, nowMs: number): void;
}

const SNAPSHOT_MAX_AGE_MS = 1_000;

export function createEdge(complain: (text: string) => void): Edge {
  let snapshot: SaleSnapshot | undefined;
  let takenAtMs = Number.NEGATIVE_INFINITY;
  const drawn = new Set<string>();

  function draw(sale: SaleSnapshot, buyerId: string, nowMs: number): Refusal | undefined {
    const { shareSteps } = sale;
    const seed = fromBase64Url(sale.seed) ?? new Uint8Array();
    const refusal = drawGate({ shareSteps, seedHash: edgeHashing.keyedHash(seed) }, buyerId, nowMs);
    const number = drawNumber(nodeHashing.keyedHash(seed), buyerId);
    if (number < shareAt(shareSteps, nowMs) !== (refusal === undefined)) {
      complain(`I6: the draw of ${buyerId} cannot be computed again`);
    }
    if (refusal === undefined) drawn.add(buyerId);
    else if (drawn.has(buyerId)) complain(`I6: ${buyerId} was drawn, and then not`);
    return refusal;
  }

  return {
    judge(wish, buyerId, { nowMs, isAsleep }) {
      if (snapshot === undefined) return { kind: 'overloaded', retryAfterMs: SNAPSHOT_MAX_AGE_MS };
      const stateGate = wish === 'order' ? soldOutGate : waitlistGate;
      const full = isAsleep ? undefined : stateGate(snapshot);
      return timeGate(snapshot, nowMs) ?? full ?? draw(snapshot, buyerId, nowMs);
    },
    isStale: (nowMs) => nowMs - takenAtMs > SNAPSHOT_MAX_AGE_MS,
    take(fresh, nowMs) {
      if (snapshot !== undefined && fresh.version < snapshot.version) return;
      snapshot = fresh;
      takenAtMs = nowMs;
    },
  };
}
