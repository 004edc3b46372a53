/**
 * An order's whole life on the real page, with real edge, origin and sandbox behind it. Chromium
 * buys, pays on the sandbox's page and sees it paid in two tabs; a declined card is tried again;
 * who waits gets the unit that another gives back or does not pay in time.
 */
import { SignJWT } from 'jose';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { NewSale } from '../../contract/sale.ts';
import { expectHeadline, findChromium, launchChromium } from '../browser/page.chromium.ts';
import { auditAtRest, openSale } from './sale.ts';
import { openShop, type Shop } from './shop.ts';

const maySkip = findChromium() === undefined && process.env.CI === undefined;
const why = maySkip ? ' (skipped: there is no Chromium here)' : '';
/** A page near the front of the waitlist looks every 5 s or so; so does one that was left alone. */
const NEXT_LOOK_MS = 20_000;
/** The page takes a press of another button for half of a double click until then. */
const SETTLING_MS = 700;

describe.skipIf(maySkip)(`an order's whole life in Chromium, on the real thing${why}`, () => {
  let shop: Shop;
  let browser: Browser;
  let edge: string;
  const buyers: BrowserContext[] = [];

  beforeAll(async () => {
    shop = await openShop('embedded');
    edge = `http://127.0.0.1:${shop.environment.PORT}`;
    await shop.startOrigin({ SHOP_URL: edge });
    await shop.startSandbox(`${edge}/api/payments/sandbox/events`);
    await shop.startEdge();
    browser = await launchChromium();
  });
  afterEach(async () => {
    for (const buyer of buyers.splice(0)) await buyer.close();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  async function newBuyer(): Promise<BrowserContext> {
    const buyer = await browser.newContext({ locale: 'en-GB' });
    buyers.push(buyer);
    return buyer;
  }

  async function openPage(saleId: string, buyer: BrowserContext, token = ''): Promise<Page> {
    const page = await buyer.newPage();
    await page.goto(`${edge}/s/${saleId}${token}`);
    await page.waitForSelector('[data-sale="known"]');
    return page;
  }

  async function buy(saleId: string, token?: string): Promise<Page> {
    const page = await openPage(saleId, await newBuyer(), token);
    await page.click('#order');
    await expectHeadline(page, 'Reserved for you');
    return page;
  }

  /** Whoever still saw it open is told so by the click. */
  async function joinWaitlist(saleId: string): Promise<Page> {
    const page = await openPage(saleId, await newBuyer());
    if ((await page.textContent('#order')) === 'Buy now') await page.click('#order');
    await press(page, 'Join the waitlist');
    await expectHeadline(page, 'Waitlist: number 1');
    return page;
  }

  const sell = (saleId: string, terms: Partial<NewSale>) => openSale(shop, { saleId, ...terms });

  it('is paid on the provider’s page, and both tabs and the list of orders say so', async () => {
    await sell('paid', { units: 2 });
    const page = await buy('paid');
    const second = await openPage('paid', page.context());
    await expectHeadline(second, 'Reserved for you');

    await press(page, 'Pay now');
    await atProvider(page, 'Decline');
    await page.getByRole('link', { name: /back to the shop/i }).click();
    await expectHeadline(page, 'Your payment failed');

    await press(page, 'Pay now');
    expect(await atProvider(page, 'Pay')).toMatch(/CN¥1,999/);
    // It brings the buyer back by itself.
    await page.waitForURL(`${edge}/s/paid**`);
    await expectHeadline(page, 'Paid');
    await expect
      .poll(() => second.textContent('#headline'), { timeout: NEXT_LOOK_MS })
      .toBe('Paid');
    await page.goto(`${edge}/orders`);
    await page.getByText('Paid. It is yours').waitFor();
    expect(await auditAtRest(shop, 'paid')).toMatchObject({
      balanced: true,
      terms: { free: 1, paid: 1 },
    });
  });

  it('given back, it is at once the order of whoever waits', async () => {
    await sell('given-back', { units: 1, waitlistCap: 5 });
    const first = await buy('given-back');
    const waiting = await joinWaitlist('given-back');

    await first.getByRole('button', { name: 'Cancel the order' }).click();
    await first.getByRole('button', { name: 'Yes, cancel' }).click();
    await expectHeadline(first, 'You cancelled this order');
    await expect
      .poll(() => waiting.textContent('#headline'), { timeout: NEXT_LOOK_MS })
      .toBe('Your turn: reserved for you');
    await first.getByRole('button', { name: 'Join the waitlist' }).waitFor();
    await press(waiting, 'Pay now');
    await atProvider(waiting, 'Pay');
    await waiting.waitForURL(`${edge}/s/given-back**`);
    await expectHeadline(waiting, 'Paid');
    expect(await auditAtRest(shop, 'given-back')).toMatchObject({
      balanced: true,
      terms: { free: 0, paid: 1 },
    });
  });

  it('not paid in time, it is over, and the payment page left open takes no money', async () => {
    await sell('too-late', { units: 1, waitlistCap: 5, payWindowMs: 10_000 });
    const page = await buy('too-late');
    const waiting = await joinWaitlist('too-late');
    await press(page, 'Pay now');
    await page.waitForURL(`${shop.environment.SANDBOX_URL}/**`);
    const left = await openPage('too-late', page.context());
    await expect
      .poll(() => left.textContent('#headline'), { timeout: NEXT_LOOK_MS })
      .toBe('The time to pay is over');
    await left.getByRole('button', { name: 'Join the waitlist' }).waitFor();
    await expect
      .poll(() => waiting.textContent('#headline'), { timeout: NEXT_LOOK_MS })
      .toBe('Your turn: reserved for you');
    await page.getByRole('button', { name: 'Pay', exact: true }).click();
    await page.getByText('The shop ended this payment.').waitFor();
  });

  it('is the same on another device of a buyer who comes with the shop’s token', async () => {
    await sell('devices', { units: 1 });
    const secret = new TextEncoder().encode(shop.environment.BUYER_JWT_SECRET);
    const jwt = new SignJWT().setProtectedHeader({ alg: 'HS256' }).setSubject('ann');
    const token = `#token=${await jwt.setExpirationTime('1h').sign(secret)}`;
    const page = await buy('devices', token);
    expect(page.url()).toBe(`${edge}/s/devices`);

    const elsewhere = await (await newBuyer()).newPage();
    await elsewhere.goto(`${edge}/orders${token}`);
    await elsewhere.getByRole('link', { name: 'A phone' }).click();
    await expectHeadline(elsewhere, 'Reserved for you');
    expect(await elsewhere.textContent('#order-id')).toBe(await page.textContent('#order-id'));
  });

  /** Presses a button of the provider's page, and returns what stood there. */
  async function atProvider(page: Page, name: string): Promise<string | null> {
    await page.waitForURL(`${shop.environment.SANDBOX_URL}/**`);
    const shown = await page.textContent('main');
    await page.getByRole('button', { name, exact: true }).click();
    return shown;
  }
});

/** Presses the big button as a person would: once it says so, and not as half of a double click. */
async function press(page: Page, name: string): Promise<void> {
  await page.locator('#order[aria-disabled="false"]', { hasText: name }).waitFor();
  await page.waitForTimeout(SETTLING_MS);
  await page.click('#order');
}
