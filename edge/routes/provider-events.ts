/**
 * What a payment provider tells the shop. The origin has the provider's key, judges the signature
 * over the very bytes that came, and its answer is the provider's; when it is away the 503 makes
 * the provider send the event again. The pass has no buyer and says only that this edge took the
 * bytes.
 *
 * Nobody's number of events is limited here: a provider sends those of a whole sale from a few
 * addresses. What carries no signature at all is refused without asking the origin.
 */
import { EVENT_HEADERS, MAX_EVENT_BYTES, providerSchema } from '../../contract/payment.ts';
import { answerOf } from '../answer.ts';
import { readBody } from '../body.ts';
import type { Edge } from '../wiring.ts';

export async function takeProviderEvent(
  edge: Edge,
  request: Request,
  provider: string,
): Promise<Response> {
  if (!providerSchema.safeParse(provider).success) return answerOf({ kind: 'unknown-route' });
  const signed = pick(request.headers, EVENT_HEADERS);
  if (Object.keys(signed).length === 0) {
    return answerOf({ kind: 'bad-signature', reason: 'there is no signature' });
  }
  const read = await readBody(request, MAX_EVENT_BYTES);
  if (read.kind === 'refused') return answerOf(read.refusal);
  return edge.forward(
    {
      method: 'POST',
      path: `/api/payments/${provider}/events`,
      buyerId: '',
      body: read.body,
      pickedHeaders: { ...pick(request.headers, ['content-type']), ...signed },
    },
    {},
  );
}

function pick(headers: Headers, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = headers.get(name);
    if (value !== null) picked[name] = value;
  }
  return picked;
}
