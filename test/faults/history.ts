/**
 * What clients were told, and the one judge of it: every answer of every buyer is held against what
 * the book says once all is at rest. Pure; each finding is a sentence, and nothing to say means
 * that every promise was kept. Answers that overlapped in time are not put in an order.
 */
/** One answer. */
export interface Told {
  buyerId: string;
  /**
   * `202`, `409 sold-out`, …; `no connection` when nobody took the request; when it was sent,
   * `cut off` when its connection broke, `no answer` when time was up.
   */
  answer: string;
  orderId: string | undefined;
  state: string | undefined;
  /** The order that this request was about, whatever the answer; known from the click's key. */
  aboutOrderId?: string;
  /** By one clock for all answers of a history. */
  askedAtMs?: number;
  toldAtMs?: number;
  /** False: the answer may pass, and does not say when to ask again. */
  saysWhen?: boolean;
}

/** What the book has of the orders: its rows, and the results in the order of their numbers. */
export interface KnownOrders {
  orders: readonly KnownOrder[];
  results: readonly { orders: readonly KnownStep[] }[];
}

export interface KnownOrder {
  orderId: string;
  buyerId: string;
  state: string;
  /** 1 while it holds units. */
  live: number | null;
}

export interface KnownStep {
  orderId: string;
  buyerId: string;
  state: string;
  /** With `rejected`. */
  reason?: string | undefined;
}

export interface JudgeOptions {
  /** Why an order may be rejected although it was called `queued`; none, unless a fault says so. */
  rejections?: readonly string[];
}

/** Every answer that the contract documents for these requests: status and problem. */
const DOCUMENTED: ReadonlySet<string> = new Set([
  '200',
  '202',
  '204',
  '403 not-open',
  '404 unknown-order',
  '409 sold-out',
  '410 ended',
  '422 key-reused',
  '429 not-drawn',
  '429 too-fast',
  '503 recovering',
  '503 overloaded',
  'no answer',
  'no connection',
  'cut off',
]);

/** How far along an order is; nobody is told of a step back. `accepting` promises nothing. */
const RANKS: Readonly<Record<string, number>> = {
  entered: 0.5,
  queued: 1,
  reserved: 2,
  paid: 3,
  expired: 3,
  cancelled: 3,
  rejected: 3,
  refunded: 4,
};
const UNKNOWN = '404 unknown-order';
/** A click that got one of these is over, until it is repeated. */
const REFUSED_FOR_GOOD: ReadonlySet<string> = new Set(['409 sold-out', '410 ended']);
const HOLDS_UNITS: ReadonlySet<string> = new Set(['reserved', 'paid']);

export function judgeHistory(
  history: readonly Told[],
  known: KnownOrders,
  { rejections = [] }: JudgeOptions = {},
): string[] {
  const found = new Set([
    ...undocumented(history),
    ...brokenPromises(history, known, new Set(rejections)),
    ...stepsBack(history),
    ...refusedAndSold(history, known),
    ...liveTwice(known),
  ]);
  return [...found];
}

/** What needs no book: answers nobody documented, and two orders told to one buyer of one sale. */
export function contradictions(history: readonly Told[]): string[] {
  const found = undocumented(history);
  for (const [buyerId, told] of Map.groupBy(history, (answer) => answer.buyerId)) {
    const orders = new Set(told.flatMap(({ orderId }) => orderId ?? []));
    if (orders.size > 1) found.push(`${buyerId} was told of ${[...orders].join(' and ')}`);
  }
  return found;
}

export function undocumented(history: readonly Told[]): string[] {
  return history.flatMap(({ buyerId, answer, saysWhen }) => {
    if (!DOCUMENTED.has(answer)) return [`${buyerId} was told ${answer}, which is not documented`];
    return saysWhen === false ? [`${buyerId} was told ${answer} without Retry-After`] : [];
  });
}

/** Each order's steps in the book, as the results tell them. */
export function pathsOf(results: KnownOrders['results']): Map<string, string[]> {
  const paths = new Map<string, string[]>();
  for (const { orderId, state } of results.flatMap((row) => row.orders)) {
    const path = paths.get(orderId);
    if (path === undefined) paths.set(orderId, [state]);
    else path.push(state);
  }
  return paths;
}

/** Whatever a buyer was told of an order was so at some time, and the order is that buyer's. */
function brokenPromises(
  history: readonly Told[],
  { orders, results }: KnownOrders,
  rejections: ReadonlySet<string>,
): string[] {
  const paths = pathsOf(results);
  const reasons = new Map(
    results.flatMap((row) => row.orders).map(({ orderId, reason }) => [orderId, reason]),
  );
  const byId = new Map(orders.map((order) => [order.orderId, order]));
  return history.flatMap(({ orderId, buyerId, state }) => {
    if (orderId === undefined || state === undefined || state === 'accepting') return [];
    const order = byId.get(orderId);
    if (order === undefined) return [`${orderId} was ${state} to ${buyerId} and is gone`];
    if (order.buyerId !== buyerId) return [`${orderId} is not ${buyerId}'s`];
    // In the draw: it is resolved, one way or the other.
    if (state === 'entered') return [];
    if (state !== 'queued') {
      return paths.get(orderId)?.includes(state) ? [] : [`${orderId} was never ${state}`];
    }
    const reason = reasons.get(orderId) ?? 'no reason';
    if (order.state !== 'rejected' || rejections.has(reason)) return [];
    return [`${orderId} was queued to ${buyerId} and is rejected: ${reason}`];
  });
}

/** What was told later is never less, as long as the second was asked after the first was told. */
function stepsBack(history: readonly Told[]): string[] {
  const found: string[] = [];
  const subject = (told: Told) => told.orderId ?? told.aboutOrderId;
  for (const [orderId, answers] of Map.groupBy(history, subject)) {
    if (orderId === undefined) continue;
    for (const before of answers) {
      for (const after of answers) {
        if (!isAfter(before, after)) continue;
        const { state: from } = before;
        if (from !== undefined && from !== 'accepting' && after.answer === UNKNOWN) {
          found.push(`${orderId} was ${from}, and then unknown`);
        }
        const { state: to } = after;
        if (from === undefined || to === undefined) continue;
        if (to === 'accepting' ? from !== 'accepting' && from !== 'queued' : isBack(from, to)) {
          found.push(`${orderId} was ${from}, and then ${to}`);
        }
      }
    }
  }
  return found;
}

function isBack(from: string, to: string): boolean {
  const [before = 0, after = 0] = [RANKS[from], RANKS[to]];
  return after < before || (after === before && from !== to);
}

function isAfter(before: Told, after: Told): boolean {
  const { toldAtMs } = before;
  const { askedAtMs } = after;
  return toldAtMs !== undefined && askedAtMs !== undefined && askedAtMs > toldAtMs;
}

/** Whoever was last told that there is nothing for this click did not get an order for it. */
function refusedAndSold(history: readonly Told[], { orders }: KnownOrders): string[] {
  const byId = new Map(orders.map((order) => [order.orderId, order]));
  const found: string[] = [];
  for (const [orderId, answers] of Map.groupBy(history, (told) => told.aboutOrderId)) {
    const order = orderId === undefined ? undefined : byId.get(orderId);
    if (order === undefined || order.state === 'rejected') continue;
    const last = answers.toSorted((a, b) => (a.toldAtMs ?? 0) - (b.toldAtMs ?? 0)).at(-1);
    if (last === undefined || !REFUSED_FOR_GOOD.has(last.answer)) continue;
    found.push(`${last.buyerId} was told ${last.answer}, and ${orderId} is ${order.state}`);
  }
  return found;
}

/** By the results, number by number, and by the rows in the end. */
function liveTwice({ orders, results }: KnownOrders): string[] {
  const found: string[] = [];
  const live = new Map<string, string>();
  for (const { orderId, buyerId, state } of results.flatMap((row) => row.orders)) {
    const held = live.get(buyerId);
    if (HOLDS_UNITS.has(state)) {
      if (held !== undefined && held !== orderId) {
        found.push(`${buyerId} has ${held} and ${orderId} at once`);
      }
      live.set(buyerId, orderId);
    } else if (held === orderId) live.delete(buyerId);
  }
  const rows = orders.filter((order) => order.live === 1);
  for (const [buyerId, mine] of Map.groupBy(rows, (order) => order.buyerId)) {
    if (mine.length > 1) found.push(`${buyerId} has ${mine.length} live orders`);
  }
  return found;
}
