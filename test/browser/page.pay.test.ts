/**
 * After the click, in a real browser: paying and coming back, a payment that failed, the time that
 * ran out, money that came too late, cancelling by keyboard.
 */
import { expect, it } from 'vitest';
import type { OrderView } from '../../contract/order.ts';
import { describeInChromium, eventually, expectHeadline, press } from './page.chromium.ts';
import { isoIn, ORDER_ID, orderOf, PAY_PAGE, type Reply, type Shop } from './page.shop.ts';

const reserve = (shop: Shop, more: Partial<OrderView> = {}) => {
  shop.order = orderOf({ state: 'reserved', payBefore: isoIn(shop, 300_000), ...more });
};
/** The second half of a double click, as soon as it could do harm. */
const CLICK_WHEN_PAYABLE = `
  new MutationObserver(() => document.querySelector('#order').textContent === 'Pay now'
    && document.querySelector('#order').click())
    .observe(document.querySelector('#order'), { childList: true });
`;
const payments = (shop: Shop) => shop.requests('POST', /\/payment$/);

describeInChromium('paying', ({ shop: startShop, open }) => {
  it('goes to the provider’s page and waits for its word after coming back', async () => {
    const shop = await startShop();
    reserve(shop);
    const page = await open(shop);
    await expectHeadline(page, 'Reserved for you');
    expect(await page.textContent('#timer')).toContain('Time left to pay');
    await eventually(() => page.title()).toBe(`Pay now · ${shop.sale.title}`);
    await press(page, 'Pay now');
    await page.waitForURL(`**${PAY_PAGE}`);
    expect(payments(shop).map(({ path }) => path)).toEqual([`/api/orders/${ORDER_ID}/payment`]);

    await page.goto(`${shop.url}/s/demo`);
    await expectHeadline(page, 'Confirming your payment');
    expect(await page.getAttribute('#order', 'aria-disabled')).toBe('false');
    const asked = () => shop.requests('GET', /\/orders\/q83/).length;
    await eventually(asked).toBeGreaterThan(asked() + 1);
    reserve(shop, { state: 'paid', payment: 'paid' });
    await expectHeadline(page, 'Paid');
    expect(await page.getAttribute('#order', 'aria-disabled')).toBe('true');
    expect(await page.title()).toBe(shop.sale.title);
  });

  it('is found again when the browser goes back to the page as it was left', async () => {
    const shop = await startShop();
    reserve(shop);
    const page = await open(shop);
    // The driver switches the browser's cache of left pages off: what it does is played here.
    await page.route(`**${PAY_PAGE}`, (route) => route.fulfill({ status: 204 }));
    const left = page.waitForRequest(`**${PAY_PAGE}`);
    await press(page, 'Pay now');
    await left;
    await expectHeadline(page, 'Opening the payment page');
    await page.evaluate(`void dispatchEvent(
      new PageTransitionEvent('pageshow', { persisted: true }))`);
    await expectHeadline(page, 'Confirming your payment');
    expect(await page.getAttribute('#order', 'aria-disabled')).toBe('false');
  });

  it('believes no hint in the address', async () => {
    const shop = await startShop();
    reserve(shop);
    const page = await open(shop);
    await page.goto(`${shop.url}/s/demo?paid`);
    await expectHeadline(page, 'Reserved for you');
    reserve(shop, { payment: 'open' });
    await page.reload();
    await expectHeadline(page, 'Confirming your payment');
  });

  it('asks again by itself while the provider is away, then leaves it to the buyer', async () => {
    const shop = await startShop();
    reserve(shop);
    shop.replies = Array(5).fill({ kind: 'payment-unavailable', retryAfterMs: 0 });
    const page = await open(shop);
    await press(page, 'Pay now');
    await expectHeadline(page, 'Paying does not work just now');
    await eventually(() => page.textContent('#order')).toBe('Waiting…');
    expect(await page.textContent('#explanation')).toMatch(/until \d\d:\d\d:\d\d\./);
    await page.waitForSelector('#order[aria-disabled="false"]', { timeout: 120_000 });
    expect(payments(shop)).toHaveLength(5);
    expect(await page.textContent('#order')).toBe('Pay now');
    expect(await page.textContent('#headline')).toBe('Paying does not work just now');
  });

  it('that the shop refuses looks at the order again', async () => {
    const shop = await startShop();
    reserve(shop);
    const page = await open(shop);
    const refuse = (): Reply => {
      reserve(shop, { state: 'paid', payment: 'paid' });
      return { kind: 'not-payable', reason: 'paid' };
    };
    shop.replies = [refuse];
    await press(page, 'Pay now');
    await expectHeadline(page, 'Paid');
    expect(payments(shop)).toHaveLength(1);
  });

  it('is not begun by the second half of a double click on "buy"', async () => {
    const shop = await startShop();
    shop.place = () => {
      reserve(shop);
      return { kind: 'accepted', order: shop.order ?? orderOf() };
    };
    const page = await open(shop);
    await page.evaluate(CLICK_WHEN_PAYABLE);
    await page.click('#order');
    await eventually(() => page.textContent('#order')).toBe('Pay now');
    await page.waitForTimeout(300);
    expect(payments(shop)).toHaveLength(0);
  });

  it.each<[string, Partial<OrderView>]>([
    ['Your payment failed', { payment: 'failed' }],
    ['Time is up', { payBefore: new Date(0).toISOString(), payment: 'open' }],
    ['Time is up', { closedBy: 'deadline', payment: 'cancelling' }],
    ['Being cancelled', { closedBy: 'operator', payment: 'cancelling' }],
    ['The time to pay is over', { state: 'expired', closedBy: 'deadline' }],
    ['Your money came too late', { state: 'expired', payment: 'refunding' }],
    ['The shop cancelled this order', { state: 'cancelled', closedBy: 'risk' }],
    ['You cancelled this order', { state: 'rejected', reason: 'cancelled', closedBy: 'buyer' }],
    ['Refunded', { state: 'refunded', payment: 'refunded' }],
  ])('says %s in %j', async (headline, order) => {
    const shop = await startShop();
    reserve(shop, order);
    const page = await open(shop);
    await expectHeadline(page, headline);
  });
});

describeInChromium('cancelling', ({ shop: startShop, buyer, open }) => {
  it('asks first, by keyboard alone, keeps the focus and moves nothing', async () => {
    const shop = await startShop();
    reserve(shop);
    const page = await open(shop, await buyer({ viewport: { width: 360, height: 740 } }));
    const below = () =>
      page.locator('.state').evaluate((state) => state.getBoundingClientRect().top);
    const before = await below();
    const focused = () => page.evaluate('document.activeElement.id');
    await page.getByRole('button', { name: 'Cancel the order' }).focus();
    await page.keyboard.press('Enter');
    expect(await focused()).toBe('no');
    expect(await below()).toBe(before);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    expect(await page.getByRole('group', { name: 'Cancel this order?' }).count()).toBe(1);
    await page.keyboard.press('Escape');
    expect(await focused()).toBe('quiet');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    expect(await focused()).toBe('quiet');
    expect(shop.requests('POST', /cancellation/)).toHaveLength(0);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('yes');
    await page.keyboard.press('Enter');
    await expectHeadline(page, 'You cancelled this order');
    expect(await focused()).toBe('order');
    expect(shop.requests('POST', /./).map(({ path }) => path)).toEqual([
      `/api/orders/${ORDER_ID}/cancellation`,
    ]);
    expect(await page.textContent('#order')).toBe('Try again');
  });
});

describeInChromium('a cancelling', ({ shop: startShop, open }) => {
  it('that takes its time says so until it is done', async () => {
    const shop = await startShop();
    const closing = orderOf({ closedBy: 'buyer' });
    shop.order = orderOf();
    const page = await open(shop);
    await expectHeadline(page, 'In line');
    const close = (): Reply => {
      shop.order = closing;
      return { kind: 'order', order: closing };
    };
    shop.replies = [close];
    await page.click('#quiet');
    await page.click('#yes');
    await expectHeadline(page, 'Being cancelled');
    expect(await page.locator('#quiet').isVisible()).toBe(false);
    shop.order = orderOf({ state: 'rejected', reason: 'cancelled', closedBy: 'buyer' });
    await expectHeadline(page, 'You cancelled this order');
  });

  it('that comes too late says so and shows the order', async () => {
    const shop = await startShop();
    reserve(shop);
    const page = await open(shop);
    await page.click('#quiet');
    shop.replies = [{ kind: 'not-cancellable', reason: 'paid' }];
    await page.click('#yes');
    await expectHeadline(page, 'This order cannot be cancelled');
    await page.click('#quiet');
    const pay = (): Reply => {
      reserve(shop, { state: 'paid' });
      return { kind: 'not-cancellable', reason: 'paid' };
    };
    shop.replies = [pay];
    await page.click('#yes');
    await expectHeadline(page, 'Paid');
  });
});
