/**
 * The sandbox's page in a browser, on a phone and on a desk, in both languages: what it shows, that
 * each button does what it says, and that the buyer gets back to the shop.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, LONG_PATIENCE_MS, launchChromium } from '../browser/page.chromium.ts';
import { openStage, type SandboxStage } from './sandbox.stage.ts';

const isMissing = findChromium() === undefined && process.env.CI === undefined;
const WINDOWS = { phone: { width: 360, height: 740 }, desk: { width: 1280, height: 900 } };

const TITLE = 'the page (skipped where there is no Chromium)';
/** What stands on the page in one moment: it goes back to the shop by itself soon. */
const SHOWN = `({
  title: document.querySelector('.end h2').textContent,
  refresh: document.querySelector('meta[http-equiv="refresh"]').content,
  path: location.pathname,
})`;

describe.skipIf(isMissing)(TITLE, { timeout: LONG_PATIENCE_MS }, () => {
  let browser: Browser;
  let stage: SandboxStage;
  let window: BrowserContext | undefined;
  beforeAll(async () => {
    browser = await launchChromium();
    stage = await openStage();
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });
  afterEach(() => window?.close());

  /** What the console or the page complains of ends up here. */
  let complaints: string[] = [];

  async function visit(
    path: string | (() => Promise<string>),
    options: { locale?: string; javaScriptEnabled?: boolean; width?: keyof typeof WINDOWS } = {},
  ): Promise<Page> {
    const { width = 'phone', locale = 'en-GB', ...rest } = options;
    window = await browser.newContext({ locale, viewport: WINDOWS[width], ...rest });
    const page = await window.newPage();
    complaints = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    const sessionId = typeof path === 'string' ? path : await path();
    await page.goto(`${stage.url}/pay/${sessionId}`);
    return page;
  }

  test.each(['phone', 'desk'] as const)(
    'fits a %s, and breaks no rule of its own',
    async (width) => {
      const title = `<b>A phone</b> & ${'case '.repeat(20)}${'x'.repeat(60)}`;
      const page = await visit(await stage.open({ title, quantity: 2, amount: 399_850 }), {
        width,
      });
      const text = await page.textContent('main');
      expect(text).toContain(title.trim());
      expect(text).toContain('CN¥3,998.50');
      expect(text).toContain('q83vASNFZ4mrze8BI0VniQ');
      const scrollWidth = await page.evaluate<number>('document.documentElement.scrollWidth');
      expect(scrollWidth).toBe(WINDOWS[width].width);
      const heights = await page.$$eval('button, .back a', (all) =>
        all.map((each) => each.getBoundingClientRect().height),
      );
      for (const height of heights) expect(height).toBeGreaterThanOrEqual(44);
      expect(complaints).toEqual([]);
    },
  );

  test.each([
    ['pay', 'paid', 'Paid'],
    ['pay-twice', 'paid', 'Paid'],
    ['decline', 'declined', 'Declined'],
    ['insufficient-funds', 'insufficient-funds', 'Insufficient funds'],
    ['take-long', 'underWay', 'Money under way'],
  ])('the button %s ends with "%s" and the way back to the shop', async (action, end, title) => {
    const sessionId = await stage.open({ returnUrl: `${stage.inbox.url}?back` });
    const page = await visit(sessionId);
    await page.click(`button.${action}`);
    await page.waitForSelector(`[data-end="${end}"]`);
    expect(await page.evaluate(SHOWN)).toEqual({
      title,
      refresh: `4;url=${stage.inbox.url}?back`,
      path: `/pay/${sessionId}`,
    });
    await page.click('.back a');
    await page.waitForURL(`${stage.inbox.url}?back`);
  });

  test('after a payment the browser goes back to the shop by itself', async () => {
    const page = await visit(await stage.open({ returnUrl: `${stage.inbox.url}?back` }));
    await page.click('button.pay');
    await page.waitForURL(`${stage.inbox.url}?back`);
  });

  test('works without a script', async () => {
    const page = await visit(await stage.open(), { javaScriptEnabled: false });
    expect(await page.textContent('.time .left')).toMatch(/Time left to pay\s+[45]:\d\d/);
    await page.click('button.pay');
    await page.waitForSelector('[data-end="paid"]');
  });

  test('counts the time down, and says when it is over', async () => {
    // It begins when the window is there.
    const page = await visit(() => stage.open({ payBeforeMs: Date.now() + 2_500 }));
    await page.waitForSelector('.time .left:not([hidden])');
    await page.waitForSelector('.time .over:not([hidden])');
    expect(await page.isVisible('.time .left')).toBe(false);
  });

  test('speaks Chinese to a Chinese browser', async () => {
    const page = await visit(await stage.open(), { locale: 'zh-CN' });
    expect(await page.getAttribute('html', 'lang')).toBe('zh-CN');
    expect(await page.textContent('button.pay')).toBe('支付');
    expect(await page.textContent('.amount')).toBe('¥1,999');
  });

  test('a session that the shop cancelled shows no button', async () => {
    const sessionId = await stage.open();
    const page = await visit(sessionId);
    await stage.api('POST', `/sessions/${sessionId}/cancel`);
    // The buyer presses a button of a page that is older than the cancelling.
    await page.click('button.pay');
    await page.waitForSelector('main:has([data-end="cancelled"]):not(:has(button))');
  });

  test('leaves by its link without paying', async () => {
    const sessionId = await stage.open({ returnUrl: `${stage.inbox.url}?back` });
    const page = await visit(sessionId);
    await page.click('.back a');
    await page.waitForURL(`${stage.inbox.url}?back`);
    const { body } = await stage.api('GET', `/sessions/${sessionId}`);
    expect(body).toMatchObject({ status: 'open' });
  });

  test('of a payment that there is not says so', async () => {
    const page = await visit('sbx_no');
    expect(await page.textContent('h1')).toBe('No such payment');
  });
});
