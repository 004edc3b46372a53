/** Asking for held orders: one look a second for all buyers, and a look for a buyer only then. */
import { expect, test } from 'vitest';
import { createHeldOrders } from '../../../origin/dead-letters/held-orders.ts';
import { fakeBook } from '../fakes.ts';

function setUp() {
  const asked: string[] = [];
  const world = { nowMs: 0, any: false, isAway: false };
  const held = createHeldOrders({
    nowMs: () => world.nowMs,
    book: fakeBook({
      async read<Row extends object>(_statement: object, ...[buyerId]: unknown[]) {
        asked.push(buyerId === undefined ? 'any' : String(buyerId));
        if (world.isAway) throw new Error('connection lost');
        const found = buyerId === undefined ? [{ held: 1 }] : [{ orderId: 'order' }];
        return (world.any ? found : []) as Row[];
      },
    }),
  });
  return { world, asked, held };
}

test('while there is none, nobody is looked for, and the book is asked once a second', async () => {
  const { world, asked, held } = setUp();
  await Promise.all(['ann', 'bob', 'cy'].map((buyerId) => held.ofBuyer(buyerId)));
  world.nowMs = 999;
  expect(await held.ofBuyer('ann')).toEqual([]);
  expect(asked).toEqual(['any']);
  world.nowMs = 1_000;
  await held.ofBuyer('ann');
  expect(asked).toEqual(['any', 'any']);
});

test('one that is buried is seen within a second', async () => {
  const { world, asked, held } = setUp();
  await held.ofBuyer('ann');
  world.any = true;
  world.nowMs = 1_000;
  expect(await held.ofBuyer('ann')).toHaveLength(1);
  expect(await held.ofBuyer('bob')).toHaveLength(1);
  expect(asked).toEqual(['any', 'any', 'ann', 'bob']);
});

test('a book that was away is asked again at once', async () => {
  const { world, held } = setUp();
  world.isAway = true;
  await expect(held.ofBuyer('ann')).rejects.toThrow('connection lost');
  world.isAway = false;
  expect(await held.ofBuyer('ann')).toEqual([]);
});
