/**
 * What a buyer in the line is told: the place, and how long it may take if units come back at the
 * pace of the last minutes. Said only when it can be meant: somebody was served in that time, and
 * as many units as there are buyers up to this one can still come back. Pure.
 */
import type { Place } from '../../contract/waitlist.ts';

/** The last minutes: long enough to hold several heads, short enough to be today's pace. */
export const PACE_WINDOW_MS = 5 * 60_000;

/** How a sale's line moves. */
export interface Outlook {
  /** Units that are reserved and not yet paid. */
  unpaidUnits: number;
  /** Heads of the line that were given units within PACE_WINDOW_MS. */
  servedHeads: number;
}

export interface Standing {
  /** From 1. */
  place: number;
  waiting: number;
  quantity: number;
  joinedAtMs: number;
}

export function placeView(standing: Standing, outlook: Outlook): Place {
  const { place, waiting, quantity, joinedAtMs } = standing;
  const estimatedWaitMs = estimateWaitMs(place, outlook);
  return {
    place,
    waiting,
    quantity,
    joinedAt: new Date(joinedAtMs).toISOString(),
    unpaidUnits: outlook.unpaidUnits,
    ...(estimatedWaitMs === undefined ? {} : { estimatedWaitMs }),
  };
}

/**
 * Heads are counted, not their units: a place is a number of buyers, and a head that takes two
 * units does not bring whoever waits behind it two places on.
 */
export function estimateWaitMs(place: number, outlook: Outlook): number | undefined {
  const { unpaidUnits, servedHeads } = outlook;
  if (servedHeads === 0 || unpaidUnits < place) return undefined;
  return Math.round((place * PACE_WINDOW_MS) / servedHeads);
}
