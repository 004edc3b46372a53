/**
 * An order's whole life on the real page, with real edge, origin and sandbox behind it. Chromium
 * buys, pays on the sandbox's page and sees it paid in two tabs; a declined card is tried again;
 * who waits gets the unit that another gives back or does not pay in time.
 */
import { SignJWT } from 'jose';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { NewSale } from '../../contract/sale.ts';
import {
  eventually,
  expectHeadline,
  findChromium,
  LONG_PATIENCE_MS,
  launchChromium,
  press,
} from '../browser/page.chromium.ts';
import { auditAtRest, openSale } from './sale.ts';
import { openShop, type Shop } from './shop.ts';

const maySkip = findChromium() === undefined && process.env.CI === undefined;
const why = maySkip ? ' (skipped: there is no Chromium here)' : '';
/** A page that was left alone looks every 15 s or so. */
const NEXT_LOOK = { timeout: 60_000 };
/** Tried one after the other until the machine is quick enough for one. */
const PAY_WINDOWS_MS = [10_000, 40_000];
const what = `an order's whole life in Chromium, on the real thing${why}`;

describe.skipIf(maySkip)(what, { timeout: LONG_PATIENCE_MS }, () => {
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
    // On a slow machine it may have gone back by itself before there was a press.
    const link = page.getByRole('link', { name: /back to the shop/i });
    void link.click().catch(() => {});
    await page.waitForURL(`${edge}/s/paid**`);
    await expectHeadline(page, 'Your payment failed');

    await press(page, 'Pay now');
    expect(await atProvider(page, 'Pay')).toMatch(/CN¥1,999/);
    // It brings the buyer back by itself.
    await page.waitForURL(`${edge}/s/paid**`);
    await expectHeadline(page, 'Paid');
    await expect.poll(() => second.textContent('#headline'), NEXT_LOOK).toBe('Paid');
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
      .poll(() => waiting.textContent('#headline'), NEXT_LOOK)
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
    const { page, waiting, left } = await atTheProviderInTime();
    // At once: who is served has no longer to pay than this one had.
    await Promise.all([
      expect.poll(() => left.textContent('#headline'), NEXT_LOOK).toBe('The time to pay is over'),
      expect
        .poll(() => waiting.textContent('#headline'), NEXT_LOOK)
        .toBe('Your turn: reserved for you'),
      left.getByRole('button', { name: 'Join the waitlist' }).waitFor(NEXT_LOOK),
    ]);
    await page.getByRole('button', { name: 'Pay', exact: true }).click();
    await page.getByText('The shop ended this payment.').waitFor();
  });

  it('is the same on another device of a buyer who comes with the shop’s token', async () => {
    await sell('devices', { units: 1 });
    const secret = new TextEncoder().encode(shop.environment.BUYER_JWT_SECRET);
    const jwt = new SignJWT().setProtectedHeader({ alg: 'HS256' }).setSubject('ann');
    const token = `#token=${await jwt.setExpirationTime('1h').sign(secret)}`;
    const page = await buy('devices', token);
    await eventually(() => page.url()).toBe(`${edge}/s/devices`);

    const elsewhere = await (await newBuyer()).newPage();
    await elsewhere.goto(`${edge}/orders${token}`);
    await elsewhere.getByRole('link', { name: 'A phone' }).click();
    await expectHeadline(elsewhere, 'Reserved for you');
    expect(await elsewhere.textContent('#order-id')).toBe(await page.textContent('#order-id'));
  });

  /** One buyer at the provider's page, with a second tab, and another who waits. */
  async function atTheProviderInTime() {
    for (const payWindowMs of PAY_WINDOWS_MS) {
      const saleId = `too-late-${payWindowMs}`;
      await sell(saleId, { units: 1, waitlistCap: 5, payWindowMs });
      const page = await buy(saleId);
      const overAtMs = Date.now() + payWindowMs;
      const paying = press(page, 'Pay now').then(() =>
        page.waitForURL(`${shop.environment.SANDBOX_URL}/**`),
      );
      const [waiting, left] = await Promise.all([
        joinWaitlist(saleId),
        paying.then(() => openPage(saleId, page.context())),
      ]).catch((error: unknown) => {
        if (Date.now() < overAtMs) throw error;
        return [];
      });
      if (waiting && left && Date.now() < overAtMs) return { page, waiting, left };
    }
    throw new Error('not even the longest time to pay was long enough');
  }

  /** Presses a button of the provider's page, and returns what stood there. */
  async function atProvider(page: Page, name: string): Promise<string | null> {
    await page.waitForURL(`${shop.environment.SANDBOX_URL}/**`);
    const shown = await page.textContent('main');
    await page.getByRole('button', { name, exact: true }).click();
    return shown;
  }
});
