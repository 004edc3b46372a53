/**
 * The opening: by the shop's clock, whatever the buyer's says, and in silence. From the last
 * countdown seconds on the only request is the click's own order.
 */
import { expect, it } from 'vitest';
import { describeInChromium, eventually, expectHeadline, holdLooks } from './page.chromium.ts';

const TEN_MINUTES_MS = 600_000;
/** Besides half of the shortest round trip, by which the page's clock may be wrong. */
const EARLY_MS = 50;
/** Behind a timer of the test's own in the same page: what holds one up holds up both. */
const LATE_MS = 1000;
/** Of the five seconds for which the page is silent after the opening, by its own clock. */
const QUIET_AFTER_MS = 4500;
/** The fastest of all fingers. */
const CLICK_WHEN_OPEN = `
  new MutationObserver(() => document.querySelector('#order').click())
    .observe(document.querySelector('#order'), { attributeFilter: ['aria-disabled'] });
`;
const fetchIn = (ms: number) => `void setTimeout(() => fetch('/probe'), ${ms})`;
const SHORTEST_WAY_MS = `Math.min(...performance.getEntriesByType('resource')
  .filter(({ name }) => name.endsWith('/api/clock')).map(({ duration }) => duration))`;
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
    const opensAtMs = Date.parse(shop.sale.opensAt);
    await page.evaluate(fetchIn(opensAtMs - shop.nowMs()));
    await expectHeadline(page, 'In line');
    const probes = () => shop.requests('GET', /probe$/);
    await eventually(probes).toHaveLength(1);
    const [probe, click] = [...probes(), ...shop.requests('POST', /orders$/)];
    const wrongByMs = (await page.evaluate<number>(SHORTEST_WAY_MS)) / 2;
    expect(click?.atMs).toBeGreaterThan(opensAtMs - wrongByMs - EARLY_MS);
    expect(click?.atMs).toBeLessThan((probe?.atMs ?? 0) + LATE_MS);
  });

  it('is silent from three seconds before until the click, whatever wakes the page', async () => {
    const shop = await startShop({ opensInMs: 12_500 });
    const page = await open(shop);
    const opensAtMs = Date.parse(shop.sale.opensAt);
    // Woken before: the page may ask then, and this shows that the waking works at all.
    const looks = () => shop.requests('GET', /api.*demo$/).length;
    expect(looks()).toBe(1);
    await page.waitForTimeout(5000);
    await eventually(() => page.evaluate(WAKE).then(looks)).toBe(2);

    const silentFromMs = opensAtMs - 3000;
    await page.waitForTimeout(Math.max(0, silentFromMs - shop.nowMs()));
    for (let wake = 0; wake < 3; wake += 1) {
      await page.evaluate(WAKE);
      await page.waitForTimeout(900);
    }
    await page.waitForSelector('#order[aria-disabled="false"]');
    await page.waitForTimeout(1000);
    await page.click('#order');
    await expectHeadline(page, 'In line');
    const [click] = shop.requests('POST', /./);
    expect(click?.path).toBe('/api/sales/demo/orders');
    const untilMs = Math.min(click?.atMs ?? 0, opensAtMs + QUIET_AFTER_MS);
    const asked = shop.seen.filter(({ atMs }) => atMs >= silentFromMs && atMs < untilMs);
    expect(asked).toEqual([]);
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
    await holdLooks(page);
    await page.click('#order');
    await expectHeadline(page, 'Not open yet');
    expect(await page.textContent('#timer')).toMatch(/Opens in[\s\S]*\s0[12]hours/);
  });
});
