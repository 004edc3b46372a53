/** Followers of a book and its boards, as processes of their own would have them. */
import type { LeaderboardStore } from '../../origin/leaderboard/board.ts';
import { createLeaderboardRound } from '../../origin/leaderboard/follow.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import type { ResultWriter } from '../backends/book.results.ts';
import { memoryLogger } from '../origin/fakes.ts';

export interface OpenFollowed {
  book: OrderBook;
  board: LeaderboardStore;
  /** Loses all that the board has of a sale. */
  forgetBoard(saleId: string): Promise<void>;
  close(): Promise<void>;
}

export type FollowTrial = ReturnType<typeof createFollowTrial>;

export interface FollowPromise {
  promise: string;
  check(trial: FollowTrial): Promise<void>;
}

export function createFollowTrial(opened: OpenFollowed) {
  const { book, board, forgetBoard } = opened;

  /** A follower as a process of its own would have it, of these sales only. */
  function follower(...writers: ResultWriter[]) {
    const { logger, lines } = memoryLogger();
    const steps: { orders: number; behind: number }[] = [];
    const round = createLeaderboardRound({
      book,
      board,
      sales: () => writers.map(({ sale }) => sale),
      logger,
      observe: ({ orders, behind }) => void steps.push({ orders, behind }),
    });
    return { round, lines, steps };
  }

  async function boardOf({ sale }: ResultWriter) {
    const top = await board.top(sale.saleId, 2_000);
    const curve = await board.curve(sale.saleId);
    return {
      buyers: top.map(({ buyerId }) => buyerId),
      sold: curve.reduce((sum, { units }) => sum + units, 0),
      cursor: await board.cursor(sale.saleId),
    };
  }

  return { book, board, forgetBoard, follower, boardOf };
}
