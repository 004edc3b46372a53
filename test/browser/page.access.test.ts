/**
 * The page for everybody: by keyboard alone, with a screen reader, in Chinese, on a small phone,
 * without JavaScript, over a slow line. Contrast and names: page.states.test.ts.
 */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInChromium, eventually, expectHeadline, press } from './page.chromium.ts';
import { isoIn, orderOf, PAY_PAGE } from './page.shop.ts';

/** All that a buyer loads, from the countdown until it is paid. */
const MAX_BYTES = 30_000;
/** What only comes for who scrolls down to the leaderboard. */
const MAX_BOARD_BYTES = 2000;
const SMALL = { width: 360, height: 740 };
const LARGE = { width: 1440, height: 900 };
/** The room that is kept for a scroll bar makes the page narrower than the window. */
const RUNS_OVER = 'document.documentElement.scrollWidth > innerWidth';

describeInChromium('the page for everybody', ({ shop: startShop, buyer, open }) => {
  it('buys by keyboard alone, with the focus kept on the button over the opening', async () => {
    const shop = await startShop({ opensInMs: 6000 });
    const page = await open(shop);
    const focused = () => page.evaluate('document.activeElement.id');
    for (let press = 0; press < 6 && (await focused()) !== 'order'; press += 1) {
      await page.keyboard.press('Tab');
    }
    expect(await focused()).toBe('order');
    await page.keyboard.press('Enter');
    expect(shop.requests('POST', /./)).toHaveLength(0);
    await page.waitForSelector('#order[aria-disabled="false"]');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineWidth')).toBe(
      '3px',
    );
    await page.keyboard.press('Enter');
    await expectHeadline(page, 'In line');
    expect(await focused()).toBe('order');
  });

  it('has a name and a role for everything', async () => {
    const shop = await startShop({ sale: { perBuyer: 2 } });
    const page = await open(shop);
    for (const [role, name] of [
      ['heading', shop.sale.title],
      ['heading', 'Open now'],
      ['button', 'Buy now'],
      ['combobox', 'Quantity'],
      ['group', 'Language'],
      ['list', 'Your order'],
    ] as const) {
      expect(await page.getByRole(role, { name, exact: true }).count(), `${role} ${name}`).toBe(1);
    }
    expect(await page.getByRole('status').first().textContent()).toContain('Open now');
    expect(await page.getByRole('timer').textContent()).toContain('Closes in');
    expect(await page.getByRole('main').count()).toBe(1);
    expect(await page.title()).toBe(shop.sale.title);
    expect(await page.locator('img:not([alt])').count()).toBe(0);
  });

  it('does not chatter while it counts, and says the opening once', async () => {
    const shop = await startShop({ opensInMs: 9000 });
    const page = await open(shop);
    await page.evaluate(LISTEN);
    await expectHeadline(page, 'Open now');
    await page.waitForTimeout(1500);
    expect(await page.evaluate('heard')).toHaveLength(1);
  });

  it('speaks Chinese to a Chinese browser, and remembers another choice', async () => {
    const shop = await startShop({ sale: { remaining: 40 } });
    const page = await open(shop, await buyer({ locale: 'zh-CN' }));
    await expectHeadline(page, '正在发售');
    expect(await page.getAttribute('html', 'lang')).toBe('zh-CN');
    expect(await page.textContent('#order')).toBe('立即购买');
    expect(await page.textContent('#price')).toBe('¥1,999');
    expect(await page.textContent('#stock')).toBe('约剩 40 / 100 件');
    await page.getByRole('button', { name: 'EN' }).click();
    await page.reload();
    await expectHeadline(page, 'Open now');
    expect(await page.getAttribute('html', 'lang')).toBe('en');
  });

  it.each([SMALL, LARGE])('moves nothing from state to state at $width px', async (viewport) => {
    const shop = await startShop({ sale: { perBuyer: 2 } });
    const page = await open(shop, await buyer({ viewport }));
    const places = await page.evaluate(EVERY_SCREEN);
    expect(places.length).toBeGreaterThan(50);
    expect(places.filter(({ place }) => place !== places[0]?.place)).toEqual([]);
    expect(await page.evaluate(RUNS_OVER)).toBe(false);
  });

  it('tells who has JavaScript switched off what it needs', async () => {
    const shop = await startShop();
    const page = await (await buyer({ javaScriptEnabled: false })).newPage();
    await page.goto(`${shop.url}/s/demo`);
    expect(await page.textContent('noscript')).toMatch(/needs JavaScript[\s\S]*需要 JavaScript/);
    expect(await page.locator('#sale').isVisible()).toBe(false);
  });

  it(`is at most ${MAX_BYTES} bytes with headers, and logs nothing`, async () => {
    const shop = await startShop({ opensInMs: 6000 });
    const page = await (await buyer()).newPage();
    const said: string[] = [];
    page.on('console', (message) => {
      // This shop has no feed, and no order of who comes so late that it is asked for one.
      const where = message.text() + message.location().url;
      if (!/\/feed|\/orders\/mine/.test(where)) said.push(where);
    });
    page.on('pageerror', (error) => said.push(error.message));
    const bytes = await bytesOf(page, `${shop.url}/s/demo`);
    await page.waitForSelector('#order[aria-disabled="false"]');
    await page.click('#order');
    await expectHeadline(page, 'In line');
    shop.order = orderOf({ state: 'reserved', payBefore: isoIn(shop, 60_000) });
    await press(page, 'Pay now');
    expect(said).toEqual([]);
    await page.waitForURL(`${shop.url}${PAY_PAGE}`);
    shop.order = orderOf({ state: 'paid' });
    const untilPaid = bytes.total;
    await page.goBack();
    await expectHeadline(page, 'Paid');
    expect(bytes.files).toBeGreaterThan(10);
    expect(untilPaid).toBeLessThanOrEqual(MAX_BYTES);

    const beforeBoard = bytes.total;
    await page.locator('#board').scrollIntoViewIfNeeded();
    await page.getByText('The fastest').waitFor();
    await eventually(() => bytes.total - beforeBoard).toBeGreaterThan(0);
    expect(bytes.total - beforeBoard).toBeLessThanOrEqual(MAX_BOARD_BYTES);
  });
});

/** What the page's own files cost on the wire, as the browser counts it. */
async function bytesOf(page: Page, url: string) {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const others = new Set<string>();
  const bytes = { files: 0, total: 0 };
  session.on('Network.requestWillBeSent', ({ requestId, request }) => {
    // What the shop's routes and the provider answer is no file of the page.
    if (/\/api\/|\/provider|favicon/.test(request.url)) others.add(requestId);
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (others.has(requestId)) return;
    bytes.files += 1;
    bytes.total += encodedDataLength;
  });
  await page.goto(url);
  await page.waitForSelector('[data-sale="known"]');
  await page.waitForTimeout(500);
  return bytes;
}

/** Counts what a screen reader is told. */
const LISTEN = `
  globalThis.heard = [];
  for (const region of document.querySelectorAll('[aria-live]')) {
    const observer = new MutationObserver(() => heard.push(region.textContent));
    observer.observe(region, { childList: true, subtree: true, characterData: true });
  }
`;

/** Shows every message in both languages and returns where the parts of the page were each time. */
const EVERY_SCREEN = `(async () => {
  const own = (name) => import(document.querySelector('script').src.replace('sale', name));
  const [{ show }, { loadWords }] = await Promise.all([own('view'), own('language')]);
  const sale = await (await fetch('/api/sales/demo')).json();
  const payBefore = sale.closesAt;
  const order = { orderId: 'WWWWWWWWWWWWWWWWWWWWWW', quantity: 2, state: 'reserved', payBefore };
  const nowMs = Date.parse(sale.now);
  const found = [];
  for (const language of ['en', 'zh-CN']) {
    const words = await loadWords(language);
    for (const message of Object.keys(words.messages)) {
      // The longest of numbers.
      const values = { place: 88_888, waiting: 99_999, quantity: 99, units: 88_888, waitMs: 4e8 };
      // Paying and cancelling are not asked for again and again.
      const isFirst = !/payable|cancellable|payment/.test(message);
      for (const gaveUp of isFirst ? [false, true] : [false]) {
        const facts = { sale, order: gaveUp ? undefined : order, sending: { kind: 'idle' }, nowMs };
        const timer = gaveUp ? undefined : { label: 'asks-again-in', untilMs: nowMs + 5000 };
        const screen = { message, gaveUp, tone: 'wait', button: 'again', timer, step: 1, values };
        show(facts, screen, words);
        document.querySelector('#quiet').textContent = message;
        document.querySelector('#quiet').hidden = gaveUp;
        const places = ['#order', '#second', '.state', '#steps', '#order-id'].map((part) => {
          const { top, height } = document.querySelector(part).getBoundingClientRect();
          return [top + scrollY, height].map(Math.round).join('+');
        });
        found.push({ what: language + ' ' + message + ' ' + gaveUp, place: places.join(' ') });
      }
    }
  }
  return found;
})()` as unknown as () => Promise<{ what: string; place: string }[]>;
