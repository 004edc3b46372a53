/** @import { Answer, BoardLabel, Facts, Language, Leaderboard, MyRank } from './types.ts' */
/** @import { Words } from './types.ts' */
/**
 * The five first of a sale and the buyer's own rank, below the fold: asked for only while somebody
 * looks at it. What cannot be had is left as it was; nobody's order depends on it.
 */
import { ask, askAsBuyer } from './api.js';
import { fraction } from './device.js';
import { fill } from './language.js';
import { mayOrderAgain } from './next-step.js';
import { isQuiet } from './schedule.js';

/** The edge keeps it for a second; nobody's place changes what they do. */
const REFRESH_MS = 10_000;

/** @type {Record<Language, Record<BoardLabel, string>>} */
const LABELS = {
  en: {
    fastest: 'The fastest',
    quantity: 'The most units',
    mine: 'Your rank: {rank} of {buyers}',
    seconds: '{seconds} s',
  },
  'zh-CN': {
    fastest: '最快的买家',
    quantity: '买得最多',
    mine: '您的名次：{rank} / {buyers}',
    seconds: '{seconds} 秒',
  },
};

/** @param {{ saleId: string, facts(): Facts, words(): Words }} parts */
export function createLeaderboard({ saleId, facts, words }) {
  const path = `/api/sales/${encodeURIComponent(saleId)}/leaderboard`;
  const board = document.getElementById('board');
  if (board === null) return;
  const title = document.createElement('h2');
  title.id = 'board-title';
  board.setAttribute('aria-labelledby', title.id);
  const list = document.createElement('ol');
  list.className = 'rows';
  const mine = document.createElement('p');
  let isSeen = false;
  let timer = 0;

  async function look() {
    clearTimeout(timer);
    if (!isSeen || document.hidden) return;
    timer = setTimeout(look, REFRESH_MS * (1 + fraction()));
    const { sale, order, nowMs } = facts();
    if (isQuiet(sale, nowMs)) return;
    /** @type {[Answer<Leaderboard>, Answer<MyRank> | undefined]} */
    const [all, own] = await Promise.all([
      ask(`${path}?top=5`),
      order === undefined || mayOrderAgain(order) ? undefined : askAsBuyer(`${path}/mine`),
    ]);
    if (all.kind === 'ok') show(all.body, own?.kind === 'ok' ? own.body : undefined);
  }

  /** @param {Leaderboard} all @param {MyRank | undefined} own */
  function show({ score, top, buyers }, own) {
    const { language, number } = words();
    const labels = LABELS[language];
    /** @param {number} ms */
    const seconds = (ms) => fill(labels.seconds, { seconds: (ms / 1000).toFixed(2) });
    title.textContent = labels[score];
    list.replaceChildren(
      ...top.map(({ buyer, quantity, elapsedMs }) => {
        const item = document.createElement('li');
        const value = document.createElement('span');
        value.textContent = score === 'fastest' ? seconds(elapsedMs) : number(quantity);
        item.append(buyer, value);
        return item;
      }),
    );
    const values = { rank: number(own?.rank ?? 0), buyers: number(buyers) };
    mine.textContent = own === undefined ? '' : fill(labels.mine, values);
    if (top.length > 0) board?.replaceChildren(title, list, mine);
  }

  new IntersectionObserver(([entry]) => {
    isSeen = entry?.isIntersecting === true;
    void look();
  }).observe(board);
  document.addEventListener('visibilitychange', look);
}
