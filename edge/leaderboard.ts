/**
 * A sale's leaderboard, the same for everybody: one copy an isolate, at most about a second old,
 * through the colo's cache (edge/copies.ts). The origin is always asked for the longest list, which
 * is cut here, so that a crowd that asks for lists of all lengths costs it no more than one.
 */
import {
  LEADERBOARD_LIMITS,
  type Leaderboard,
  leaderboardSchema,
} from '../contract/leaderboard.ts';
import { type Copies, createCopies } from './copies.ts';
import type { CallOrigin } from './origin.ts';
import type { Platform } from './platform.ts';
import { createSharedSource } from './shared-source.ts';

/** 60 kB each with its text; only a few sales are looked at in the same hour. */
const MAX_SALES = 50;

interface KnownLeaderboard {
  kind: 'leaderboard';
  /** What is answered for the first `top`; nearly all pages ask for the same, so it is kept. */
  text(top: number): string;
}

export type Leaderboards = Copies<KnownLeaderboard | { kind: 'unknown-sale' }>;

export function createLeaderboards(platform: Platform, callOrigin: CallOrigin): Leaderboards {
  const fetchLeaderboard = createSharedSource({
    platform,
    callOrigin,
    name: 'leaderboard',
    schema: leaderboardSchema,
    addressOf: (saleId) => `https://leaderboards.sluice.invalid/${saleId}`,
    pathOf: (saleId) => `/api/sales/${saleId}/leaderboard?top=${LEADERBOARD_LIMITS.top}`,
  });
  return createCopies({
    platform,
    fetchCopy: fetchLeaderboard,
    keep: (_known, told) => (told === undefined ? { kind: 'unknown-sale' } : known(told)),
    maxEntries: MAX_SALES,
  });
}

function known(leaderboard: Leaderboard): KnownLeaderboard {
  let last: { top: number; text: string } | undefined;
  return {
    kind: 'leaderboard',
    text(top) {
      if (last?.top === top) return last.text;
      const text = JSON.stringify({ ...leaderboard, top: leaderboard.top.slice(0, top) });
      last = { top, text };
      return text;
    },
  };
}
