/** @import { FeedParts, OrderView } from './types.ts' */
/**
 * Hears from the shop what became of the order, while there is one that goes on or a place in line.
 * Nothing depends on it: while it is open the page asks less often, and else as it did before. It
 * only ever tells of an order's next state; what it does not tell, such as a payment that failed,
 * the next question brings.
 */
import { fraction, monotonicMs, readToken } from './device.js';
import { mayOrderAgain } from './next-step.js';

const PROTOCOL = 'sluice.feed.v1';
/** A browser can give a WebSocket no other header, and a URL is no place for a token. */
const TOKEN_PREFIX = 'sluice.bearer.';
const PING = 'ping';
const PONG = 'pong';
/** Newer pages of the same buyer took the place. */
const REPLACED = 4001;

/** Those that click together do not connect together. */
const FIRST_SPREAD_MS = 500;
const FIRST_RETRY_MS = 2000;
const LONGEST_RETRY_MS = 60_000;
/** Four minutes of them: it does not get through here, and the page goes on asking. */
const MOST_FAILURES = 8;
/** A connection that ends sooner was none. */
const STEADY_MS = 30_000;
const PING_EVERY_MS = 30_000;
/** Two pings without an answer: nobody is there. */
const SILENT_AFTER_MS = 70_000;
/** What the payment came to is asked for once the order is over. */
const PAYMENT_LOOK_MS = 1000;

/** An order that the shop still does something with. */
const LIVE = ['accepting', 'queued', 'entered', 'reserved'];

/**
 * From a quarter of it to nearly twice: pages that were cut off together come back apart.
 * @param {number} failures
 * @param {number} fraction
 */
export function feedRetryMs(failures, fraction) {
  const grownMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
  return grownMs * (0.25 + 1.5 * fraction);
}

/**
 * What a pushed order means for the one that is known; undefined: nothing new, or not for here.
 * @param {OrderView | undefined} known
 * @param {OrderView} pushed
 * @param {boolean} [isInLine]
 * @returns {OrderView | undefined}
 */
export function heardOf(known, pushed, isInLine = false) {
  // Whoever has two orders by mistake is shown the one that counts, by the next question.
  if (pushed.reason === 'duplicate') return undefined;
  if (known?.orderId !== pushed.orderId) {
    // The end of an earlier order takes nothing from who has another, or waits for one.
    const hasNewer = isInLine || (known !== undefined && [...LIVE, 'paid'].includes(known.state));
    return hasNewer && !LIVE.includes(pushed.state) ? undefined : pushed;
  }
  if (known.state === pushed.state) return undefined;
  return known.payment === undefined ? pushed : { ...pushed, payment: known.payment };
}

/** @param {FeedParts} parts */
export function createFeed(parts) {
  const { saleId, facts, change, hear } = parts;
  /** @type {WebSocket | undefined} */
  let socket;
  let timer = 0;
  let failures = 0;
  let isOver = false;

  const isWanted = () => {
    const { order, place, refusal } = facts();
    if (isOver || refusal?.trouble === 'signed-out') return false;
    return place !== undefined || (order !== undefined && LIVE.includes(order.state));
  };

  function update() {
    if (!isWanted()) return stop();
    if (socket === undefined && timer === 0) plan(fraction() * FIRST_SPREAD_MS);
  }

  function stop() {
    clearTimeout(timer);
    timer = 0;
    socket?.close();
  }

  /** @param {number} waitMs */
  function plan(waitMs) {
    timer = setTimeout(() => {
      timer = 0;
      if (isWanted()) connect();
    }, waitMs);
  }

  function connect() {
    const startedAtMs = monotonicMs();
    const mine = openSocket(saleId);
    // A token that no protocol may be called: its buyer goes on asking.
    if (mine === undefined) {
      isOver = true;
      return;
    }
    socket = mine;
    listen(mine, {
      open: () => change({ isFed: true }),
      take: (pushed) => take(parts, pushed),
      end: (code) => {
        if (socket !== mine) return;
        socket = undefined;
        failures = monotonicMs() - startedAtMs < STEADY_MS ? failures + 1 : 0;
        isOver = code === REPLACED || failures > MOST_FAILURES;
        if (isWanted()) plan(feedRetryMs(failures, fraction()));
        const { order, isFed } = facts();
        change({ isFed: false });
        // The next question was put off while this was open.
        if (isFed && order !== undefined) hear(order);
      },
    });
  }

  // A browser keeps no page for the way back that has a connection.
  addEventListener('pagehide', stop);
  addEventListener('pageshow', update);
  return { update };
}

/** @param {string} saleId */
function openSocket(saleId) {
  const url = new URL(`/api/sales/${encodeURIComponent(saleId)}/feed`, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const token = readToken();
  try {
    return new WebSocket(url, token === undefined ? PROTOCOL : [PROTOCOL, TOKEN_PREFIX + token]);
  } catch {
    return undefined;
  }
}

/**
 * Tells the end when it is noticed: a connection with nobody behind it may take long to close.
 * @param {WebSocket} socket
 * @param {{ open(): void, take(data: unknown): void, end(code: number): void }} on
 */
function listen(socket, { open, take, end }) {
  let heardAtMs = monotonicMs();
  const pinging = setInterval(() => {
    if (monotonicMs() - heardAtMs > SILENT_AFTER_MS) over(0);
    else if (socket.readyState === WebSocket.OPEN) socket.send(PING);
  }, PING_EVERY_MS);
  socket.addEventListener('open', open);
  socket.addEventListener('message', ({ data }) => {
    heardAtMs = monotonicMs();
    if (data !== PONG) take(data);
  });
  socket.addEventListener('close', ({ code }) => over(code));

  /** @param {number} code */
  function over(code) {
    clearInterval(pinging);
    socket.close();
    end(code);
  }
}

/** @param {FeedParts} parts @param {unknown} data */
function take({ shop, facts, change, hear }, data) {
  const pushed = parse(data);
  if (pushed === undefined) return;
  const { order, place } = facts();
  const heard = heardOf(order, pushed, place !== undefined);
  if (heard === undefined) return;
  if (place !== undefined && !mayOrderAgain(heard)) change({ place: undefined, wasServed: true });
  hear(heard);
  if (heard.payment === undefined) return;
  setTimeout(
    async () => {
      const answer = await shop.order(heard.orderId);
      if (answer.kind === 'ok') hear(answer.body);
    },
    PAYMENT_LOOK_MS * (1 + fraction() * 4),
  );
}

/** @param {unknown} data @returns {OrderView | undefined} */
function parse(data) {
  try {
    return JSON.parse(String(data));
  } catch {
    return undefined;
  }
}
