/** What is the same for everybody, so public caches may keep it; no cookie is ever set here. */
import { saleIdSchema } from '../../contract/ids.ts';
import { invalidRequest } from '../../contract/invalid.ts';
import { topSchema } from '../../contract/leaderboard.ts';
import { saleViewOf } from '../../contract/sale.ts';
import { answerOf, jsonAnswer, textAnswer } from '../answer.ts';
import type { RequestContext } from '../platform.ts';
import type { Edge } from '../wiring.ts';

/** A public cache makes an answer at most that much older. */
const PUBLIC = { 'cache-control': 'public, max-age=1' };

export async function viewSale(edge: Edge, saleId: string, context: RequestContext) {
  if (!saleIdSchema.safeParse(saleId).success) return answerOf({ kind: 'unknown-sale' });
  const sale = await edge.snapshots.find(saleId, context);
  if (sale.kind !== 'sale') return answerOf(sale);
  return jsonAnswer(saleViewOf(sale.snapshot, edge.platform.clock.nowMs()), PUBLIC);
}

export async function viewLeaderboard(
  edge: Edge,
  view: { saleId: string; top: string | undefined },
  context: RequestContext,
) {
  const { saleId } = view;
  if (!saleIdSchema.safeParse(saleId).success) return answerOf({ kind: 'unknown-sale' });
  const top = topSchema.safeParse(view.top);
  if (!top.success) return answerOf(invalidRequest('query.top', top.error));
  // The snapshot is here already as a rule, and knows which sales there are.
  const sale = await edge.snapshots.find(saleId, context);
  if (sale.kind !== 'sale') return answerOf(sale);
  const leaderboard = await edge.leaderboards.find(saleId, context);
  if (leaderboard.kind !== 'leaderboard') return answerOf(leaderboard);
  return textAnswer(leaderboard.text(top.data), PUBLIC);
}
