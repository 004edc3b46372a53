/**
 * A person buys on the real page, with the real edge and origin behind it: Chromium clicks, the
 * unit is in the book, and a second tab of the same buyer shows the same order. Another buyer's
 * browser, once the stock is gone, is told so.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorOrderSchema } from '../../contract/operator.ts';
import {
  expectHeadline,
  findChromium,
  LONG_PATIENCE_MS,
  launchChromium,
} from '../browser/page.chromium.ts';
import { auditAtRest, openSale } from './sale.ts';
import { openShop, type Shop } from './shop.ts';

const maySkip = findChromium() === undefined && process.env.CI === undefined;
const why = maySkip ? ' (skipped: there is no Chromium here)' : '';

const patience = { timeout: LONG_PATIENCE_MS };

describe.skipIf(maySkip)(`a purchase in Chromium, on the real thing${why}`, patience, () => {
  let shop: Shop;
  let browser: Browser;
  let pageUrl: string;

  beforeAll(async () => {
    shop = await openShop('embedded');
    await shop.startOrigin();
    pageUrl = `${await shop.startEdge()}/s/phone`;
    await openSale(shop, { saleId: 'phone', units: 1 });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  it('ends with one settled order that both tabs of the buyer show', async () => {
    const buyer = await browser.newContext({ locale: 'en-GB' });
    const [first, second] = [await buyer.newPage(), await buyer.newPage()];
    await first.goto(pageUrl);
    await first.waitForSelector('[data-sale="known"]');
    await first.click('#order');
    await expectHeadline(first, 'Reserved for you');
    await second.goto(pageUrl);
    await expectHeadline(second, 'Reserved for you');

    const shown = await first.textContent('#order-id');
    expect(await second.textContent('#order-id')).toBe(shown);
    const orderId = /Order (\S{22})/.exec(shown ?? '')?.[1];
    const order = await shop.operator.get(`/operator/orders/${orderId}`, operatorOrderSchema);
    expect(order).toMatchObject({ saleId: 'phone', state: 'reserved', quantity: 1 });
    expect((await auditAtRest(shop, 'phone')).balanced).toBe(true);
  });

  it('tells the next buyer that it is sold out', async () => {
    const buyer = await browser.newContext({ locale: 'zh-CN' });
    const page = await buyer.newPage();
    await page.goto(pageUrl);
    await expectHeadline(page, '已售罄');
  });
});
