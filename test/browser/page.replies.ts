/**
 * What the tests' shop answers to each of the buyer's routes: scripted replies first, else what a
 * shop with one sale, one order and one place on the waitlist would say.
 */
import type { DrawProof } from '../../contract/draw-proof.ts';
import type { MyOrders, OrderView } from '../../contract/order.ts';
import { httpOf, type Outcome } from '../../contract/outcomes.ts';
import { type SaleView, saleStateAt } from '../../contract/sale.ts';
import type { ListedSale } from '../../contract/sale-list.ts';
import type { Place } from '../../contract/waitlist.ts';

/** Where the buyer pays. */
export const PAY_PAGE = '/provider';
export interface SeenRequest {
  method: string;
  path: string;
  atMs: number;
  key: string | undefined;
  cookie: string | undefined;
  authorization: string | undefined;
  presaleCode: string | undefined;
  body: string;
}

/** `lost`: the shop acts and the connection breaks before its answer. */
export type Reply = Outcome | 'lost';

export interface Shop {
  url: string;
  sale: SaleView;
  /** What the list of sales shows; undefined: the one sale. */
  listed: ListedSale[] | undefined;
  /** The order that polling finds; undefined: none. */
  order: OrderView | undefined;
  /** Where the buyer is on the waitlist; undefined: nowhere. */
  waiting: Place | undefined;
  /** What is published of the draw, and who asks; undefined: no answer. */
  draw: { proof: DrawProof; buyerId: string } | undefined;
  /** The only token that is good; undefined: everybody is a guest. */
  token: string | undefined;
  /**
   * What the next presses of a button are answered; when used up, the shop does what is asked. A
   * function also changes the shop at that very moment, which no look of the page comes before.
   */
  replies: (Reply | (() => Reply))[];
  place(request: SeenRequest): Reply;
  seen: SeenRequest[];
  /** How many requests came without a cookie where who asks matters: each made a guest. */
  guests: number;
  clockDelayMs: number;
  /** The edge cannot hear the shop, and has no copy of the sale. */
  isSilent: boolean;
  nowMs(): number;
  requests(method: string, path: RegExp): SeenRequest[];
  stop(): Promise<void>;
}

export interface ShopAnswer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

const ok = (body: unknown): ShopAnswer => ({ status: 200, headers: {}, body });

export function replyTo(shop: Shop, seen: SeenRequest): ShopAnswer | 'lost' {
  const { method, path } = seen;
  const now = new Date(shop.nowMs()).toISOString();
  if (path === '/api/sales/demo' && shop.isSilent) {
    return httpOf({ kind: 'overloaded', retryAfterMs: 1000 });
  }
  if (path === '/api/sales/demo') return ok({ ...shop.sale, now, state: stateOf(shop) });
  if (path === '/api/sales') {
    return shop.isSilent
      ? httpOf({ kind: 'overloaded', retryAfterMs: 1000 })
      : ok({ now, sales: shop.listed ?? [listedOf(shop)] });
  }
  if (path === '/api/sales/demo/leaderboard?top=5') return ok(BOARD);
  if (path === '/api/sales/demo/draw') return shop.draw ? ok(shop.draw.proof) : 'lost';
  if (shop.token !== undefined && seen.authorization !== `Bearer ${shop.token}`) {
    return httpOf({ kind: 'unauthenticated', reason: 'the token has expired' });
  }
  if (path === '/api/clock') return ok({ now });
  if (path === '/api/human') return { status: 204, headers: {}, body: undefined };
  if (path === '/api/orders') return ok({ orders: ordersOf(shop) });
  if (!/^\/api\/(sales\/demo|orders)\//.test(path)) return httpOf({ kind: 'unknown-sale' });
  if (method !== 'GET') {
    const scripted = shop.replies.shift();
    const reply = typeof scripted === 'function' ? scripted() : scripted;
    if (reply !== undefined) return reply === 'lost' ? reply : httpOf(reply);
  }
  if (path.endsWith('/waitlist')) return replyOnWaitlist(shop, method);
  if (path.endsWith('/draw/mine')) return ok({ buyerId: shop.draw?.buyerId });
  if (path.endsWith('/leaderboard/mine')) return ok({ rank: 17, quantity: 1, elapsedMs: 1234 });
  if (method === 'POST') return act(shop, seen);
  return shop.order === undefined
    ? httpOf({ kind: 'unknown-order' })
    : httpOf({ kind: 'order', order: shop.order });
}

function act(shop: Shop, seen: SeenRequest): ShopAnswer | 'lost' {
  const { order } = shop;
  if (seen.path.endsWith('/payment') && order !== undefined) {
    shop.order = { ...order, payment: 'open' };
    const paymentId = `pay_${order.orderId}_1`;
    return ok({ paymentId, url: shop.url + PAY_PAGE, payBefore: order.payBefore });
  }
  if (seen.path.endsWith('/cancellation') && order !== undefined) {
    shop.order = { ...order, state: 'cancelled', closedBy: 'buyer' };
    return httpOf({ kind: 'order', order: shop.order });
  }
  const reply = shop.place(seen);
  return reply === 'lost' ? reply : httpOf(reply);
}

function replyOnWaitlist(shop: Shop, method: string): ShopAnswer {
  if (method === 'PUT') shop.waiting ??= placeOf();
  if (shop.waiting === undefined) return httpOf({ kind: 'not-waiting' });
  if (method !== 'DELETE') return ok(shop.waiting);
  shop.waiting = undefined;
  return { status: 204, headers: {}, body: undefined };
}

function ordersOf({ order, sale }: Shop): MyOrders['orders'] {
  if (order === undefined) return [];
  const { title, price, currency, opensAt: placedAt } = sale;
  return [{ ...order, title, price, currency, placedAt }];
}

export function listedOf(shop: Shop, change: Partial<ListedSale> = {}): ListedSale {
  const { saleId, title, price, currency, opensAt, closesAt, units, remaining } = shop.sale;
  const sale = { saleId, title, price, currency, opensAt, closesAt, units, remaining };
  return { ...sale, state: stateOf(shop), ...change };
}

const BOARD = {
  score: 'fastest',
  buyers: 99,
  top: [1, 2, 3, 4, 5].map((rank) => ({
    rank,
    buyer: `b••••${rank}`,
    quantity: 1,
    elapsedMs: 100 * rank,
  })),
  curve: [{ second: 0, units: 99 }],
};

function stateOf({ sale, nowMs }: Shop) {
  if (sale.state !== 'scheduled') return sale.state;
  const [opensAtMs, closesAtMs] = [Date.parse(sale.opensAt), Date.parse(sale.closesAt)];
  const soldOut = sale.remaining === 0;
  return saleStateAt({ opensAtMs, closesAtMs, paused: false, soldOut }, nowMs());
}

export function placeOf(place: Partial<Place> = {}): Place {
  const joinedAt = new Date(0).toISOString();
  return { place: 3, waiting: 7, quantity: 1, joinedAt, unpaidUnits: 4, ...place };
}
