/**
 * Every refusal that a click can meet, in both languages, and what the page does about it: wait and
 * ask again by itself under the same key, or say what the buyer can do.
 */
import { expect, it } from 'vitest';
import type { Refusal } from '../../contract/outcomes.ts';
import { messages as english } from '../../edge/web/texts.en.js';
import { messages as chinese } from '../../edge/web/texts.zh-CN.js';
import {
  describeInChromium,
  eventually,
  expectHeadline,
  holdLooks,
  press,
} from './page.chromium.ts';
import { orderOf, type Reply } from './page.shop.ts';

/** Long enough that the page is still waiting when the test looks. */
const retryAfterMs = 30_000;
const paused: Refusal = { kind: 'not-open', opensAtMs: 1, nowMs: 2, paused: true };
const early: Refusal = { kind: 'not-open', opensAtMs: 2900, nowMs: 0, paused: false };

const WAITS: [keyof typeof english, Reply][] = [
  ['not-open', early],
  ['not-drawn', { kind: 'not-drawn', retryAfterMs }],
  ['too-fast', { kind: 'too-fast', retryAfterMs }],
  ['recovering', { kind: 'recovering' }],
  ['overloaded', { kind: 'overloaded', retryAfterMs }],
  ['network-lost', 'lost'],
  ['unexpected', { kind: 'internal' }],
];
const ENDS: [keyof typeof english, Reply, number][] = [
  ['sold-out', { kind: 'sold-out' }, 1],
  ['ended', { kind: 'ended' }, 1],
  ['paused', paused, 1],
  ['invalid-request', { kind: 'invalid-request', errors: [] }, 1],
  ['unknown-sale', { kind: 'unknown-sale' }, 1],
  ['key-reused', { kind: 'key-reused' }, 2],
  ['unauthenticated', { kind: 'unauthenticated', reason: 'no token' }, 1],
];
/** What the buyer reads, taken in one moment. */
const SHOWN = `['#headline', '#explanation', '#timer-label', '#order'].map(
  (part) => document.querySelector(part).textContent,
)`;

describeInChromium('a refused click', ({ shop: startShop, buyer, open }) => {
  it.each(WAITS)('waits and says so: %s', async (message, reply) => {
    const shop = await startShop();
    shop.place = () => reply;
    const page = await open(shop);
    await page.click('#order');
    await eventually(() => page.evaluate(SHOWN)).toEqual([
      ...english[message],
      'Asking again in',
      'Waiting…',
    ]);
    expect(await page.getAttribute('#order', 'aria-disabled')).toBe('true');
    await page.getByRole('button', { name: '中文' }).click();
    await eventually(() => page.evaluate(SHOWN)).toEqual([
      ...chinese[message],
      '再次询问倒计时',
      '等待中…',
    ]);
  });

  it.each(ENDS)('is explained: %s', async (message, reply, requests) => {
    const shop = await startShop();
    shop.place = () => reply;
    const page = await open(shop);
    await holdLooks(page);
    await page.click('#order');
    await page.waitForSelector('#order[aria-busy="false"]', { state: 'attached' });
    await expectHeadline(page, english[message][0] ?? '');
    expect(await page.textContent('#explanation')).toBe(english[message][1]);
    await page.getByRole('button', { name: '中文' }).click();
    await expectHeadline(page, chinese[message][0] ?? '');
    expect(shop.requests('POST', /orders$/)).toHaveLength(requests);
  });

  it('that was not drawn is asked again under the same key, no sooner than told', async () => {
    const shop = await startShop();
    shop.replies = [{ kind: 'not-drawn', retryAfterMs: 1200 }];
    const page = await open(shop);
    await page.click('#order');
    await expectHeadline(page, 'In line');
    const [first, second] = shop.requests('POST', /orders$/);
    expect(second?.key).toBe(first?.key);
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(1200);
  });

  it('is asked again a bounded number of times, then left to the buyer', async () => {
    const shop = await startShop();
    shop.replies = Array(9).fill({ kind: 'internal' });
    const page = await open(shop);
    await page.click('#order');
    await page.waitForSelector('#order[aria-disabled="false"]', { timeout: 60_000 });
    expect(shop.requests('POST', /orders$/)).toHaveLength(4);
    expect(await page.textContent('#order')).toBe('Try again');
  });

  it('stays explained when an order that is over is found after it', async () => {
    const shop = await startShop();
    shop.order = orderOf({ state: 'rejected', reason: 'sold-out' });
    shop.replies = [{ kind: 'not-invited', reason: 'not listed' }];
    const page = await (await buyer()).newPage();
    const comes = Promise.withResolvers<void>();
    await page.route('**/orders/mine', async (route) => {
      await comes.promise;
      await route.continue();
    });
    await page.goto(`${shop.url}/s/demo`);
    await press(page, 'Buy now');
    await expectHeadline(page, 'This sale is not open to you');
    const found = page.waitForResponse('**/orders/mine');
    comes.resolve();
    await (await found).finished();
    // Long enough for the page to take it in.
    await page.waitForTimeout(300);
    await expectHeadline(page, 'This sale is not open to you');
  });

  it('with a body that is no problem at all counts as busy', async () => {
    const shop = await startShop();
    const page = await open(shop);
    await page.route('**/orders', (route) => route.fulfill({ status: 502, body: '<h1>Oops</h1>' }));
    await page.click('#order');
    await expectHeadline(page, 'Very busy');
  });

  it('for a sale that is sold out opens again when a unit comes back', async () => {
    const shop = await startShop({ sale: { remaining: 5 } });
    shop.replies = [{ kind: 'sold-out' }];
    const page = await open(shop);
    await page.click('#order');
    await expectHeadline(page, 'Sold out');
    expect(await page.textContent('#stock')).toBe('None of 100 left');
    await expect.poll(() => page.textContent('#headline'), { timeout: 60_000 }).toBe('Open now');
  });
});

describeInChromium('a page that cannot load its sale', ({ shop: startShop, buyer }) => {
  it('says that there is no such sale, and asks no more', async () => {
    const shop = await startShop();
    const page = await (await buyer()).newPage();
    await page.goto(`${shop.url}/s/nothing`);
    await expectHeadline(page, 'There is no such sale');
    await page.waitForTimeout(2500);
    expect(shop.requests('GET', /sales/)).toHaveLength(1);
  });

  it('says that there is no connection, and loads when it is back', async () => {
    const shop = await startShop();
    const page = await (await buyer()).newPage();
    await page.route('**/api/**', (route) => route.abort());
    await page.goto(`${shop.url}/s/demo`);
    await expectHeadline(page, 'No connection');
    await page.unroute('**/api/**');
    await expectHeadline(page, 'Open now');
  });
});
