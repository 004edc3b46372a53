/** A tab that is hidden and shown again, in a real browser: it asks nothing, then goes on. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInChromium, eventually, expectHeadline } from './page.chromium.ts';

/** Without jitter a paused sale is looked at every 3.75 s, which is before a look is old. */
const NO_JITTER = `crypto.getRandomValues = (values) => values.fill(0)`;
const turn = (page: Page, isHidden: boolean) =>
  page.evaluate(`
    Object.defineProperty(document, 'hidden', { configurable: true, value: ${isHidden} });
    document.dispatchEvent(new Event('visibilitychange'));
  `);

describeInChromium('a hidden tab', ({ shop: startShop, buyer, open }) => {
  it('that was hidden just when it wanted to look looks again when shown', async () => {
    const shop = await startShop({ sale: { state: 'paused' }, opensInMs: -60_000 });
    const guest = await buyer();
    await guest.addInitScript(NO_JITTER);
    const page = await open(shop, guest);
    await expectHeadline(page, 'Paused by the shop');
    const looks = () => shop.requests('GET', /demo$/).length;
    await turn(page, true);
    const before = looks();
    const lookedAtMs = shop.requests('GET', /demo$/).at(-1)?.atMs ?? 0;
    await page.waitForTimeout(Math.max(0, lookedAtMs + 4200 - shop.nowMs()));
    expect(looks(), 'hidden, it asks nothing').toBe(before);
    await turn(page, false);
    await eventually(looks).toBeGreaterThan(before);
  });
});
