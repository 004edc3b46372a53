/** "My orders", the shop's token that brings them to another device, and the leaderboard. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInChromium, eventually, expectHeadline } from './page.chromium.ts';
import { isoIn, ORDER_ID, orderOf, type Shop } from './page.shop.ts';

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJiLTEifQ.c2lnbmF0dXJl-_';
const note = (page: Page) => eventually(() => page.textContent('#note'));
/** Nearly the five seconds of the page, whose clock may be wrong by some of this. */
const QUIET_AFTER_MS = 4500;
/** One more question of the page that is there. */
const ASK = `import(document.querySelector('script').src.replace(/\\w+\\.js$/, 'api.js')).then(
  async ({ createApi }) => (await createApi('demo').myOrder()).trouble)`;
/** Requests that say who asks. */
const personal = (shop: Shop) =>
  shop.seen.filter(({ path }) => /^\/api\/(clock|orders|sales\/demo\/.)/.test(path));

describeInChromium('my orders', ({ shop: startShop, buyer, open }) => {
  it('lists them in words, with a way to each, in both languages', async () => {
    const shop = await startShop();
    shop.order = orderOf({ state: 'reserved', payBefore: isoIn(shop, 60_000) });
    const page = await open(shop);
    await page.getByRole('link', { name: 'My orders' }).click();
    await page.waitForURL('**/orders');
    const item = page.getByRole('listitem');
    await item.waitFor();
    expect(await item.textContent()).toMatch(/Reserved for you\. Pay before \d\d:\d\d:\d\d\./);
    expect(await item.textContent()).toContain(`Quantity 1 · ${ORDER_ID}`);
    expect(await page.textContent('#note')).toBe('');
    await page.getByRole('button', { name: '中文' }).click();
    await eventually(() => item.textContent()).toContain('已为您保留');
    expect(await page.title()).toBe('我的订单');
    await page.getByRole('link', { name: shop.sale.title }).click();
    await page.waitForURL('**/s/demo');
    await expectHeadline(page, '已为您保留');
  });

  it('says that there are none, and what cannot be had', async () => {
    const shop = await startShop();
    const page = await (await buyer()).newPage();
    await page.goto(`${shop.url}/orders`);
    await note(page).toMatch(/^No orders yet\./);
    await page.route('**/api/**', (route) => route.abort());
    await page.reload();
    await note(page).toMatch(/^No connection/);
    await page.unroute('**/api/**');
    await note(page).toMatch(/^No orders yet\./);
  });
});

describeInChromium('the shop’s token', ({ shop: startShop, buyer }) => {
  it('shows the orders on another device, and leaves the address at once', async () => {
    const shop = await startShop();
    shop.token = TOKEN;
    shop.order = orderOf({ state: 'paid', payment: 'paid' });
    const page = await (await buyer()).newPage();
    await page.goto(`${shop.url}/orders#token=${TOKEN}`);
    await page.getByRole('listitem').waitFor();
    await eventually(() => page.url()).toBe(`${shop.url}/orders`);
    await page.getByRole('link', { name: shop.sale.title }).click();
    await expectHeadline(page, 'Paid');
    await page.reload();
    await expectHeadline(page, 'Paid');
    const sent = personal(shop).map(({ authorization }) => authorization);
    expect(sent.length).toBeGreaterThan(4);
    expect(new Set(sent)).toEqual(new Set([`Bearer ${TOKEN}`]));
    // What is the same for everybody is asked for as nobody, so that caches may answer.
    expect(shop.requests('GET', /demo$/).every((seen) => seen.authorization === undefined)).toBe(
      true,
    );
    expect(shop.seen.every(({ path }) => !path.includes('token'))).toBe(true);
  });

  it('goes with the order itself', async () => {
    const shop = await startShop();
    shop.token = TOKEN;
    const page = await (await buyer()).newPage();
    await page.goto(`${shop.url}/s/demo#token=${TOKEN}`);
    await eventually(() => page.url()).toBe(`${shop.url}/s/demo`);
    await page.click('#order[aria-disabled="false"]');
    await expectHeadline(page, 'In line');
    const [click] = shop.requests('POST', /orders$/);
    expect(click?.authorization).toBe(`Bearer ${TOKEN}`);
  });

  it('that is refused is forgotten, said so, and nobody becomes a guest unawares', async () => {
    const shop = await startShop();
    shop.token = TOKEN;
    const page = await (await buyer()).newPage();
    await page.goto(`${shop.url}/s/demo#token=${TOKEN}`);
    await expectHeadline(page, 'Open now');
    const mine = () => shop.requests('GET', /orders\/mine$/);
    await eventually(mine).toHaveLength(1);
    shop.token = 'another';
    await page.click('#order');
    await expectHeadline(page, 'Your sign-in has ended');
    expect(await page.getAttribute('#order', 'aria-disabled')).toBe('true');
    expect(await page.evaluate(`sessionStorage.getItem('sluice:token')`)).toBeNull();
    expect(await page.evaluate(ASK)).toBe('signed-out');
    expect(mine()).toHaveLength(1);
    const asGuest = personal(shop).filter(({ authorization }) => authorization === undefined);
    expect(asGuest).toEqual([]);
    await page.goto(`${shop.url}/orders#token=${TOKEN}`);
    await note(page).toMatch(/^Your sign-in has ended/);
    expect(shop.requests('GET', /api.orders$/)).toHaveLength(1);
  });
});

describeInChromium('the leaderboard', ({ shop: startShop, buyer, open }) => {
  it('comes to who scrolls to it, with the own rank, never around the opening', async () => {
    const asked = (shop: Shop) => shop.requests('GET', /api.*leaderboard/).map(({ path }) => path);
    const fresh = await startShop();
    fresh.order = orderOf({ state: 'paid' });
    const early = await open(fresh, await buyer({ viewport: { width: 360, height: 740 } }));
    await expectHeadline(early, 'Paid');
    await early.evaluate(`document.querySelector('#board').scrollIntoView()`);
    await early.waitForTimeout(1000);
    const quietUntilMs = Date.parse(fresh.sale.opensAt) + QUIET_AFTER_MS;
    const inTheRush = fresh.seen.filter(({ atMs }) => atMs < quietUntilMs);
    expect(inTheRush.filter(({ path }) => /api.*leaderboard/.test(path))).toEqual([]);

    const shop = await startShop({ opensInMs: -60_000 });
    shop.order = orderOf({ state: 'paid' });
    const page = await open(shop, await buyer({ viewport: { width: 360, height: 740 } }));
    await expectHeadline(page, 'Paid');
    await page.waitForTimeout(1000);
    expect(asked(shop)).toEqual([]);
    await page.evaluate(`document.querySelector('#board').scrollIntoView()`);
    await page.getByRole('heading', { name: 'The fastest' }).waitFor();
    const once = asked(shop);
    expect(await page.locator('#board li').allTextContents()).toHaveLength(5);
    expect(await page.locator('#board li').first().textContent()).toBe('b••••10.10 s');
    expect(await page.textContent('#board p')).toBe('Your rank: 17 of 99');
    expect(once.sort()).toEqual([
      '/api/sales/demo/leaderboard/mine',
      '/api/sales/demo/leaderboard?top=5',
    ]);
  });
});
