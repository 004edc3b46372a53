/** The list of sales at `/`: in words, on the shop's clock, small, and silent at an opening. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInChromium, eventually, expectHeadline } from './page.chromium.ts';
import { isoIn, listedOf, type Shop } from './page.shop.ts';

const MAX_BYTES = 30_000;
const TEN_MINUTES_MS = 600_000;
const HOUR_MS = 3_600_000;
const card = (page: Page, title: string) => page.getByRole('listitem').filter({ hasText: title });
const asked = (shop: Shop) => shop.requests('GET', /^\/api\/sales$/);

describeInChromium('the list of sales', ({ shop: startShop, buyer }) => {
  it('says of each how it is and leads to its page, in both languages', async () => {
    const shop = await startShop({ opensInMs: -60_000, sale: { remaining: 40 } });
    shop.listed = [
      listedOf(shop),
      listedOf(shop, { saleId: 'lamp', title: 'Lamp', state: 'sold-out', remaining: 0 }),
      listedOf(shop, { saleId: 'late', title: 'Chair', opensAt: isoIn(shop, 80 * HOUR_MS) }),
      listedOf(shop, { saleId: 'over', title: 'Clock', state: 'ended' }),
    ];
    const page = await (await buyer()).newPage();
    await page.goto(`${shop.url}/`);
    const kettle = card(page, 'Kettle');
    await kettle.waitFor();
    expect(await kettle.textContent()).toContain('CN¥1,999Open nowAbout 40 of 100 left');
    expect(await card(page, 'Lamp').textContent()).toContain('Sold outNone of 100 left');
    expect(await card(page, 'Chair').textContent()).toMatch(
      /Opens \w+ \d+, \d\d:\d\d|Opens \d+ \w+/,
    );
    expect(await card(page, 'Clock').textContent()).toMatch(/Ended /);
    await page.getByRole('button', { name: '中文' }).click();
    await eventually(() => kettle.textContent()).toContain('正在发售约剩 40 / 100 件');
    expect(await page.title()).toBe('发售');
    await kettle.getByRole('link').click();
    await page.waitForURL('**/s/demo');
    await expectHeadline(page, '正在发售');
    await page.getByRole('link', { name: '全部发售' }).click();
    await kettle.waitFor();
  });

  it('counts down by the shop’s clock and asks nothing while a sale opens', async () => {
    const shop = await startShop({ aheadMs: TEN_MINUTES_MS });
    const opensAt = isoIn(shop, 7000);
    const opensAtMs = Date.parse(opensAt);
    shop.listed = [listedOf(shop, { state: 'scheduled', opensAt })];
    const page = await (await buyer()).newPage();
    await page.goto(`${shop.url}/`);
    await eventually(() => card(page, 'Kettle').textContent()).toMatch(/Opens in 00:0\d/);
    await page.waitForTimeout(Math.max(0, opensAtMs - 3000 - shop.nowMs()));
    const before = asked(shop).length;
    await page.evaluate(`dispatchEvent(new Event('online'))`);
    await eventually(() => card(page, 'Kettle').textContent()).toContain('Open now');
    expect(asked(shop)).toHaveLength(before);
  });

  it('says that there is none, and that the shop does not answer', async () => {
    const shop = await startShop();
    shop.isSilent = true;
    const page = await (await buyer()).newPage();
    await page.goto(`${shop.url}/`);
    const note = () => eventually(() => page.textContent('#note'));
    await note().toMatch(/^The shop does not answer/);
    shop.isSilent = false;
    shop.listed = [];
    await note().toMatch(/^There is no sale at the moment/);
  });

  it(`is at most ${MAX_BYTES} bytes with headers`, async () => {
    const shop = await startShop({ opensInMs: -60_000 });
    const page = await (await buyer()).newPage();
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    let bytes = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await page.goto(`${shop.url}/`);
    await card(page, 'Kettle').waitFor();
    await page.waitForLoadState('networkidle');
    expect(bytes).toBeGreaterThan(8_000);
    expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
  });
});
