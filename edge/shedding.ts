/**
 * What an isolate remembers of its origin to shed by (gates/shed-gate.ts): ten seconds, a second at
 * a time, of each sale. Only overload counts against the origin: a buyer who is too fast, a sale
 * that is sold out or recovers are answers like any other, and what the rate gate refuses is not
 * counted at all. A request counts when its answer is there, so a burst does not look like a
 * failure.
 */
import { LRUCache } from 'lru-cache';
import type { Refusal } from '../contract/outcomes.ts';
import { type Outcomes, shedGate } from './gates/shed-gate.ts';

const SLOT_MS = 1_000;
/** Long enough to be sure of a slow sale's origin, short enough to forget a restart. */
const SLOTS = 10;
/** A kilobyte each; forgetting one lets its requests pass. */
const MAX_SALES = 1_000;

interface Slot extends Outcomes {
  /** Which second since the epoch. */
  number: number;
}

export interface Shedding {
  /** The refusal of a request that is shed, which is counted. */
  judge(saleId: string, fraction: number, nowMs: number): Refusal | undefined;
  /** What became of one that was sent. */
  note(saleId: string, outcome: { overloaded: boolean }, nowMs: number): void;
}

export function createShedding(): Shedding {
  const bySale = new LRUCache<string, Slot[]>({ max: MAX_SALES });

  function count(saleId: string, accepts: number, nowMs: number): void {
    const slots = bySale.get(saleId) ?? [];
    bySale.set(saleId, slots);
    const number = Math.floor(nowMs / SLOT_MS);
    let slot = slots.find((one) => one.number === number);
    if (slot === undefined) {
      slot = { number, requests: 0, accepts: 0 };
      slots.push(slot);
      // By time and not by place: a clock that was set back leaves no slot behind.
      const first = number - SLOTS;
      slots.splice(0, slots.length, ...slots.filter((one) => isWithin(one, first, number)));
    }
    slot.requests += 1;
    slot.accepts += accepts;
  }

  return {
    judge(saleId, fraction, nowMs) {
      const slots = bySale.get(saleId);
      if (slots === undefined) return undefined;
      const refusal = shedGate(sumOf(slots, Math.floor(nowMs / SLOT_MS)), fraction);
      if (refusal !== undefined) count(saleId, 0, nowMs);
      return refusal;
    },
    note: (saleId, { overloaded }, nowMs) => count(saleId, overloaded ? 0 : 1, nowMs),
  };
}

function isWithin({ number }: Slot, after: number, to: number): boolean {
  return number > after && number <= to;
}

function sumOf(slots: readonly Slot[], now: number): Outcomes {
  const sum = { requests: 0, accepts: 0 };
  for (const slot of slots) {
    if (!isWithin(slot, now - SLOTS, now)) continue;
    sum.requests += slot.requests;
    sum.accepts += slot.accepts;
  }
  return sum;
}
