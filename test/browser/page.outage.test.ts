/**
 * The shop is gone: the page loads all the same and says what is the case, in the buyer's language;
 * nothing is lost when it comes back. With the real edge and an origin that is switched off before
 * the visit and during it, and with an edge that has never heard of the sale.
 */
import { expect, it } from 'vitest';
import { openEdgeStage } from './edge.stage.ts';
import { describeInChromium, eventually, expectHeadline } from './page.chromium.ts';
import { isoIn, orderOf, placeOf } from './page.shop.ts';

/** Past the 5 s after which a copy no longer passes for now, and the page's next look at it. */
const NOTICED = { timeout: 60_000 };
/** What the edge says for a shop that it cannot reach. */
const AWAY = { status: 503, json: { type: '/problems/overloaded', retryAfterMs: 1000 } };

describeInChromium('the page while the shop does not answer', ({ shop, buyer, open }) => {
  it('loads, and says how the sale was when the shop was last heard', async () => {
    const stage = await openEdgeStage();
    try {
      stage.sale = { remaining: 40 };
      await fetch(`${stage.url}/api/sales/demo`);
      await stage.stopOrigin();
      await new Promise((resolve) => setTimeout(resolve, 6_500));
      const page = await (await buyer()).newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      await page.goto(`${stage.url}/s/demo`);
      await expectHeadline(page, 'The shop does not answer');
      expect(await page.textContent('#explanation')).toMatch(
        /^This is how it was at \d\d:\d\d:\d\d\./,
      );
      expect(await page.textContent('#stock')).toBe('About 40 of 100 left');
      await page.click('#order');
      await expectHeadline(page, 'Very busy');
      expect(errors).toEqual([]);

      await stage.startOrigin();
      await expect.poll(() => page.textContent('#headline'), NOTICED).toBe('In line');
    } finally {
      await stage.close();
    }
  });

  it('says so during a visit as well, and goes on by itself', async () => {
    const stage = await openEdgeStage();
    try {
      const page = await (await buyer({ locale: 'zh-CN' })).newPage();
      await page.goto(`${stage.url}/s/demo`);
      await expectHeadline(page, '正在发售');
      await stage.stopOrigin();
      await expect.poll(() => page.textContent('#headline'), NOTICED).toBe('商店没有回应');
      await stage.startOrigin();
      await expect.poll(() => page.textContent('#headline'), NOTICED).toBe('正在发售');
    } finally {
      await stage.close();
    }
  });

  it('that the edge has never heard of loads, asks again and then shows the sale', async () => {
    const silent = await shop();
    silent.isSilent = true;
    const page = await (await buyer()).newPage();
    await page.goto(`${silent.url}/s/demo`);
    await expectHeadline(page, 'The shop does not answer');
    expect(await page.textContent('#explanation')).toBe(
      'We ask again by ourselves. No need to reload.',
    );
    silent.isSilent = false;
    await expectHeadline(page, 'Open now');
  });

  it.each([
    ['open', {}],
    ['ended', { sale: { state: 'ended' }, closesInMs: -1000 }],
  ] as const)(
    'asks again, loaded meanwhile, for the order of a sale that is %s',
    async (_, now) => {
      const away = await shop(now);
      away.sale.asOf = isoIn(away, -30_000);
      away.order = orderOf({ state: 'reserved', payBefore: isoIn(away, 600_000) });
      const guest = await buyer();
      let refused = 0;
      await guest.route(/orders\/mine$/, (route) => {
        refused += 1;
        return route.fulfill(AWAY);
      });
      const page = await open(away, guest);
      await eventually(() => refused).toBeGreaterThan(0);
      expect(await page.textContent('#headline')).not.toBe('Reserved for you');
      await guest.unroute(/orders\/mine$/);
      await expect.poll(() => page.textContent('#headline'), NOTICED).toBe('Reserved for you');
      expect(away.requests('GET', /orders\/mine$/)).toHaveLength(1);
    },
  );

  it('asks again, loaded meanwhile, for the place in line', async () => {
    const waitlist = { waiting: 7, full: false };
    const away = await shop({ sale: { state: 'sold-out', remaining: 0, waitlist } });
    away.waiting = placeOf();
    const guest = await buyer();
    await guest.addInitScript(`localStorage.setItem('sluice:demo:waits', 'true')`);
    let refused = 0;
    await guest.route(/waitlist$/, (route) => {
      refused += 1;
      return route.fulfill(AWAY);
    });
    const page = await open(away, guest);
    await eventually(() => refused).toBeGreaterThan(0);
    await guest.unroute(/waitlist$/);
    await expect.poll(() => page.textContent('#headline'), NOTICED).toBe('Waitlist: number 3');
  });

  it('says when the edge itself is gone, after two lost looks', async () => {
    const gone = await shop({ opensInMs: -60_000 });
    const page = await open(gone);
    await gone.stop();
    await expect
      .poll(() => page.textContent('#headline'), NOTICED)
      .toBe('The shop does not answer');
  });
});
