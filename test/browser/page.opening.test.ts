/**
 * The opening: by the shop's clock, whatever the buyer's says, and in silence. From the last
 * countdown seconds on the only request is the click's own order.
 */
import { expect, it } from 'vitest';
import { describeInChromium, expectHeadline } from './page.chromium.ts';

const TEN_MINUTES_MS = 600_000;
/** Half a round trip to a server on this machine, and what a busy machine adds. */
const EARLY_MS = 50;
const LATE_MS = 1000;
/** The fastest of all fingers. */
const CLICK_WHEN_OPEN = `
  new MutationObserver(() => document.querySelector('#order').click())
    .observe(document.querySelector('#order'), { attributeFilter: ['aria-disabled'] });
`;
const WAKE = `void dispatchEvent(new Event('online'))`;

describeInChromium('the opening', ({ shop: startShop, open }) => {
  it.each([
    ['behind', TEN_MINUTES_MS],
    ['ahead', -TEN_MINUTES_MS],
  ])('comes at the shop’s time when the device’s clock is ten minutes %s', async (_, aheadMs) => {
    const shop = await startShop({ opensInMs: 2500, aheadMs });
    const page = await open(shop);
    expect(await page.textContent('#order')).toBe('Opens soon');
    await page.evaluate(CLICK_WHEN_OPEN);
    await expectHeadline(page, 'In line');
    const [click] = shop.requests('POST', /orders$/);
    const lateMs = (click?.atMs ?? 0) - Date.parse(shop.sale.opensAt);
    expect(lateMs).toBeGreaterThan(-EARLY_MS);
    expect(lateMs).toBeLessThan(LATE_MS);
  });

  it('is silent from three seconds before until the click, whatever wakes the page', async () => {
    const shop = await startShop({ opensInMs: 14_000 });
    const page = await open(shop);
    const opensAtMs = Date.parse(shop.sale.opensAt);
    // Woken before: the page may ask then, and this shows that the waking works at all.
    await page.waitForTimeout(opensAtMs - 5200 - shop.nowMs());
    const before = shop.seen.length;
    await page.evaluate(WAKE);
    await expect.poll(() => shop.seen.length).toBeGreaterThan(before);

    await page.waitForTimeout(opensAtMs - 3000 - shop.nowMs());
    const atSilence = shop.seen.length;
    for (let wake = 0; wake < 3; wake += 1) {
      await page.evaluate(WAKE);
      await page.waitForTimeout(900);
    }
    await page.waitForSelector('#order[aria-disabled="false"]');
    await page.waitForTimeout(1000);
    expect(shop.seen.slice(atSilence)).toEqual([]);
    await page.click('#order');
    await expectHeadline(page, 'In line');
    expect(shop.seen[atSilence]).toMatchObject({ method: 'POST', path: '/api/sales/demo/orders' });
  });

  it('forgives a click that is a moment early by the shop’s clock', async () => {
    const shop = await startShop();
    const nowMs = shop.nowMs();
    shop.replies = [{ kind: 'not-open', opensAtMs: nowMs + 300, nowMs, paused: false }];
    const page = await open(shop);
    await page.click('#order');
    await expectHeadline(page, 'In line');
    expect(new Set(shop.requests('POST', /orders$/).map(({ key }) => key)).size).toBe(1);
  });

  it('that was put off shows the new countdown', async () => {
    const shop = await startShop();
    const nowMs = shop.nowMs();
    shop.replies = [{ kind: 'not-open', opensAtMs: nowMs + 7_200_000, nowMs, paused: false }];
    const page = await open(shop);
    await page.click('#order');
    await expectHeadline(page, 'Not open yet');
    expect(await page.textContent('#timer')).toMatch(/Opens in[\s\S]*\s0[12]hours/);
  });
});
