/**
 * A buyer's order on the page, in a real browser: one click is one order, under one key, whatever
 * happens to the answers; a second tab and a reload see the same order.
 */
import { expect, it } from 'vitest';
import { describeInChromium, eventually, expectHeadline } from './page.chromium.ts';
import { isoIn, ORDER_ID, orderOf, type Shop } from './page.shop.ts';

const clicks = (shop: Shop) => shop.requests('POST', /orders$/);
const keys = (shop: Shop) => new Set(clicks(shop).map(({ key }) => key));

describeInChromium('an order on the page', ({ shop: startShop, buyer, open }) => {
  it('goes from the click over the line to a reserved unit', async () => {
    const shop = await startShop();
    const page = await open(shop);
    await page.click('#order');
    await expectHeadline(page, 'In line');
    const payBefore = isoIn(shop, 900_000);
    shop.order = orderOf({ state: 'reserved', payBefore });
    await expectHeadline(page, 'Reserved for you');

    expect(await page.textContent('#explanation')).toMatch(/^Pay before \d\d:\d\d:\d\d\.$/);
    const timer = await page.textContent('#timer');
    expect(timer).toMatch(/Time left to pay\d\d:\d\d:\d\d\s+0days\s+00hours\s+1[45]min\s+\d\dsec/);
    expect(await page.textContent('#order-id')).toBe(`Order ${ORDER_ID} · quantity 1`);
    expect(clicks(shop)).toHaveLength(1);
    expect(clicks(shop)[0]?.body).toBe('{"quantity":1}');
    expect(clicks(shop)[0]?.key).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is reserved with the first answer, where orders settle at once', async () => {
    const shop = await startShop();
    shop.replies = [
      () => {
        shop.order = orderOf({ state: 'reserved', payBefore: isoIn(shop, 900_000) });
        return { kind: 'accepted', order: shop.order };
      },
    ];
    const page = await open(shop);
    await page.click('#order');
    await expectHeadline(page, 'Reserved for you');
    expect(await page.textContent('#explanation')).toMatch(/^Pay before \d\d:\d\d:\d\d\.$/);
    expect(clicks(shop)).toHaveLength(1);
  });

  it('is a second one, as the first answer says: the page shows the other', async () => {
    const shop = await startShop();
    const duplicate = { state: 'rejected', reason: 'duplicate' } as const;
    shop.replies = [
      () => {
        shop.order = orderOf({ state: 'reserved', payBefore: isoIn(shop, 900_000) });
        return { kind: 'order', order: { ...orderOf(duplicate), orderId: 'B'.repeat(22) } };
      },
    ];
    const page = await open(shop);
    await page.click('#order');
    await expectHeadline(page, 'Reserved for you');
    expect(await page.textContent('#order-id')).toBe(`Order ${ORDER_ID} · quantity 1`);
  });

  it('is shown in a second tab at once, and after a reload', async () => {
    const shop = await startShop();
    const browser = await buyer();
    const [first, second] = [await open(shop, browser), await open(shop, browser)];
    await first.click('#order');
    await expectHeadline(second, 'In line');
    shop.order = orderOf({ state: 'reserved', payBefore: isoIn(shop, 900_000) });
    await expectHeadline(second, 'Reserved for you');
    await first.reload();
    await expectHeadline(first, 'Reserved for you');
    expect(await first.textContent('#order-id')).toBe(await second.textContent('#order-id'));
    expect(clicks(shop)).toHaveLength(1);
  });

  it('is sent again under the same key when the answer is lost', async () => {
    const shop = await startShop();
    shop.replies = ['lost', { kind: 'overloaded', retryAfterMs: 100 }];
    const page = await open(shop);
    await page.click('#order');
    await expectHeadline(page, 'In line');
    expect(clicks(shop).length).toBeGreaterThanOrEqual(3);
    expect(keys(shop).size).toBe(1);
  });

  it('keeps its key over a reload, and sends nothing before the next click', async () => {
    const shop = await startShop();
    shop.replies = [{ kind: 'overloaded', retryAfterMs: 60_000 }];
    const page = await open(shop);
    await page.click('#order');
    await expectHeadline(page, 'Very busy');
    await page.reload();
    await expectHeadline(page, 'Your last click had no answer');
    expect(clicks(shop)).toHaveLength(1);
    await page.click('#order');
    await expectHeadline(page, 'In line');
    expect(clicks(shop)).toHaveLength(2);
    expect(keys(shop).size).toBe(1);
  });

  it('is one request however often the button is pressed', async () => {
    const shop = await startShop();
    const page = await open(shop);
    await page.locator('#order').evaluate((button) => {
      for (let press = 0; press < 5; press += 1) button.dispatchEvent(new Event('click'));
    });
    await expectHeadline(page, 'In line');
    expect(clicks(shop)).toHaveLength(1);
  });

  it('gets a new key only after it is over without a unit', async () => {
    const shop = await startShop();
    const page = await open(shop);
    await page.click('#order');
    await expectHeadline(page, 'In line');
    shop.order = orderOf({ state: 'rejected', reason: 'recovered' });
    await expectHeadline(page, 'Your order was not kept');
    expect(await page.textContent('#order')).toBe('Try again');
    shop.place = () => {
      shop.order = orderOf({ orderId: 'AAAAAAAAAAAAAAAAAAAAAA' });
      return { kind: 'accepted', order: shop.order };
    };
    await page.click('#order');
    await expectHeadline(page, 'In line');
    expect(keys(shop).size).toBe(2);
  });

  it('gets a new key when the shop says that the old one was used', async () => {
    const shop = await startShop();
    shop.replies = [{ kind: 'key-reused' }];
    const page = await open(shop);
    await page.click('#order');
    await expectHeadline(page, 'In line');
    expect(clicks(shop)).toHaveLength(2);
    expect(keys(shop).size).toBe(2);
  });

  it('is for as many units as were chosen, where there is a choice', async () => {
    const shop = await startShop({ sale: { perBuyer: 3 } });
    const page = await open(shop);
    await page.getByRole('combobox', { name: 'Quantity' }).selectOption('2');
    await page.click('#order');
    await expectHeadline(page, 'In line');
    expect(clicks(shop)[0]?.body).toBe('{"quantity":2}');
    const single = await open(await startShop());
    expect(await single.getByRole('combobox').count()).toBe(0);
  });

  it('is the order of the one guest that the page became, however quick the click', async () => {
    const shop = await startShop();
    shop.clockDelayMs = 400;
    const page = await (await buyer()).newPage();
    await page.goto(`${shop.url}/s/demo`);
    await page.click('#order[aria-disabled="false"]');
    await expectHeadline(page, 'In line');
    expect(shop.guests).toBe(1);
    const cookies = () => shop.requests('GET', /orders/).map(({ cookie }) => cookie);
    await eventually(() => new Set(cookies()).size).toBe(1);
    expect(clicks(shop)[0]?.cookie).toBe('guest=0');
  });

  it('that was never confirmed and is unknown to the shop can be tried again', async () => {
    const shop = await startShop();
    shop.place = () => ({ kind: 'accepted', order: orderOf({ state: 'accepting' }) });
    const page = await open(shop);
    await page.click('#order');
    await expectHeadline(page, 'Almost in line');
    await expect
      .poll(() => page.textContent('#headline'), { timeout: 60_000 })
      .toBe('Your last click had no answer');
    expect(await page.getAttribute('#order', 'aria-disabled')).toBe('false');
  });
});
