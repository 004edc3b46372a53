/** One sale's board of its own on a store under test, and short ways to move it. */
import type { BoardBatch, LeaderboardStore } from '../../origin/leaderboard/board.ts';

export interface BoardTrial {
  board: LeaderboardStore;
  saleId: string;
  /** From 0 to 1, with nothing in it, unless `batch` says otherwise. */
  apply(batch: Partial<BoardBatch>): Promise<'applied' | 'other-cursor'>;
  /** `1 ann@30`: rank, buyer, position; all who are on the board. */
  standing(): Promise<string[]>;
  /** All that the board says. */
  everything(): Promise<unknown>;
  /** A board beside it on the same store. */
  neighbour(): BoardTrial;
}

export interface BoardPromise {
  promise: string;
  check(trial: BoardTrial): Promise<void>;
}

/** `places({ ann: 30, bob: undefined })`: ann comes to 30, bob leaves. */
export function places(entries: Record<string, number | undefined>): BoardBatch['changes'] {
  return Object.entries(entries).map(([buyerId, position]) => ({ buyerId, position }));
}

export function createBoardTrial(board: LeaderboardStore): BoardTrial {
  const saleId = `trial-${crypto.randomUUID().slice(0, 23)}`;
  const standing = async () => {
    const ranked = await board.top(saleId, 5_000);
    return ranked.map(({ rank, buyerId, position }) => `${rank} ${buyerId}@${position}`);
  };
  return {
    board,
    saleId,
    apply: (batch) => board.apply({ saleId, from: 0, to: 1, changes: [], curve: [], ...batch }),
    standing,
    everything: async () => ({
      cursor: await board.cursor(saleId),
      standing: await standing(),
      count: await board.count(saleId),
      curve: await board.curve(saleId),
    }),
    neighbour: () => createBoardTrial(board),
  };
}
