/**
 * What buyers do: click, click again, ask, cancel, pay, wait in line. Each remembers the keys it
 * used, the orders it heard of and where it may pay; each answer goes into the history.
 */
import type { Outcome } from '../../contract/outcomes.ts';
import type { Told } from './history.ts';
import type { Requests } from './requests.ts';
import { passesEdge } from './through-edge.ts';
import { SALE_ID, type World } from './world.ts';

interface Buyer {
  id: string;
  /** Keys used, with the quantity that each asked for. */
  clicks: { key: string; quantity: number }[];
  orderIds: string[];
  state: Map<string, Told['state']>;
}

export interface Buyers {
  act(): void;
  /** Payments of which a page was shown to a buyer. */
  pages: readonly string[];
}

interface Shop {
  world: World;
  requests: Requests;
  pages: string[];
}

/** Repeated clicks that are the last one's; the others are of any earlier one. */
const LAST_AGAIN = 0.7;
/** Repeated clicks that ask for another quantity, which is a mistake of the client. */
const OTHER_QUANTITY = 0.05;
/** Looks at an order that do not name it. */
const ASKS_FOR_MINE = 0.4;

type Action = (shop: Shop, buyer: Buyer) => void;

const ACTIONS: [Action, number][] = [
  [(shop, buyer) => click(shop, buyer, false), 8],
  [(shop, buyer) => click(shop, buyer, true), 5],
  [ask, 6],
  [cancel, 3],
  [pay, 6],
  [wait, 5],
  [clickInTwoTabs, 3],
  [leave, 1],
  [lookAtPlace, 1],
];

export function createBuyers(world: World, requests: Requests): Buyers {
  const buyers = world.buyers.map(
    (id): Buyer => ({ id, clicks: [], orderIds: [], state: new Map() }),
  );
  const shop: Shop = { world, requests, pages: [] };
  const { dice } = world;
  return {
    act: () => dice.pickBy(ACTIONS)(shop, dice.pick(buyers)),
    pages: shop.pages,
  };
}

function click({ world, requests }: Shop, buyer: Buyer, isAgain: boolean): void {
  const { dice, scenario } = world;
  const before = dice.chance(LAST_AGAIN) ? buyer.clicks.at(-1) : dice.pickMaybe(buyer.clicks);
  const fresh = { key: `key-${buyer.clicks.length}`, quantity: dice.whole(1, scenario.perBuyer) };
  const chosen = isAgain && before !== undefined ? before : fresh;
  if (chosen === fresh) buyer.clicks.push(fresh);
  if (!passesEdge({ world, requests }, 'order', buyer.id)) return;
  const { key: idempotencyKey } = chosen;
  const isOther = dice.chance(OTHER_QUANTITY);
  const quantity = isOther ? dice.whole(1, scenario.perBuyer) : chosen.quantity;
  const admittedAtMs = world.schedule.nowMs();
  const wanted = { saleId: SALE_ID, buyerId: buyer.id, idempotencyKey, quantity, admittedAtMs };
  requests.send({
    about: `${buyer.id} clicks (${idempotencyKey}, ${quantity})`,
    ask: (api) => api.admit(wanted),
    told: (outcome, sentAtMs) => note(world, buyer, { outcome, sentAtMs }),
  });
}

/** One orders while the other joins the line: they reach different processes at the same time. */
function clickInTwoTabs(shop: Shop, buyer: Buyer): void {
  click(shop, buyer, false);
  wait(shop, buyer);
}

function ask({ world, requests }: Shop, buyer: Buyer): void {
  const orderId = buyer.orderIds.at(-1);
  if (orderId === undefined || world.dice.chance(ASKS_FOR_MINE)) {
    requests.send({
      about: `${buyer.id} asks for its order`,
      ask: (api) => api.orders.mine(SALE_ID, buyer.id),
      told: (outcome, sentAtMs) => note(world, buyer, { outcome, sentAtMs }),
    });
    return;
  }
  requests.send({
    about: `${buyer.id} asks for ${orderId}`,
    ask: (api) => api.orders.byId(orderId, buyer.id),
    told: (outcome, sentAtMs) => note(world, buyer, { outcome, sentAtMs, asked: orderId }),
  });
}

function cancel({ world, requests }: Shop, buyer: Buyer): void {
  const orderId = openOrder(world, buyer);
  if (orderId === undefined) return;
  requests.send({
    about: `${buyer.id} cancels ${orderId}`,
    ask: (api) => api.cancel({ orderId, buyerId: buyer.id }),
    told: (outcome, sentAtMs) => note(world, buyer, { outcome, sentAtMs, asked: orderId }),
  });
}

function pay(shop: Shop, buyer: Buyer): void {
  const { world, requests, pages } = shop;
  const orderId = openOrder(world, buyer);
  if (orderId === undefined) {
    ask(shop, buyer);
    return;
  }
  requests.send({
    about: `${buyer.id} wants to pay ${orderId}`,
    ask: (api) => api.payments.start(orderId, buyer.id),
    told(started) {
      // What costs nothing has no page at the provider.
      if ('kind' in started || world.scenario.price === 0) return;
      if (!pages.includes(started.paymentId)) pages.push(started.paymentId);
    },
  });
}

function wait({ world, requests }: Shop, { id: buyerId }: Buyer): void {
  if (!passesEdge({ world, requests }, 'join', buyerId)) return;
  const quantity = world.dice.whole(1, world.scenario.perBuyer);
  requests.send({
    about: `${buyerId} joins the line (${quantity})`,
    ask: (api) => api.waitlist.join({ saleId: SALE_ID, buyerId, quantity }),
  });
}

function leave({ requests }: Shop, { id: buyerId }: Buyer): void {
  requests.send({
    about: `${buyerId} leaves the line`,
    ask: (api) => api.waitlist.leave({ saleId: SALE_ID, buyerId }),
  });
}

function lookAtPlace({ requests }: Shop, { id: buyerId }: Buyer): void {
  requests.send({
    about: `${buyerId} looks at its place`,
    ask: (api) => api.waitlist.place({ saleId: SALE_ID, buyerId }),
  });
}

const OPEN: ReadonlySet<Told['state'] | undefined> = new Set<Told['state']>([
  ...(['accepting', 'queued', 'entered', 'reserved'] as const),
]);

function openOrder({ dice }: World, { orderIds, state }: Buyer): string | undefined {
  return dice.pickMaybe(orderIds.filter((orderId) => OPEN.has(state.get(orderId))));
}

interface Heard {
  outcome: Outcome;
  sentAtMs: number;
  /** The order that was asked for by its id. */
  asked?: string;
}

function note(world: World, buyer: Buyer, { outcome, sentAtMs, asked }: Heard): void {
  if (outcome.kind === 'accepted' || outcome.kind === 'order') {
    const { orderId, state } = outcome.order;
    buyer.state.set(orderId, state);
    if (!buyer.orderIds.includes(orderId)) buyer.orderIds.push(orderId);
    compare(world, { orderId, state, sentAtMs, buyerId: buyer.id });
  } else if (outcome.kind === 'unknown-order' && asked !== undefined) {
    compare(world, { orderId: asked, state: 'unknown', sentAtMs, buyerId: buyer.id });
  }
}

function compare({ history, schedule, doubt, complain }: World, news: Omit<Told, 'toldAtMs'>) {
  const breach = history.tell({ ...news, toldAtMs: schedule.nowMs() });
  // A store that waits to be filled knows that it knows nothing; one that is behind does not.
  const mustKnow = news.state === 'unknown' ? doubt.wasNoticed : doubt.wasHeardOf;
  if (breach !== undefined && mustKnow(news.sentAtMs)) complain(`I3: ${breach}`);
}
