/** @import { Answer, Language, MyOrders, OrdersLabel, Refused, Words } from './types.ts' */
/**
 * A buyer's orders in all sales, each with its state in words and a way to its page. Who comes with
 * the shop's token sees the same on every device; a guest sees those of this browser.
 */
import { askAsBuyer } from './api.js';
import { createMemory, fraction, takeToken } from './device.js';
import { fill, languageOf, loadWords } from './language.js';
import { orderMessage } from './next-step.js';
import { loadRetryMs } from './schedule.js';

/** States change within minutes; the order's own page is the one that hurries. */
const REFRESH_MS = 30_000;

/** @type {Record<Language, Record<OrdersLabel, string>>} */
const LABELS = {
  en: {
    none: 'No orders yet.',
    quantity: 'Quantity {quantity} · {id}',
    'sign-in': 'On another device, open this page from the shop.',
    sentences: '{first}. {second}',
  },
  'zh-CN': {
    none: '还没有订单。',
    quantity: '数量 {quantity} · {id}',
    'sign-in': '在其他设备上，请从商店进入本页。',
    sentences: '{first}。{second}',
  },
};

takeToken();
const memory = createMemory();
/** @type {Words} */
let words;
/** The language that was chosen last. @type {Language | undefined} */
let chosen;
/** @type {MyOrders['orders'] | undefined} */
let orders;
/** @type {Refused | undefined} */
let refusal;
let failures = 0;
let timer = 0;

async function look() {
  clearTimeout(timer);
  if (document.hidden) return;
  /** @type {Answer<MyOrders>} */
  const answer = await askAsBuyer('/api/orders');
  refusal = answer.kind === 'ok' ? undefined : answer;
  failures = answer.kind === 'ok' ? 0 : failures + 1;
  if (answer.kind === 'ok') orders = answer.body.orders;
  draw();
  if (refusal?.status === 401) return;
  const retryAfterMs = refusal?.retryAfterMs;
  const waitMs = failures === 0 ? REFRESH_MS * (1 + fraction()) : undefined;
  timer = setTimeout(look, waitMs ?? loadRetryMs({ failures, retryAfterMs, fraction: fraction() }));
}

async function speak() {
  const language = languageOf(memory.read('sluice:language'), navigator.language);
  chosen = language;
  const loaded = await loadWords(language);
  if (chosen !== language) return;
  words = loaded;
  draw();
}

function draw() {
  // They are on their way.
  if (!words) return;
  const labels = LABELS[words.language];
  document.documentElement.lang = words.language;
  document.title = words.label('my-orders');
  write('title', words.label('my-orders'));
  for (const button of document.querySelectorAll('#languages button')) {
    button.setAttribute('aria-pressed', String(button.getAttribute('lang') === words.language));
  }
  document.getElementById('languages')?.setAttribute('aria-label', words.label('language'));
  const trouble = orders === undefined ? (refusal?.trouble ?? 'loading') : refusal?.trouble;
  const nothing = orders?.length === 0 ? `${labels.none} ${labels['sign-in']}` : '';
  write('note', trouble === undefined ? nothing : sentences(words.messages[trouble]));
  // What a refused token was to show belongs to somebody who is not here any more.
  const shown = refusal?.status === 401 ? [] : (orders ?? []);
  document.getElementById('list')?.replaceChildren(...shown.map(itemOf));
}

/** @param {MyOrders['orders'][number]} order */
function itemOf(order) {
  // The shop says itself when the time to pay is over; this page needs no clock.
  const message = words.messages[orderMessage(order, { nowMs: 0 })];
  const time = order.payBefore === undefined ? '' : words.time(Date.parse(order.payBefore));
  const link = document.createElement('a');
  link.href = `/s/${encodeURIComponent(order.saleId)}`;
  link.textContent = order.title;
  const item = document.createElement('li');
  const box = document.createElement('div');
  const quantity = { quantity: words.number(order.quantity), id: order.orderId };
  item.append(box);
  box.append(
    link,
    paragraph(fill(sentences(message), { time })),
    paragraph(fill(LABELS[words.language].quantity, quantity), 'small'),
  );
  return item;
}

/** @param {readonly string[]} message */
function sentences([first = '', second = '']) {
  return fill(LABELS[words.language].sentences, { first, second });
}

/** @param {string} text @param {string} [className] */
function paragraph(text, className = '') {
  const made = document.createElement('p');
  made.className = className;
  made.textContent = text;
  return made;
}

/** @param {string} id @param {string} text */
function write(id, text) {
  const target = document.getElementById(id);
  if (target !== null && target.textContent !== text) target.textContent = text;
}

document.getElementById('languages')?.addEventListener('click', ({ target }) => {
  if (!(target instanceof HTMLButtonElement)) return;
  memory.write('sluice:language', target.lang);
  void speak();
});
document.addEventListener('visibilitychange', look);
void speak();
void look();
