/**
 * Rehearsals at the edge: whoever comes without a ticket for it finds no such sale, and a ticket is
 * good nowhere else. A synthetic buyer passes all that a real one does; only the limit of addresses
 * is left out, since a whole crowd comes from one, and what a ticket costs to check is two hashes,
 * as a shop's token or a guest's cookie costs.
 */
import type { Clock } from '../contract/clock.ts';
import type { Refusal } from '../contract/outcomes.ts';
import { type RehearsalTickets, TICKET_SCHEME } from '../contract/rehearsal-ticket.ts';
import { isRehearsal } from '../contract/sale.ts';
import type { Identify } from './identity.ts';

type Asked = Pick<Request, 'headers' | 'url'>;

/** What the origin asks and posts, with a pass of its own. */
const OF_THE_ORIGIN = /^\/api\/sales\/[^/]+\/(results|numbers)$/;
const OF_SALE = /^\/api\/sales\/([^/]+)/;

/** Undefined lets the request go on; called before any route is chosen. */
export function refuseStranger(
  tickets: RehearsalTickets,
  request: Asked,
  clock: Clock,
): Refusal | undefined {
  // The runtime makes this text anew each time it is asked for.
  const { url } = request;
  // Nearly all requests are of none, and pay for a search only; a `%` may hide any letter.
  if (!url.includes('rehearsal-') && !url.includes('%')) return undefined;
  const saleId = saleOf(url);
  if (saleId === undefined || !isRehearsal(saleId)) return undefined;
  const { pathname } = new URL(url);
  if (OF_THE_ORIGIN.test(pathname)) return undefined;
  const authorization = request.headers.get('authorization') ?? '';
  const buyer = tickets.read(authorization, clock.nowMs());
  return buyer?.saleId === saleId ? undefined : { kind: 'unknown-sale' };
}

/** Knows the holders of tickets besides those whom `identify` knows. */
export function withRehearsals(identify: Identify, tickets: RehearsalTickets): Identify {
  async function ofTicket(authorization: string, url: string, nowMs: number) {
    const buyer = tickets.read(authorization, nowMs);
    // Nothing but that sale: above all no payment, whose path is an order's.
    if (buyer === undefined || saleOf(url) !== buyer.saleId) {
      return { kind: 'unauthenticated', reason: 'the ticket is not good for this' } as const;
    }
    return { kind: 'buyer', buyerId: buyer.buyerId, isGuest: false } as const;
  }
  return (request, nowMs) => {
    const authorization = request.headers.get('authorization');
    return authorization?.startsWith(TICKET_SCHEME)
      ? ofTicket(authorization, request.url, nowMs)
      : identify(request, nowMs);
  };
}

/** As the routes read it: decoded once. */
function saleOf(url: string): string | undefined {
  const [, segment] = OF_SALE.exec(new URL(url).pathname) ?? [];
  if (segment === undefined || !segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
