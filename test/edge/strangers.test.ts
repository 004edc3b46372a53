/**
 * Floods of made-up sales at an isolate that has just begun: they cost the origin a bounded number
 * of questions, and do not keep buyers from the sale that there is.
 */
import { describe, expect, test } from 'vitest';
import { openSale, openShop, type Shop, told } from './shop.ts';

describe('made-up sales', () => {
  /** 520 a second, evenly; when the real one is answered first. */
  async function foundAfterMs(isolate: Pick<Shop, 'fetch'>, shop: Shop): Promise<number> {
    for (let ms = 0; ms < 5_000; ms += 50) {
      for (let index = 0; index < 25; index += 1) {
        await isolate.fetch(`/api/sales/made-up-${shop.clock.ms}-${index}`);
      }
      if ((await isolate.fetch('/api/sales/phone')).status === 200) return ms;
      shop.clock.ms += 50;
    }
    return Number.POSITIVE_INFINITY;
  }

  test('do not hide a real sale from an isolate that has just begun', async () => {
    const shop = openShop();
    // So that it is the flood that has the first questions.
    for (let index = 0; index < 200; index += 1) await shop.fetch(`/api/sales/before-${index}`);
    expect(await foundAfterMs(shop, shop)).toBeLessThanOrEqual(1_000);
    expect(shop.snapshotAsks()).toBeLessThanOrEqual(50 + 10 + 20);
  });

  test('do not hide what the colo knows', async () => {
    const shop = openShop();
    expect((await shop.order()).status).toBe(202);
    const cold = shop.otherIsolate();
    for (let index = 0; index < 200; index += 1) await cold.fetch(`/api/sales/before-${index}`);
    expect((await cold.fetch('/api/sales/phone')).status).toBe(200);
    // Nor is it a stranger when it is asked about again.
    shop.clock.ms += 50;
    for (let index = 0; index < 200; index += 1) await cold.fetch(`/api/sales/again-${index}`);
    shop.sales.set('phone', openSale({ soldOut: true, remaining: 0 }));
    shop.clock.ms += 1_000;
    for (let index = 0; index < 200; index += 1) await cold.fetch(`/api/sales/after-${index}`);
    expect((await told(cold.fetch('/api/sales/phone'))).body).toMatchObject({ state: 'sold-out' });
  });

  test('that come again and again are no way around the limit', async () => {
    const shop = openShop();
    for (let ms = 0; ms < 3_000; ms += 50) {
      for (let index = 0; index < 25; index += 1) {
        await shop.fetch(`/api/sales/made-up-${(ms % 1_000) / 50}-${index}`);
      }
      shop.clock.ms += 50;
    }
    expect(shop.snapshotAsks()).toBeLessThanOrEqual(50 + 10 + 3 * 20);
  });
});
