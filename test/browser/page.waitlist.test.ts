/** Waiting for a unit that comes back, in a real browser: joining, the place, served, leaving. */
import { expect, it } from 'vitest';
import {
  describeInChromium,
  eventually,
  expectHeadline,
  holdLooks,
  press,
} from './page.chromium.ts';
import { isoIn, orderOf, placeOf, type Reply, type Shop } from './page.shop.ts';

const waitlist = { waiting: 7, full: false };
const SOLD_OUT = { sale: { state: 'sold-out', remaining: 0, waitlist } } as const;
const joins = (shop: Shop) => shop.requests('PUT', /waitlist$/);

describeInChromium('the waitlist', ({ shop: startShop, open }) => {
  it('is joined, shows place and hope, and calls its buyer aloud and in the tab', async () => {
    const shop = await startShop(SOLD_OUT);
    const page = await open(shop);
    await press(page, 'Join the waitlist');
    await expectHeadline(page, 'Waitlist: number 3');
    expect(joins(shop).map(({ body }) => body)).toEqual(['{"quantity":1}']);
    expect(await page.textContent('#explanation')).toMatch(/No estimate yet.*come back: 4\.$/);
    expect(await page.textContent('#order-id')).toBe('7 waiting in all · quantity 1');
    expect(await page.getAttribute('#order', 'aria-disabled')).toBe('true');

    shop.waiting = placeOf({ place: 1, estimatedWaitMs: 61_000 });
    await eventually(() => page.textContent('#headline')).toMatch(/^Waitlist: number 1/);
    expect(await page.textContent('#explanation')).toContain('About 2 minutes');

    await page.evaluate(LISTEN);
    shop.waiting = undefined;
    shop.order = orderOf({ state: 'reserved', payBefore: isoIn(shop, 300_000) });
    await expectHeadline(page, 'Your turn: reserved for you');
    expect(await page.title()).toBe(`Pay now · ${shop.sale.title}`);
    expect(await page.textContent('#order')).toBe('Pay now');
    expect(String(await page.evaluate('heard'))).toContain('Your turn');
  });

  it('knows its place after a reload, and is left by keyboard', async () => {
    const shop = await startShop(SOLD_OUT);
    const page = await open(shop);
    await press(page, 'Join the waitlist');
    await expectHeadline(page, 'Waitlist: number 3');
    await page.reload();
    await expectHeadline(page, 'Waitlist: number 3');
    expect(joins(shop)).toHaveLength(1);
    await page.getByRole('button', { name: 'Leave the waitlist' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await eventually(() => page.textContent('#order')).toBe('Join the waitlist');
    expect(shop.requests('DELETE', /waitlist$/)).toHaveLength(1);
    const asked = shop.requests('GET', /waitlist$/).length;
    await page.reload();
    await eventually(() => page.textContent('#order')).toBe('Join the waitlist');
    await page.waitForTimeout(500);
    expect(shop.requests('GET', /waitlist$/)).toHaveLength(asked);
  });

  it.each([
    ['waitlist-full', 'Sold out', 'Sold out'],
    ['no-waitlist', 'Sold out', 'Sold out'],
    ['not-sold-out', 'Open now', 'Buy now'],
  ] as const)('that says %s shows what is left to do', async (kind, headline, button) => {
    const shop = await startShop(SOLD_OUT);
    const page = await open(shop);
    await holdLooks(page);
    shop.replies = [{ kind }];
    await press(page, 'Join the waitlist');
    await eventually(() => page.textContent('#order')).toBe(button);
    await expectHeadline(page, headline);
  });

  it('that says "has-order" shows the order', async () => {
    const shop = await startShop(SOLD_OUT);
    const page = await open(shop);
    const refuse = (): Reply => {
      shop.order = orderOf({ state: 'paid' });
      return { kind: 'has-order' };
    };
    shop.replies = [refuse];
    await press(page, 'Join the waitlist');
    await expectHeadline(page, 'Paid');
  });

  it('is offered when the time to pay is over and nothing is left', async () => {
    const shop = await startShop(SOLD_OUT);
    shop.order = orderOf({ state: 'expired', closedBy: 'deadline' });
    const page = await open(shop);
    await expectHeadline(page, 'The time to pay is over');
    await eventually(() => page.textContent('#order')).toBe('Join the waitlist');
    expect(await page.getAttribute('#order', 'aria-disabled')).toBe('false');
  });
});

/** Keeps what a screen reader is told. */
const LISTEN = `
  globalThis.heard = [];
  const region = document.querySelector('.state');
  new MutationObserver(() => heard.push(region.textContent))
    .observe(region, { childList: true, subtree: true, characterData: true });
`;
