/** The origin is gone: what a sale's page is told meanwhile, and for how long. */
import { describe, expect, test } from 'vitest';
import { openSale, openShop, type Shop, START_MS, told } from './shop.ts';

const view = (isolate: Pick<Shop, 'fetch'>) => told(isolate.fetch('/api/sales/phone'));

function cutOff(shop: Shop) {
  shop.twist.origin = () => Promise.reject(new Error('connection refused'));
}

describe('the sale’s view while the origin is silent', () => {
  test('is the last one; after 5 s it says of when', async () => {
    const shop = openShop(openSale({ remaining: 40 }));
    expect((await view(shop)).body).not.toHaveProperty('asOf');
    cutOff(shop);
    shop.clock.ms = START_MS + 5_000;
    expect((await view(shop)).body).not.toHaveProperty('asOf');
    shop.clock.ms = START_MS + 6_001;
    const { status, body } = await view(shop);
    expect(status).toBe(200);
    expect(body).toMatchObject({ remaining: 40, asOf: new Date(START_MS).toISOString() });
    expect(body.now).toBe(new Date(START_MS + 6_001).toISOString());
  });

  test('stays when the gates, which decide by it, trust it no more', async () => {
    const shop = openShop();
    await view(shop);
    cutOff(shop);
    shop.clock.ms = START_MS + 600_000;
    expect(await view(shop)).toMatchObject({ status: 200, body: { state: 'open' } });
    expect((await shop.order()).status).toBe(503);
    shop.clock.ms = START_MS + 3_600_000;
    expect(await view(shop)).toMatchObject({ status: 200, body: { state: 'ended' } });
  });

  test('is news again as soon as the origin is back', async () => {
    const shop = openShop();
    await view(shop);
    cutOff(shop);
    shop.clock.ms = START_MS + 30_000;
    expect((await view(shop)).body).toHaveProperty('asOf');
    shop.twist.origin = () => undefined;
    shop.sales.set('phone', openSale({ remaining: 7 }));
    shop.clock.ms += 1_001;
    const { body } = await view(shop);
    expect(body).toMatchObject({ remaining: 7 });
    expect(body).not.toHaveProperty('asOf');
  });

  test('is known to an isolate that has just begun, from its colo', async () => {
    const shop = openShop(openSale({ remaining: 40 }));
    await view(shop);
    cutOff(shop);
    shop.clock.ms = START_MS + 20_000;
    const cold = shop.otherIsolate();
    expect((await view(cold)).body).toMatchObject({
      remaining: 40,
      asOf: new Date(START_MS).toISOString(),
    });
    expect((await view(shop.otherIsolate('elsewhere'))).status).toBe(503);
    expect(shop.snapshotAsks()).toBe(3);
  });

  test('costs an origin that hangs one question at a time, and only its asker waits', async () => {
    const shop = openShop();
    await view(shop);
    cutOff(shop);
    shop.clock.ms = START_MS + 10_000;
    await view(shop);
    const asked = shop.snapshotAsks();
    const hanging = Promise.withResolvers<Response>();
    shop.twist.origin = () => hanging.promise;
    shop.clock.ms += 1_001;
    const asker = view(shop);
    await scheduler.wait(10);
    const others = await Promise.all(Array.from({ length: 10 }, () => view(shop)));
    expect(others.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(shop.snapshotAsks()).toBe(asked + 1);
    hanging.reject(new Error('gone'));
    expect((await asker).status).toBe(200);
  });

  test('is shown at once to who comes while another one asks, however old it is', async () => {
    const shop = openShop();
    await view(shop);
    shop.clock.ms = START_MS + 600_000;
    const hanging = Promise.withResolvers<Response>();
    shop.twist.origin = () => hanging.promise;
    const asker = view(shop);
    await scheduler.wait(10);
    const first = await Promise.race([view(shop), scheduler.wait(5_000)]);
    expect(first).toMatchObject({
      status: 200,
      body: { asOf: new Date(START_MS).toISOString() },
    });
    expect(shop.snapshotAsks()).toBe(2);
    hanging.reject(new Error('gone'));
    expect((await asker).status).toBe(200);
  });
});
