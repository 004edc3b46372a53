/** Joining and leaving the line of a sale, and the place in it. Every route asks for a pass. */
import { Hono } from 'hono';
import { saleIdSchema } from '../../contract/ids.ts';
import type { Refusal } from '../../contract/outcomes.ts';
import { joinWaitlistSchema } from '../../contract/waitlist.ts';
import type { LeaveAnswer, PlaceAnswer, Waitlist } from '../waitlist/waitlist.ts';
import { answer, json } from './answer.ts';
import { parseBody } from './body.ts';
import type { PassGate } from './pass-gate.ts';

export interface WaitlistRoutesOptions {
  passGate: PassGate;
  waitlist: Waitlist;
}

/** Whose request it is, and of which sale. */
interface Asked {
  kind: 'asked';
  saleId: string;
  buyerId: string;
  body: string;
}

const NO_BUYER: Refusal = { kind: 'unauthenticated', reason: 'the pass names no buyer' };
const PATH = '/api/sales/:saleId/waitlist';

export function createWaitlistRoutes({ passGate, waitlist }: WaitlistRoutesOptions): Hono {
  const routes = new Hono();

  async function asked(request: Parameters<PassGate>[0], saleId: string): Promise<Asked | Refusal> {
    const admitted = await passGate(request);
    if (admitted.kind !== 'admitted') return admitted;
    const { buyerId, body } = admitted;
    if (buyerId === '') return NO_BUYER;
    if (!saleIdSchema.safeParse(saleId).success) return { kind: 'unknown-sale' };
    return { kind: 'asked', saleId, buyerId, body };
  }

  async function join(given: Asked): Promise<PlaceAnswer> {
    const body = parseBody(joinWaitlistSchema, given.body);
    if (body.kind !== 'parsed') return body;
    const { saleId, buyerId } = given;
    return waitlist.join({ saleId, buyerId, quantity: body.value.quantity });
  }

  routes.put(PATH, async (context) => {
    const given = await asked(context.req, context.req.param('saleId'));
    return respond(given.kind === 'asked' ? await join(given) : given);
  });
  routes.delete(PATH, async (context) => {
    const given = await asked(context.req, context.req.param('saleId'));
    return respond(given.kind === 'asked' ? await waitlist.leave(given) : given);
  });
  routes.get(PATH, async (context) => {
    const given = await asked(context.req, context.req.param('saleId'));
    return respond(given.kind === 'asked' ? await waitlist.place(given) : given);
  });

  return routes;
}

function respond(answered: PlaceAnswer | LeaveAnswer): Response {
  if (answered.kind === 'place') return json(answered.place);
  if (answered.kind === 'left') {
    return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } });
  }
  return answer(answered);
}
