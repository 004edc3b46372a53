/**
 * The leaderboard for whoever looks, and a buyer's own rank. What all see alike is read from the
 * store at most once in 100 ms for each sale, however many ask, so it is that much older at most.
 */
import { Hono } from 'hono';
import { saleIdSchema } from '../../contract/ids.ts';
import { invalidRequest } from '../../contract/invalid.ts';
import {
  LEADERBOARD_LIMITS,
  type Leaderboard,
  type MyRank,
  maskBuyer,
  topSchema,
} from '../../contract/leaderboard.ts';
import type { LeaderboardStore, RankedBuyer } from '../leaderboard/board.ts';
import { entryAt } from '../leaderboard/position.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import type { Sale } from '../settle/book.ts';
import { answer, json } from './answer.ts';
import type { PassGate } from './pass-gate.ts';

/** A person cannot tell it from now, and a crowd costs ten reads a second. */
const KEPT_FOR_MS = 100;

export interface LeaderboardRoutesOptions {
  passGate: PassGate;
  board: LeaderboardStore;
  directory: SaleDirectory;
  nowMs(): number;
}

export function createLeaderboardRoutes(options: LeaderboardRoutesOptions): Hono {
  const { passGate, board, directory } = options;
  const routes = new Hono();
  const readBoard = createKeptBoards(options);

  async function saleOf(saleId: string): Promise<Sale | undefined> {
    return saleIdSchema.safeParse(saleId).success ? directory.get(saleId) : undefined;
  }

  routes.get('/api/sales/:saleId/leaderboard', async (context) => {
    const admitted = await passGate(context.req);
    if (admitted.kind !== 'admitted') return answer(admitted);
    const top = topSchema.safeParse(context.req.query('top'));
    if (!top.success) return answer(invalidRequest('query.top', top.error));
    const sale = await saleOf(context.req.param('saleId'));
    if (sale === undefined) return answer({ kind: 'unknown-sale' });
    const whole = await readBoard(sale);
    return json({ ...whole, top: whole.top.slice(0, top.data) });
  });

  routes.get('/api/sales/:saleId/leaderboard/mine', async (context) => {
    const admitted = await passGate(context.req);
    if (admitted.kind !== 'admitted') return answer(admitted);
    const { buyerId } = admitted;
    if (buyerId === '') {
      return answer({ kind: 'unauthenticated', reason: 'the pass names no buyer' });
    }
    const sale = await saleOf(context.req.param('saleId'));
    if (sale === undefined) return answer({ kind: 'unknown-sale' });
    const ranked = await board.rank(sale.saleId, buyerId);
    return ranked === undefined ? answer({ kind: 'unknown-order' }) : json(myRankOf(sale, ranked));
  });

  return routes;
}

/**
 * Holds one answer a known sale, with the longest top that anybody may ask for. A read that failed
 * is not kept.
 */
function createKeptBoards({ board, nowMs }: LeaderboardRoutesOptions) {
  const kept = new Map<string, { whole: Promise<Leaderboard>; untilMs: number }>();
  return (sale: Sale): Promise<Leaderboard> => {
    const { saleId } = sale;
    const found = kept.get(saleId);
    if (found !== undefined && nowMs() < found.untilMs) return found.whole;
    const whole = readLeaderboard(board, sale);
    kept.set(saleId, { whole, untilMs: nowMs() + KEPT_FOR_MS });
    whole.catch(() => kept.delete(saleId));
    return whole;
  };
}

async function readLeaderboard(board: LeaderboardStore, sale: Sale): Promise<Leaderboard> {
  const { saleId, score } = sale;
  const [ranked, curve, buyers] = await Promise.all([
    board.top(saleId, LEADERBOARD_LIMITS.top),
    board.curve(saleId),
    board.count(saleId),
  ]);
  const top = ranked.map((entry) => ({
    ...myRankOf(sale, entry),
    buyer: maskBuyer(entry.buyerId),
  }));
  return { score, buyers, top, curve };
}

function myRankOf({ score, opensAtMs }: Sale, { rank, position }: RankedBuyer): MyRank {
  const { quantity, reservedAtMs } = entryAt(score, position);
  // An origin whose clock is behind may have reserved before the opening.
  return { rank, quantity, elapsedMs: Math.max(0, reservedAtMs - opensAtMs) };
}
