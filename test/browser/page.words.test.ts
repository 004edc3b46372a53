/** Only the language in use is loaded; another when it is chosen, never in the silent seconds. */
import { expect, it } from 'vitest';
import { describeInChromium, expectHeadline } from './page.chromium.ts';

describeInChromium('the words of the page', ({ shop: startShop, buyer, open }) => {
  it('come in one language; the other comes when it is chosen, once', async () => {
    const shop = await startShop();
    const page = await open(shop);
    await expectHeadline(page, 'Open now');
    const loaded = () => shop.requests('GET', /texts/).map(({ path }) => path.split('/').at(-1));
    expect(loaded()).toEqual(['texts.en.js']);
    await page.getByRole('button', { name: '中文' }).click();
    await expectHeadline(page, '正在发售');
    await page.getByRole('button', { name: 'EN' }).click();
    await expectHeadline(page, 'Open now');
    await page.getByRole('button', { name: '中文' }).click();
    await expectHeadline(page, '正在发售');
    expect(loaded()).toEqual(['texts.en.js', 'texts.zh-CN.js']);
  });

  it('wait with a new language until the opening is over', async () => {
    const shop = await startShop({ opensInMs: 3200 });
    const page = await open(shop);
    await expectHeadline(page, 'Not open yet');
    await page.getByRole('button', { name: '中文' }).click();
    await page.waitForSelector('#order[aria-disabled="false"]');
    await page.waitForTimeout(500);
    // Nearly the five seconds of the page, whose clock may be wrong by some of this.
    const quietUntilMs = Date.parse(shop.sale.opensAt) + 4500;
    const early = shop.requests('GET', /texts/).filter(({ atMs }) => atMs < quietUntilMs);
    expect(early).toHaveLength(1);
    await page.click('#order');
    await expectHeadline(page, '排队中');
  });

  it('are those chosen last, whichever arrives last', async () => {
    const shop = await startShop();
    const page = await (await buyer()).newPage();
    const comes = Promise.withResolvers<void>();
    await page.route(/texts\.zh-CN/, async (route) => {
      await comes.promise;
      await route.continue();
    });
    const late = page.waitForResponse(/texts\.zh-CN/);
    await page.goto(`${shop.url}/s/demo`);
    await expectHeadline(page, 'Open now');
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('button', { name: 'EN' }).click();
    comes.resolve();
    await (await late).finished();
    await page.waitForTimeout(400);
    expect(await page.textContent('#headline')).toBe('Open now');
  });

  it('come after a failure of the network, too', async () => {
    const shop = await startShop();
    const page = await (await buyer()).newPage();
    let failures = 0;
    await page.route(/texts\.en\.js$/, (route) => {
      failures += 1;
      return route.abort();
    });
    await page.goto(`${shop.url}/s/demo`);
    await expectHeadline(page, 'Open now');
    expect(failures).toBe(1);
  });
});
