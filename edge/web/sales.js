/** @import { Answer, Language, ListedSale, Refused } from './types.ts' */
/** @import { SaleList, SalesLabel, Words } from './types.ts' */
/**
 * The sales of the shop: which are open, when the next one is, what is over. Counts down by the
 * shop's clock and asks nothing while one of them opens. What was shown stays while the shop does
 * not answer, and says of when it is.
 */
import { ask } from './api.js';
import { createConnection } from './connection.js';
import { createMemory, fraction, monotonicMs, takeToken } from './device.js';
import { fill } from './language.js';
import { stateAt } from './next-step.js';
import { isQuiet, loadRetryMs, nextTickMs, partsOf, secondsLeft } from './schedule.js';
import { createSpoken, make, write } from './spoken.js';

const OWN_PICTURE = new URL('picture.svg', import.meta.url).pathname;
const REFRESH_MS = 15_000;
/** Further away, its day says more. */
const COUNTED_MS = 86_400_000;
const HOUR_SECONDS = 3600;

/** @type {Record<Language, Record<SalesLabel, string>>} */
const LABELS = {
  en: {
    title: 'Sales',
    none: 'There is no sale at the moment. The next one will be shown here.',
    'opens-at': 'Opens {time}',
    'opens-in': 'Opens in {time}',
    'closed-at': 'Ended {time}',
  },
  'zh-CN': {
    title: '发售',
    none: '目前没有发售，下一场会显示在这里。',
    'opens-at': '{time} 开售',
    'opens-in': '{time} 后开售',
    'closed-at': '{time} 已结束',
  },
};

takeToken();
/** @type {SaleList | undefined} */
let list;
/** What to add to the page's clock. */
let offsetMs = 0;
/** @type {Refused | undefined} */
let refusal;
let failures = 0;
let lookTimer = 0;
let tickTimer = 0;
/** @type {Map<string, ReturnType<typeof createCard>>} */
let cards = new Map();
const nowMs = () => monotonicMs() + offsetMs;
const words = createSpoken({ memory: createMemory(), draw });
const connection = createConnection({ words });

async function look() {
  clearTimeout(lookTimer);
  if (document.hidden) return;
  // Who waits here for an opening is part of its crowd.
  if (!list?.sales.some((sale) => isQuiet(sale, nowMs()))) {
    /** @type {Answer<SaleList>} */
    const answer = await ask('/api/sales');
    refusal = answer.kind === 'ok' ? undefined : answer;
    failures = answer.kind === 'ok' ? 0 : failures + 1;
    if (answer.kind === 'ok') {
      list = answer.body;
      offsetMs = Date.parse(list.now) - monotonicMs();
      connection.heard();
    }
    draw();
  }
  const retryAfterMs = refusal?.retryAfterMs;
  const waitMs = failures === 0 ? REFRESH_MS * (0.75 + fraction() / 2) : undefined;
  lookTimer = setTimeout(
    look,
    waitMs ?? loadRetryMs({ failures, retryAfterMs, fraction: fraction() }),
  );
}

function draw() {
  clearTimeout(tickTimer);
  const spoken = words();
  if (spoken === undefined) return;
  const labels = LABELS[spoken.language];
  document.title = labels.title;
  write('title', labels.title);
  write('note', noteOf(spoken));
  connection.draw();
  showCards(spoken, list?.sales ?? []);
  const waits = (list?.sales ?? [])
    .map(({ opensAt }) => Date.parse(opensAt))
    .filter((opensAtMs) => opensAtMs > nowMs() && opensAtMs < nowMs() + COUNTED_MS);
  if (waits.length > 0) tickTimer = setTimeout(draw, nextTickMs(Math.min(...waits), nowMs()));
}

/** @param {Words} spoken */
function noteOf(spoken) {
  const { messages, time } = spoken;
  if (list === undefined && refusal === undefined) return messages.loading.join(' · ');
  const silent = list === undefined ? messages['shop-silent'] : messages['out-of-touch'];
  const isSilent = list === undefined || list.asOf !== undefined || failures > 1;
  if (isSilent && !connection.isOffline()) {
    return fill(silent.join(' · '), { time: time(Date.parse(list?.asOf ?? list?.now ?? '') || 0) });
  }
  return list?.sales.length === 0 ? LABELS[spoken.language].none : '';
}

/** A card stays the same element, so that it keeps its focus. */
/** @param {Words} spoken @param {ListedSale[]} sales */
function showCards(spoken, sales) {
  const before = cards;
  cards = new Map(sales.map(({ saleId }) => [saleId, before.get(saleId) ?? createCard(saleId)]));
  for (const sale of sales) cards.get(sale.saleId)?.show(sale, spoken);
  const items = [...cards.values()].map(({ item }) => item);
  const shown = document.getElementById('list');
  const isSame =
    shown?.children.length === items.length &&
    items.every((item, at) => shown.children[at] === item);
  if (!isSame) shown?.replaceChildren(...items);
}

/** @param {string} saleId */
function createCard(saleId) {
  const picture = make('img', '');
  Object.assign(picture, { alt: '', width: 800, height: 600, loading: 'lazy' });
  picture.addEventListener('error', () => {
    if (!picture.src.endsWith(OWN_PICTURE)) picture.src = OWN_PICTURE;
  });
  const link = make('a', '');
  link.href = `/s/${encodeURIComponent(saleId)}`;
  const price = make('p', 'price');
  const state = make('p', 'told');
  const stock = make('p', 'small');
  const words = make('div', 'words', make('h2', '', link), price, state, stock);
  const item = make('li', '', make('div', 'picture', picture), words);
  return {
    item,
    /** @param {ListedSale} sale @param {Words} spoken */
    show(sale, spoken) {
      const address = sale.pictureUrl ?? OWN_PICTURE;
      if (picture.dataset.wanted !== address) {
        picture.dataset.wanted = address;
        picture.src = address;
      }
      const { tone, text } = stateOf(sale, spoken);
      item.dataset.tone = tone;
      put(link, sale.title);
      put(price, spoken.price(sale.price, sale.currency));
      put(state, text);
      put(stock, stockOf(sale, spoken));
    },
  };
}

/** @param {HTMLElement} target @param {string} text */
function put(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** @param {ListedSale} sale @param {Words} spoken */
function stateOf(sale, spoken) {
  const labels = LABELS[spoken.language];
  const now = nowMs();
  const opensAtMs = Date.parse(sale.opensAt);
  switch (stateAt(sale, now)) {
    case 'scheduled': {
      const isNear = opensAtMs - now < COUNTED_MS;
      const time = isNear ? digits(secondsLeft(opensAtMs, now)) : spoken.date(opensAtMs);
      return { tone: 'calm', text: fill(labels[isNear ? 'opens-in' : 'opens-at'], { time }) };
    }
    case 'open':
      return { tone: 'go', text: spoken.messages.open[0] ?? '' };
    case 'paused':
      return { tone: 'wait', text: spoken.label('is-paused') };
    case 'sold-out':
      return { tone: 'stop', text: spoken.label('is-sold-out') };
    case 'ended': {
      const time = spoken.date(Date.parse(sale.closesAt));
      return { tone: 'stop', text: fill(labels['closed-at'], { time }) };
    }
  }
}

/** @param {number} seconds */
function digits(seconds) {
  const { hours, minutes, seconds: rest } = partsOf(seconds);
  const shown = seconds < HOUR_SECONDS ? [minutes, rest] : [hours, minutes, rest];
  return shown.map((part) => String(part).padStart(2, '0')).join(':');
}

/** @param {ListedSale} sale @param {Words} spoken */
function stockOf(sale, spoken) {
  if (stateAt(sale, nowMs()) === 'ended') return '';
  const values = { remaining: spoken.number(sale.remaining), units: spoken.number(sale.units) };
  if (sale.remaining === 0) return spoken.label('stock-none', values);
  return spoken.label(sale.remaining < sale.units ? 'stock-some' : 'stock-all', values);
}

document.addEventListener('visibilitychange', look);
addEventListener('online', look);
void look();
