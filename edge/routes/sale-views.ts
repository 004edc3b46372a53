/** What is the same for everybody, so public caches may keep it; no cookie is ever set here. */
import { saleIdSchema } from '../../contract/ids.ts';
import { invalidRequest } from '../../contract/invalid.ts';
import { topSchema } from '../../contract/leaderboard.ts';
import { saleViewOf } from '../../contract/sale.ts';
import { saleListOf } from '../../contract/sale-list.ts';
import { answerOf, jsonAnswer, textAnswer } from '../answer.ts';
import { USABLE_WHILE_ASKING_MS } from '../copies.ts';
import type { RequestContext } from '../platform.ts';
import { ONLY_LIST } from '../sale-list.ts';
import type { Edge } from '../wiring.ts';

/**
 * For caches between here and the page, which itself asks past its browser's. What the edge knows
 * comes from the colo's cache and is a second old at most (edge/copies.ts).
 */
const PUBLIC = {
  'cache-control': 'public, max-age=1, stale-while-revalidate=4, stale-if-error=60',
};

export async function viewSale(edge: Edge, saleId: string, context: RequestContext) {
  if (!saleIdSchema.safeParse(saleId).success) return answerOf({ kind: 'unknown-sale' });
  const found = await edge.snapshots.findWithAge(saleId, context);
  if (found.kind !== 'aged') return answerOf(found);
  const { known: sale, ageMs } = found;
  if (sale.kind !== 'sale') return answerOf(sale);
  const nowMs = edge.platform.clock.nowMs();
  // Past that the origin is silent: the page is told how the sale was, and that it is not news.
  const asOfMs = ageMs > USABLE_WHILE_ASKING_MS ? nowMs - ageMs : undefined;
  return jsonAnswer(saleViewOf(sale.snapshot, nowMs, asOfMs), PUBLIC);
}

export async function viewSales(edge: Edge, context: RequestContext) {
  const found = await edge.saleLists.findWithAge(ONLY_LIST, context);
  if (found.kind !== 'aged') return answerOf(found);
  const nowMs = edge.platform.clock.nowMs();
  const asOfMs = found.ageMs > USABLE_WHILE_ASKING_MS ? nowMs - found.ageMs : undefined;
  return jsonAnswer(saleListOf(found.known.digests, nowMs, asOfMs), PUBLIC);
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
