/** A presale's code, in a real browser: from the link or typed, sent, refused, corrected. */
import { expect, it } from 'vitest';
import { describeInChromium, eventually, expectHeadline, press } from './page.chromium.ts';
import { orderOf, placeOf, type Shop } from './page.shop.ts';

const CODE = 'early-7Q4KXW2M';
const PRESALE = { sale: { access: 'code' } } as const;
const NOT_INVITED = { kind: 'not-invited', reason: 'no code of this sale' } as const;
const sent = (shop: Shop) =>
  shop.seen.filter(({ method }) => method !== 'GET').map(({ presaleCode }) => presaleCode);

describeInChromium('the presale code', ({ shop: startShop, buyer, open }) => {
  it('is typed, refused in words, corrected by keyboard and sent', async () => {
    const shop = await startShop(PRESALE);
    const page = await open(shop);
    const field = page.getByRole('textbox', { name: 'Presale code' });
    const hint = () => page.textContent('#code-hint');
    shop.replies = [NOT_INVITED, NOT_INVITED];
    await page.click('#order');
    await expectHeadline(page, 'This sale is not open to you');
    expect(await hint()).toBe('Please enter the shop’s code.');
    expect(await page.evaluate('document.activeElement.id')).toBe('code');
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await page.keyboard.type('wrong-code');
    await eventually(hint).toBe('');
    await page.keyboard.press('Enter');
    await eventually(hint).toBe('The shop refused this code.');
    // What is there is selected: typing replaces it.
    await page.keyboard.type(CODE);
    await page.keyboard.press('Enter');
    await expectHeadline(page, 'In line');
    expect(sent(shop)).toEqual([undefined, 'wrong-code', CODE]);
    expect(await field.isVisible()).toBe(false);
  });

  it('comes with the link, leaves the address, and stays with its tab', async () => {
    const shop = await startShop(PRESALE);
    const guest = await buyer({ locale: 'zh-CN' });
    const page = await guest.newPage();
    await page.goto(`${shop.url}/s/demo?code=${CODE}&from=mail#top`);
    const field = page.getByRole('textbox', { name: '预售码' });
    await eventually(() => field.inputValue()).toBe(CODE);
    await eventually(() => page.url()).toBe(`${shop.url}/s/demo?from=mail#top`);
    await page.reload();
    await eventually(() => field.inputValue()).toBe(CODE);
    const other = await open(shop, guest);
    expect(await other.inputValue('#code')).toBe('');
    await page.click('#order');
    await expectHeadline(page, '排队中');
    expect(sent(shop)).toEqual([CODE]);
  });

  it('is sent to join the waitlist too, and refused there in words', async () => {
    const waitlist = { waiting: 7, full: false };
    const shop = await startShop({
      sale: { ...PRESALE.sale, state: 'sold-out', remaining: 0, waitlist },
    });
    const page = await open(shop);
    await page.fill('#code', CODE);
    shop.replies = [NOT_INVITED];
    await press(page, 'Join the waitlist');
    await expectHeadline(page, 'This sale is not open to you');
    expect(await page.textContent('#code-hint')).toMatch(/refused this code/);
    shop.waiting = placeOf();
    await press(page, 'Join the waitlist');
    await expectHeadline(page, 'Waitlist: number 3');
    expect(sent(shop)).toEqual([CODE, CODE]);
  });

  it('is sent only when it can be one, and an order is placed all the same', async () => {
    const shop = await startShop(PRESALE);
    const page = await open(shop);
    await page.fill('#code', '预售码');
    await page.click('#order');
    await expectHeadline(page, 'In line');
    expect(sent(shop)).toEqual([undefined]);
  });

  it('is not asked for by other sales, and moves nothing when it comes', async () => {
    const shop = await startShop();
    const page = await (await buyer()).newPage();
    await page.goto(`${shop.url}/s/demo?code=${CODE}`);
    await expectHeadline(page, 'Open now');
    expect(await page.locator('#code').count()).toBe(0);
    expect(shop.requests('GET', /code\.js/)).toEqual([]);
    await page.click('#order');
    await expectHeadline(page, 'In line');
    expect(sent(shop)).toEqual([undefined]);

    const presale = await startShop(PRESALE);
    presale.order = orderOf({ state: 'rejected', reason: 'sold-out' });
    const slow = await (await buyer({ viewport: { width: 360, height: 740 } })).newPage();
    const [asked, comes] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await slow.route(/code\.js/, async (route) => {
      asked.resolve();
      await comes.promise;
      await route.continue();
    });
    await slow.goto(`${presale.url}/s/demo`);
    await asked.promise;
    await slow.waitForTimeout(300);
    expect(await slow.getAttribute('#sale', 'data-sale')).toBe('loading');
    comes.resolve();
    await slow.waitForSelector('#code');
    await slow.waitForSelector('[data-sale="known"]');
    const top = `document.querySelector('#order').getBoundingClientRect().top`;
    const before = await slow.evaluate(top);
    // It has found the order that is over: from here on nothing takes back what a click is told.
    await slow.getByRole('button', { name: 'Try again' }).waitFor();
    presale.replies = [NOT_INVITED];
    await slow.click('#order');
    await eventually(() => slow.textContent('#code-hint')).not.toBe('');
    expect(await slow.evaluate(`${top} + scrollY`)).toBe(before);
    expect(await slow.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });
});
