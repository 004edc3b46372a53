/**
 * The opening moves nothing: the browser itself counts what shifts, from the countdown until the
 * unit is reserved, on a small phone and on a large screen.
 */
import { expect, it } from 'vitest';
import { describeInChromium, expectHeadline } from './page.chromium.ts';
import { isoIn, orderOf } from './page.shop.ts';

const WATCH = `
  globalThis.shifts = [];
  new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({ value, sources }) =>
    [value, ...sources.map(({ node }) => node?.id || node?.className || node?.nodeName)].join(' '),
  ))).observe({ type: 'layout-shift', buffered: false });
`;
/** That the observer sees a shift at all. */
const SHIFT = `document.querySelector('#timer').style.marginTop = '99px'`;
const shiftsOf = 'new Promise((done) => setTimeout(() => done(shifts), 300))';

describeInChromium('the opening', ({ shop: startShop, buyer, open }) => {
  it.each([
    { width: 360, height: 740 },
    { width: 1440, height: 900 },
  ])('shifts nothing at $width px', async (viewport) => {
    const shop = await startShop({ opensInMs: 4000, sale: { perBuyer: 2 } });
    const page = await open(shop, await buyer({ viewport }));
    await expectHeadline(page, 'Not open yet');
    await page.evaluate(WATCH);
    await expectHeadline(page, 'Open now');
    await page.click('#order');
    await expectHeadline(page, 'In line');
    shop.order = orderOf({ state: 'reserved', payBefore: isoIn(shop, 60_000) });
    await expectHeadline(page, 'Reserved for you');
    expect(await page.evaluate(shiftsOf)).toEqual([]);
    await page.evaluate(SHIFT);
    expect(await page.evaluate(shiftsOf)).not.toEqual([]);
  });
});
