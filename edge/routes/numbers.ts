/**
 * Tells the origin what the edge counted of a sale. For a pass without a buyer only: the numbers
 * say how a sale goes, which is the shop's to tell. Any GET may be sent again, so a pass that was
 * seen on its way shows whoever has it the same numbers for half a minute, and does nothing.
 */
import { saleIdSchema } from '../../contract/ids.ts';
import { PASS_HEADER } from '../../contract/pass.ts';
import { answerOf, jsonAnswer } from '../answer.ts';
import { logError, messageOf } from '../log.ts';
import { readNumbers } from '../numbers.ts';
import type { Edge } from '../wiring.ts';

const AWAY_RETRY_MS = 1_000;
const NO_STORE = { 'cache-control': 'no-store' };

export async function tellNumbers(edge: Edge, request: Request, saleId: string): Promise<Response> {
  const { numberObjects: objects, passes, platform } = edge;
  if (objects === undefined) return answerOf({ kind: 'unknown-route' });
  const pass = request.headers.get(PASS_HEADER) ?? undefined;
  const { pathname, search } = new URL(request.url);
  const claims = { method: 'GET', path: pathname + search, body: '', idempotencyKey: '' };
  const verdict = passes.verify(pass, claims, platform.clock.nowMs());
  if (verdict.kind === 'invalid') return answerOf({ kind: 'no-pass', reason: verdict.reason });
  if (verdict.buyerId !== '') return answerOf({ kind: 'no-pass', reason: "a buyer's" });
  if (!saleIdSchema.safeParse(saleId).success) return answerOf({ kind: 'unknown-sale' });
  try {
    return jsonAnswer(await readNumbers(platform, objects, { saleId, cf: request.cf }), NO_STORE);
  } catch (error) {
    logError('numbers-failed', { saleId, reason: messageOf(error) });
    return answerOf({ kind: 'overloaded', retryAfterMs: AWAY_RETRY_MS });
  }
}
