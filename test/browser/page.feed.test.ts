/**
 * What is pushed to the page, in a real browser: the news of the order it waits for is shown, and
 * the end of an earlier one takes nothing away.
 */
import type { WebSocketRoute } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { heardOf } from '../../edge/web/feed.js';
import { describeInChromium, eventually, expectHeadline } from './page.chromium.ts';
import { isoIn, orderOf, placeOf } from './page.shop.ts';

const EARLIER = 'earlierearlierearlier0';

describe('a push about an earlier order', () => {
  const ends = (['paid', 'refunded', 'expired', 'cancelled', 'rejected'] as const).map((state) =>
    orderOf({ orderId: EARLIER, state }),
  );

  it('that is over does not replace one that goes on', () => {
    for (const pushed of ends) {
      for (const state of ['accepting', 'queued', 'entered', 'reserved', 'paid'] as const) {
        expect(heardOf(orderOf({ state }), pushed), pushed.state).toBeUndefined();
      }
      expect(heardOf(undefined, pushed, true), pushed.state).toBeUndefined();
    }
  });

  it('is shown where there is nothing else, and where the order may go on', () => {
    for (const pushed of ends) {
      expect(heardOf(undefined, pushed)).toBe(pushed);
      expect(heardOf(orderOf({ state: 'expired' }), pushed)).toBe(pushed);
    }
    const reserved = orderOf({ orderId: EARLIER, state: 'reserved' });
    expect(heardOf(undefined, reserved, true)).toBe(reserved);
  });
});

describeInChromium('the result feed on the page', ({ shop: startShop, buyer, open }) => {
  it('keeps the place in line over an earlier order’s refund, until it is served', async () => {
    const waitlist = { waiting: 7, full: false };
    const shop = await startShop({ sale: { state: 'sold-out', remaining: 0, waitlist } });
    shop.waiting = placeOf();
    const guest = await buyer();
    await guest.addInitScript(`localStorage.setItem('sluice:demo:waits', 'true')`);
    const sockets: WebSocketRoute[] = [];
    await guest.routeWebSocket(/\/feed$/, (socket) => void sockets.push(socket));
    const page = await open(shop, guest);
    await expectHeadline(page, 'Waitlist: number 3');
    await eventually(() => sockets.length).toBe(1);
    const push = (order: object) => sockets[0]?.send(JSON.stringify(order));

    push(orderOf({ orderId: EARLIER, state: 'refunded' }));
    await page.waitForTimeout(500);
    expect(await page.textContent('#headline')).toBe('Waitlist: number 3');
    const served = orderOf({ state: 'reserved', payBefore: isoIn(shop, 300_000) });
    shop.order = served;
    shop.waiting = undefined;
    push(served);
    await expectHeadline(page, 'Your turn: reserved for you');
    push(orderOf({ orderId: EARLIER, state: 'refunded' }));
    await page.waitForTimeout(500);
    expect(await page.textContent('#headline')).toBe('Your turn: reserved for you');
  });
});
