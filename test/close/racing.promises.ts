/**
 * Many at the same orders and the same sale at once: each order has one winner, no deadlock is
 * final, and afterwards everything adds up.
 */
import { expect } from 'vitest';
import type { Reservation } from '../../contract/log/codec.ts';
import { topUp } from '../../origin/close/top-up.ts';
import { type ClosePromise, names } from './close.stage.ts';
import { expectWhole } from './expect-whole.ts';
import type { SaleStage } from './sale.stage.ts';

const ROUNDS = 60;

export const racingPromises: readonly ClosePromise[] = [
  {
    promise: `an order that is paid, expired and cancelled at once has one winner, ${ROUNDS} times`,
    async check(stage) {
      const sale = await stage.sale(ROUNDS);
      const orderIds = await sale.orders(names('buyer', ROUNDS));
      await sale.join(...names('waiting', ROUNDS));
      const wins = await Promise.all(
        orderIds.map((orderId) =>
          Promise.all([
            sale.pay(orderId),
            sale.expire(orderId).then((closed) => closed.length === 1),
            sale.close('cancelled', [orderId]).then((closed) => closed.length === 1),
            sale.expire(orderId).then((closed) => closed.length === 1),
          ]),
        ),
      );
      expect(wins.map((won) => won.filter((isMine) => isMine).length)).toEqual(
        Array(ROUNDS).fill(1),
      );
      const paid = wins.filter(([isPaid]) => isPaid).length;
      expect(await sale.counters()).toMatchObject({ paid, reserved: ROUNDS - paid, free: 0 });
      await expectWhole(sale);
      await sale.deliver();
      expect(await sale.audit()).toMatchObject({ balanced: true });
    },
  },
  {
    promise: 'batches that overlap close each order once',
    async check(stage) {
      const sale = await stage.sale(100);
      const orderIds = await sale.orders(names('buyer', 100));
      const batches = Array.from({ length: 8 }, (_, index) =>
        [...orderIds.slice(index * 10), ...orderIds.slice(0, index * 10)].slice(0, 60),
      );
      const closed = await Promise.all(batches.map((batch) => sale.expire(...batch)));
      expect(closed.flat().sort()).toEqual([...new Set(batches.flat())].sort());
      await expectWhole(sale);
    },
  },
  {
    promise: 'closing while orders settle, buyers join, and units are added',
    async check(stage) {
      const sale = await stage.sale(200);
      const orderIds = await sale.orders(names('buyer', 100));
      const inFlight = await reserveAll(sale, names('clicker', 100));
      // Half of those who wait have an order on its way to the book.
      const heads = names('head', 30).flatMap((head, index) => [head, `clicker-${index}`]);
      await Promise.all([
        ...chunksOf(orderIds, 7).map((batch) => sale.expire(...batch)),
        ...chunksOf(inFlight, 9).map((batch) => sale.settle(...batch)),
        ...chunksOf(heads, 6).map((batch) => sale.join(...batch)),
        ...names('top-up', 5).map((topUpId) =>
          topUp(stage.book, { saleId: sale.saleId, topUpId, units: 2 }),
        ),
        ...orderIds.slice(0, 20).map((orderId) => sale.pay(orderId)),
        sale.deliver(),
        sale.deliver(),
      ]);
      await expectWhole(sale);
      await sale.deliver();
      expect(await sale.audit()).toMatchObject({ balanced: true, findings: [] });
    },
  },
];

async function reserveAll(sale: SaleStage, buyerIds: readonly string[]): Promise<Reservation[]> {
  const reserved = await Promise.all(buyerIds.map((buyerId) => sale.reserve(buyerId)));
  return reserved.filter((reservation) => reservation !== undefined);
}

function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
