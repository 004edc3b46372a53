/** @import { Answer, Language, MyOrders, OrdersLabel, Refused, Words } from './types.ts' */
/**
 * A buyer's orders in all sales, each with its state in words and a way to its page. Who comes with
 * the shop's token sees the same on every device; a guest sees those of this browser. What was
 * shown stays while the shop does not answer.
 */
import { askAsBuyer } from './api.js';
import { createConnection } from './connection.js';
import { createMemory, fraction, takeToken } from './device.js';
import { fill } from './language.js';
import { isPayable, ORDER_SCREENS, orderMessage } from './next-step.js';
import { loadRetryMs } from './schedule.js';
import { createSpoken, make, write } from './spoken.js';

/** States change within minutes; the order's own page is the one that hurries. */
const REFRESH_MS = 30_000;

/** @type {Record<Language, Record<OrdersLabel, string>>} */
const LABELS = {
  en: {
    none: 'No orders yet.',
    quantity: 'Quantity {quantity} · {id}',
    pay: 'Continue to payment',
    'sign-in': 'On another device, open this page from the shop.',
    sentences: '{first}. {second}',
  },
  'zh-CN': {
    none: '还没有订单。',
    quantity: '数量 {quantity} · {id}',
    pay: '去付款',
    'sign-in': '在其他设备上，请从商店进入本页。',
    sentences: '{first}。{second}',
  },
};

takeToken();
/** @type {MyOrders['orders'] | undefined} */
let orders;
/** @type {Refused | undefined} */
let refusal;
let failures = 0;
let timer = 0;
const words = createSpoken({ memory: createMemory(), draw });
const connection = createConnection({ words });

async function look() {
  clearTimeout(timer);
  if (document.hidden) return;
  /** @type {Answer<MyOrders>} */
  const answer = await askAsBuyer('/api/orders');
  refusal = answer.kind === 'ok' ? undefined : answer;
  failures = answer.kind === 'ok' ? 0 : failures + 1;
  if (answer.kind === 'ok') {
    orders = answer.body.orders;
    connection.heard();
  }
  draw();
  if (refusal?.status === 401) return;
  const retryAfterMs = refusal?.retryAfterMs;
  const waitMs = failures === 0 ? REFRESH_MS * (1 + fraction()) : undefined;
  timer = setTimeout(look, waitMs ?? loadRetryMs({ failures, retryAfterMs, fraction: fraction() }));
}

function draw() {
  const spoken = words();
  if (spoken === undefined) return;
  const labels = LABELS[spoken.language];
  document.title = spoken.label('my-orders');
  write('title', spoken.label('my-orders'));
  connection.draw();
  const trouble = orders === undefined ? (refusal?.trouble ?? 'loading') : refusal?.trouble;
  const nothing = orders?.length === 0 ? `${labels.none} ${labels['sign-in']}` : '';
  write('note', trouble === undefined ? nothing : sentences(spoken, spoken.messages[trouble]));
  // What a refused token was to show belongs to somebody who is not here any more.
  const shown = refusal?.status === 401 ? [] : (orders ?? []);
  showItems(shown.map((order) => itemOf(spoken, order)));
}

/** The focus stays on its order. @param {HTMLElement[]} items */
function showItems(items) {
  const list = document.getElementById('list');
  const focused = list?.contains(document.activeElement)
    ? document.activeElement?.getAttribute('data-order')
    : undefined;
  list?.replaceChildren(...items);
  if (focused) {
    const link = list?.querySelector(`[data-order="${focused}"]`);
    if (link instanceof HTMLElement) link.focus();
  }
}

/** @param {Words} spoken @param {MyOrders['orders'][number]} order */
function itemOf(spoken, order) {
  // The shop says itself when the time to pay is over; this page needs no clock.
  const message = spoken.messages[orderMessage(order, { nowMs: 0 })];
  const time = order.payBefore === undefined ? '' : spoken.time(Date.parse(order.payBefore));
  const link = make('a', '', order.title);
  link.href = `/s/${encodeURIComponent(order.saleId)}`;
  link.dataset.order = order.orderId;
  const { price, currency, quantity, orderId, placedAt } = order;
  const item = make('li', '', make('h2', '', link));
  item.dataset.tone = ORDER_SCREENS[order.state].tone;
  if (price !== undefined && currency !== undefined) {
    item.append(make('p', 'price', spoken.price(price * quantity, currency)));
  }
  item.append(make('p', 'told', fill(sentences(spoken, message), { time })));
  const names = { quantity: spoken.number(quantity), id: orderId };
  const details = make('p', 'small', fill(LABELS[spoken.language].quantity, names));
  if (placedAt !== undefined) details.prepend(`${spoken.date(Date.parse(placedAt))} · `);
  item.append(details);
  // The card's own link leads there.
  if (isPayable(order, 0)) item.append(make('p', 'next', LABELS[spoken.language].pay));
  return item;
}

/** @param {Words} spoken @param {readonly string[]} message */
function sentences(spoken, [first = '', second = '']) {
  return fill(LABELS[spoken.language].sentences, { first, second });
}

document.addEventListener('visibilitychange', look);
addEventListener('online', look);
void look();
