/**
 * What everybody may see of a sale's draw, and the one thing that a buyer needs besides to compute
 * their own number: who the edge takes them for. The number itself is not told: before the end it
 * would show guests which of many cookies to keep, and after it anybody computes it.
 */
import type { DrawIdentity } from '../../contract/draw-proof.ts';
import { saleIdSchema } from '../../contract/ids.ts';
import { answerOf, cookieHeaders, jsonAnswer } from '../answer.ts';
import type { RequestContext } from '../platform.ts';
import { rateLimitHeaders } from '../rate-limit-headers.ts';
import type { Edge } from '../wiring.ts';

/** A public cache makes an answer at most that much older. */
const PUBLIC = { 'cache-control': 'public, max-age=1' };

export async function viewDrawProof(edge: Edge, saleId: string, context: RequestContext) {
  if (!saleIdSchema.safeParse(saleId).success) return answerOf({ kind: 'unknown-sale' });
  // The snapshot is here already as a rule, and knows which sales there are.
  const sale = await edge.snapshots.find(saleId, context);
  if (sale.kind !== 'sale') return answerOf(sale);
  const known = await edge.drawProofs.find(saleId, context);
  if (known.kind !== 'proof') return answerOf(known);
  const now = new Date(edge.platform.clock.nowMs()).toISOString();
  return jsonAnswer({ ...known.proof, now }, PUBLIC);
}

export async function viewDrawIdentity(
  edge: Edge,
  request: Request,
  { saleId, context }: { saleId: string; context: RequestContext },
) {
  if (!saleIdSchema.safeParse(saleId).success) return answerOf({ kind: 'unknown-sale' });
  const sale = await edge.snapshots.find(saleId, context);
  if (sale.kind !== 'sale') return answerOf(sale);
  const nowMs = edge.platform.clock.nowMs();
  const buyer = await edge.identify(request, nowMs);
  if (buyer.kind !== 'buyer') return answerOf(buyer);
  const { buyerId, setCookie } = buyer;
  const limited = edge.buyerLimit.take({ buyerId, requestClass: 'read', nowMs });
  const headers = { ...cookieHeaders(setCookie), ...rateLimitHeaders([limited.state]) };
  if (limited.refusal) return answerOf(limited.refusal, headers);
  const identity: DrawIdentity = { buyerId };
  return jsonAnswer(identity, { 'cache-control': 'no-store', ...headers });
}
