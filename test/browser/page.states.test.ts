/**
 * Every state of the buyer's pages, on a small phone and on a large screen, in light and dark, in
 * both languages: axe finds nothing against WCAG 2.2 AA, and nothing runs over the edge.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInChromium, eventually } from './page.chromium.ts';
import {
  isoIn,
  listedOf,
  orderOf,
  placeOf,
  type Reply,
  type Shop,
  type ShopOptions,
} from './page.shop.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** What axe finds by these rules or tags. */
const find = (runOnly: string[]) => `axe.run({ runOnly: ${JSON.stringify(runOnly)} }).then(
  ({ violations, passes }) => ({
    passes: passes.length,
    violations: violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)].join(' ')),
  }),
)`;
interface Found {
  passes: number;
  violations: string[];
}
const SMALL = { width: 360, height: 740 };
const LARGE = { width: 1440, height: 900 };
/** The room that is kept for a scroll bar makes the page narrower than the window. */
const RUNS_OVER = 'document.documentElement.scrollWidth > innerWidth';
const OPEN_MS = -60_000;
const RETRY = { retryAfterMs: 30_000 };

interface Stated {
  path?: string;
  options?: ShopOptions;
  /** What the shop has before the page is opened. */
  has?(shop: Shop): void;
  reply?: Reply;
  /** What is done once the page is there. */
  act?(page: Page): Promise<unknown>;
  /** What the page says then, in English and Chinese. */
  says: [english: string, chinese: string];
}

const buy = (page: Page) => page.click('#order[aria-disabled="false"]');
/** The page takes an earlier press for half of a double click. */
const join = async (page: Page) => {
  await page.waitForTimeout(700);
  await buy(page);
};
const refused = (reply: Reply, ...says: Stated['says']): Stated => ({ reply, act: buy, says });
const ordered = (
  order: (shop: Shop) => Parameters<typeof orderOf>[0],
  ...says: Stated['says']
): Stated => ({ has: (shop) => Object.assign(shop, { order: orderOf(order(shop)) }), says });
const soldOut: ShopOptions['sale'] = { state: 'sold-out', remaining: 0 };
const waitlist = { waiting: 7, full: false };

const STATES: Record<string, Stated> = {
  'before the opening': {
    options: { opensInMs: 300_000_000, closesInMs: 400_000_000, sale: { perBuyer: 2 } },
    says: ['Not open yet', '尚未开售'],
  },
  open: { options: { opensInMs: OPEN_MS, sale: { perBuyer: 2 } }, says: ['Open now', '正在发售'] },
  'with a code': {
    options: { opensInMs: OPEN_MS, sale: { access: 'code' } },
    says: ['Open now', '正在发售'],
  },
  asking: {
    act: async (page) => {
      await page.route(/orders$/, () => {});
      await buy(page);
    },
    says: ['Sending your order', '正在提交订单'],
  },
  'in line': ordered(() => ({ state: 'queued' }), 'In line', '排队中'),
  reserved: ordered(
    (shop) => ({ state: 'reserved', payBefore: isoIn(shop, 600_000) }),
    ...(['Reserved for you', '已为您保留'] as const),
  ),
  paid: ordered(() => ({ state: 'paid', payment: 'paid' }), 'Paid', '已付款'),
  'not paid in time': ordered(
    () => ({ state: 'expired' }),
    'The time to pay is over',
    '付款时间已过',
  ),
  'sold out': { options: { sale: soldOut }, says: ['Sold out', '已售罄'] },
  'on the waitlist': {
    options: { opensInMs: OPEN_MS, sale: { ...soldOut, waitlist } },
    has: (shop) => Object.assign(shop, { waiting: placeOf() }),
    act: join,
    says: ['Waitlist: number 3', '候补第 3 位'],
  },
  'not drawn': refused({ kind: 'not-drawn', ...RETRY }, 'Not drawn yet', '暂未抽中'),
  'too fast': refused({ kind: 'too-fast', ...RETRY }, 'A little too fast', '点得有点快'),
  overloaded: refused({ kind: 'overloaded', ...RETRY }, 'Very busy', '人太多了'),
  recovering: refused({ kind: 'recovering', ...RETRY }, 'The shop is recovering', '商店正在恢复'),
  paused: { options: { sale: { state: 'paused' } }, says: ['Paused by the shop', '商家暂停发售'] },
  ended: {
    options: { opensInMs: -7_200_000, closesInMs: -1000, sale: { state: 'ended' } },
    says: ['The sale has ended', '发售已结束'],
  },
  'an unknown sale': { path: '/s/none', says: ['There is no such sale', '没有这场发售'] },
  offline: {
    act: (page) => page.context().setOffline(true),
    says: ['Offline. What is shown may be old.', '已离线，内容可能不是最新的。'],
  },
  orders: {
    path: '/orders',
    ...ordered(
      (shop) => ({ state: 'reserved', payBefore: isoIn(shop, 600_000) }),
      ...(['Continue to payment', '去付款'] as const),
    ),
  },
  'no orders': { path: '/orders', says: ['No orders yet.', '还没有订单。'] },
  sales: {
    path: '/',
    has(shop) {
      const states = ['open', 'sold-out', 'scheduled', 'paused', 'ended'] as const;
      shop.listed = states.map((state) => listedOf(shop, { saleId: state, state }));
    },
    says: ['Sold out', '已售罄'],
  },
  'no sales': {
    path: '/',
    has: (shop) => Object.assign(shop, { listed: [] }),
    says: ['There is no sale at the moment.', '目前没有发售'],
  },
  'nothing there': { path: '/404.html', says: ['There is nothing here', '这里什么也没有'] },
};

describeInChromium('the page, in every state', ({ shop: startShop, buyer }) => {
  const states = Object.entries(STATES).map(([name, state], index) => ({ name, state, index }));
  it.each(states)('($name) is for everybody', async ({ state, index }) => {
    const shop = await startShop(state.options ?? { opensInMs: OPEN_MS });
    state.has?.(shop);
    if (state.reply !== undefined) shop.replies = Array(5).fill(state.reply);
    // Each state meets one language and one width; both colours, where contrast may be lost.
    const isChinese = index % 2 === 1;
    const guest = await buyer({
      locale: isChinese ? 'zh-CN' : 'en-GB',
      viewport: index % 4 < 2 ? SMALL : LARGE,
      reducedMotion: 'reduce',
    });
    const page = await guest.newPage();
    await page.goto(shop.url + (state.path ?? '/s/demo'));
    if (state.act) await page.waitForSelector('[data-sale="known"]');
    await state.act?.(page);
    await eventually(() => page.evaluate<string>('document.body.innerText')).toContain(
      state.says[isChinese ? 1 : 0],
    );
    await page.evaluate(AXE);
    // The colours are all that the dark changes.
    for (const [colorScheme, rules] of [
      ['light', RULES],
      ['dark', ['color-contrast']],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      const found = await page.evaluate<Found>(find([...rules]));
      expect(found.violations, colorScheme).toEqual([]);
      expect(found.passes).toBeGreaterThan(0);
    }
    expect(await page.evaluate(RUNS_OVER)).toBe(false);
  });
});
