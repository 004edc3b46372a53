/**
 * The leaderboard role: brings each sale's board up to the newest result in the book. It reads what
 * is committed and asks nobody to wait for it, so slow or dead it delays no order. It may run twice
 * at once: a board takes each step once, and whoever comes late reads anew where the board is. A
 * board that lost its data is filled again from the results that the book still has; what became of
 * orders before those is then missing on it.
 */
import { failpoint } from '../failpoints.ts';
import { createPatience } from '../lease/patience.ts';
import type { Logger } from '../logger.ts';
import { readResultHeads, readResults } from '../results/read-results.ts';
import type { OrderBook, Sale } from '../settle/book.ts';
import type { LeaderboardStore } from './board.ts';
import { mergeResults } from './merge-results.ts';

/** A quarter of what a result may take to be seen; each round is one cheap question. */
export const FOLLOW_EVERY_MS = 25;
/** Rows read at once: one is a settled batch, 90 kB at most, and a busy second has 50. */
const READ_ROWS = 20;
/** Sales that are brought forward at once, their calls sent without waiting for one another. */
const SALES_AT_ONCE = 8;
/** Boards are asked where they are again this often, 5 s: one may have lost its data unnoticed. */
const TRUST_ROUNDS = 200;

export interface LeaderboardRoundOptions {
  book: OrderBook;
  board: LeaderboardStore;
  /** A sale that is not among them is left for later. */
  sales(): readonly Sale[];
  logger: Logger;
  /** Told after each step: the orders in it, and how many results the board is still behind. */
  observe(step: { saleId: string; orders: number; behind: number }): void;
}

/** Keeps what it remembers between rounds; each call is one, and never throws. */
export function createLeaderboardRound(
  options: LeaderboardRoundOptions,
): (mayGoOn: () => boolean) => Promise<void> {
  const { book, sales, logger } = options;
  const patience = createPatience(logger, 'the leaderboard does not move');
  let cursors = new Map<string, number>();
  let rounds = 0;

  async function follow(head: number, sale: Sale, mayGoOn: () => boolean): Promise<void> {
    while (mayGoOn() && (await stepOf(options, { sale, head, cursors })));
  }

  return async (mayGoOn) => {
    rounds += 1;
    if (rounds % TRUST_ROUNDS === 0) cursors = new Map();
    if (!patience.mayTry()) return;
    try {
      const heads = await readResultHeads(book);
      const moved = sales().flatMap((sale) => {
        const head = heads.get(sale.saleId) ?? 0;
        return head > (cursors.get(sale.saleId) ?? 0) ? [{ sale, head }] : [];
      });
      const failures: unknown[] = [];
      for (let start = 0; start < moved.length && mayGoOn(); start += SALES_AT_ONCE) {
        const together = moved.slice(start, start + SALES_AT_ONCE);
        const followed = together.map(({ sale, head }) => follow(head, sale, mayGoOn));
        // One sale that cannot go on does not hold up the others.
        for (const outcome of await Promise.allSettled(followed)) {
          if (outcome.status === 'rejected') failures.push(outcome.reason);
        }
      }
      if (failures.length > 0) throw failures[0];
      patience.succeeded();
    } catch (error) {
      patience.failed(error);
    }
  };
}

/** Resolves with whether there is more to do. */
async function stepOf(
  { book, board, observe }: LeaderboardRoundOptions,
  { sale, head, cursors }: { sale: Sale; head: number; cursors: Map<string, number> },
): Promise<boolean> {
  const { saleId } = sale;
  const from = cursors.get(saleId) ?? (await board.cursor(saleId));
  cursors.set(saleId, from);
  if (from >= head) return false;
  const rows = await readResults(book, { saleId, after: from, limit: READ_ROWS });
  const { batches, orders } = mergeResults(sale, from, rows);
  for (const batch of batches) {
    // With no row left of those before the head, the board goes on from the head.
    const to = rows.length === 0 ? head : batch.to;
    if ((await board.apply({ ...batch, to })) === 'other-cursor') {
      cursors.delete(saleId);
      return false;
    }
    failpoint('leaderboard.after-apply');
    cursors.set(saleId, to);
  }
  observe({ saleId, orders, behind: Math.max(0, head - (cursors.get(saleId) ?? 0)) });
  return true;
}
