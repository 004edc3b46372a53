/** A device that loses its network is told so, keeps what it shows, and goes on by itself. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInChromium, eventually, expectHeadline } from './page.chromium.ts';
import { isoIn, orderOf } from './page.shop.ts';

const told = (page: Page) => eventually(() => page.textContent('#connection'));
const OFFLINE = 'Offline. What is shown may be old.';
/** A look of the page may come that late. */
const A_LOOK = { timeout: 60_000 };

describeInChromium('without a network', ({ shop: startShop, buyer, open }) => {
  it('the page of a sale keeps the order, says so, and hears what became of it', async () => {
    const shop = await startShop({ opensInMs: -60_000 });
    shop.order = orderOf({ state: 'reserved', payBefore: isoIn(shop, 600_000) });
    const guest = await buyer();
    const page = await open(shop, guest);
    await expectHeadline(page, 'Reserved for you');
    expect(await page.textContent('#connection')).toBe('');
    await guest.setOffline(true);
    await told(page).toBe(OFFLINE);
    expect(await page.textContent('#headline')).toBe('Reserved for you');
    expect(await page.textContent('#order')).toBe('Pay now');
    await guest.setOffline(false);
    await told(page).toMatch(/^(Back online|Connected again)\./);
    shop.order = orderOf({ state: 'paid', payment: 'paid' });
    await expect.poll(() => page.textContent('#headline'), A_LOOK).toBe('Paid');
    await expect.poll(() => page.textContent('#connection'), A_LOOK).toBe('');
  });

  it.each([
    ['/', 'Kettle No. 3, enamel, 1.2 litres'],
    ['/orders', 'Kettle No. 3, enamel, 1.2 litres'],
  ])('%s keeps its list', async (path, title) => {
    const shop = await startShop({ opensInMs: -60_000 });
    shop.order = orderOf({ state: 'paid', payment: 'paid' });
    const guest = await buyer();
    const page = await guest.newPage();
    await page.goto(shop.url + path);
    await page.getByRole('link', { name: title }).waitFor();
    await guest.setOffline(true);
    await told(page).toBe(OFFLINE);
    expect(await page.getByRole('link', { name: title }).count()).toBe(1);
    shop.order = undefined;
    shop.listed = [];
    await guest.setOffline(false);
    await expect.poll(() => page.getByRole('link', { name: title }).count(), A_LOOK).toBe(0);
    await expect.poll(() => page.textContent('#connection'), A_LOOK).toBe('');
  });
});
