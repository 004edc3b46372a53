/**
 * What closing promises on every database: each resolution once, each unit somewhere, the waitlist
 * in order, and results that tell all of it.
 */
import { expect } from 'vitest';
import { type Closing, closeOrders } from '../../origin/close/close-orders.ts';
import { lockOrders } from '../../origin/close/lock-orders.ts';
import { markPaid } from '../../origin/close/mark-paid.ts';
import { type ClosePromise, names } from './close.stage.ts';
import { expectWhole } from './expect-whole.ts';

const buyers = (count: number) => names('buyer', count);

export const closingPromises: readonly ClosePromise[] = [
  {
    promise: 'an expired order frees its unit and its buyer',
    async check(stage) {
      const sale = await stage.sale(3);
      const [orderId = ''] = await sale.orders(['anna'], 2);
      expect(await sale.expire(orderId)).toEqual([orderId]);
      const row = await sale.row('anna');
      expect(row).toMatchObject({ state: 'expired', closedBy: 'deadline' });
      expect(row?.resolvedAtMs).toBeGreaterThanOrEqual(row?.settledAtMs ?? Number.NaN);
      const release = { orderId, buyerId: 'anna', epoch: 1, units: 2 };
      expect(await sale.releases()).toEqual([release]);
      expect((await sale.results()).at(-1)?.orders).toEqual([
        {
          ...{ orderId, buyerId: 'anna', quantity: 2, state: 'expired', reason: undefined },
          ...{ closedBy: 'deadline', reservedAtMs: 5, payBeforeMs: row?.payBeforeMs },
        },
      ]);
      expect(await sale.audit()).toMatchObject({ atWatermark: false, difference: 0 });
      await sale.deliver();
      expect(await sale.audit()).toMatchObject({ balanced: true });
      const again = await sale.reserve('anna', { quantity: 3, key: 'another click' });
      if (again !== undefined) await sale.settle(again);
      expect(await sale.row('anna')).toMatchObject({ state: 'reserved', quantity: 3 });
      await expectWhole(sale);
    },
  },
  {
    promise: 'a batch of hundreds is closed at once, each as it is told',
    async check(stage) {
      const sale = await stage.sale(300);
      const orderIds = await sale.orders(buyers(300));
      for (const orderId of orderIds.slice(200)) expect(await sale.pay(orderId)).toBe(true);
      expect(await sale.expire(...orderIds.slice(0, 200))).toHaveLength(200);
      expect(await sale.close('refunded', orderIds.slice(200))).toHaveLength(100);
      const counters = { units: 300, free: 300, reserved: 0, paid: 0, version: 1 };
      expect(await sale.counters()).toMatchObject(counters);
      await expectWhole(sale);
      await sale.deliver();
      expect(await sale.audit()).toMatchObject({ balanced: true });
      expect(await sale.orders(['somebody'], 5)).toHaveLength(1);
    },
  },
  {
    promise: 'one batch may close each order in its own way',
    async check(stage) {
      const sale = await stage.sale(12);
      const orderIds = await sale.orders(buyers(5), 2);
      await sale.pay(orderIds[3] ?? '');
      await sale.pay(orderIds[4] ?? '');
      const ways = new Map<string | undefined, Omit<Closing, 'order'>>([
        [orderIds[0], { to: 'expired', closedBy: 'deadline', restock: true }],
        [orderIds[1], { to: 'cancelled', closedBy: 'buyer', restock: true }],
        [orderIds[2], { to: 'cancelled', closedBy: 'risk', restock: true }],
        [orderIds[3], { to: 'refunded', closedBy: 'operator', restock: false }],
        [orderIds[4], { to: 'refunded', closedBy: 'operator', restock: true }],
      ]);
      await stage.book.transact(function* (transaction) {
        const locked = yield* lockOrders(transaction, orderIds);
        const closings = locked.flatMap((order) => {
          const way = ways.get(order.orderId);
          return way === undefined ? [] : [{ order, ...way }];
        });
        yield* closeOrders(transaction, sale.saleId, closings);
      });
      const released = new Map((await sale.releases()).map((row) => [row.orderId, row.units]));
      const rows = (await sale.rows()).map((row) => {
        const { buyerId, state, closedBy, orderId } = row;
        return `${buyerId} ${state} ${closedBy} ${released.get(orderId)}`;
      });
      expect(rows.sort()).toEqual([
        'buyer-0 expired deadline 2',
        'buyer-1 cancelled buyer 2',
        'buyer-2 cancelled risk 2',
        'buyer-3 refunded operator 0',
        'buyer-4 refunded operator 2',
      ]);
      expect(await sale.counters()).toMatchObject({ units: 10, free: 10, reserved: 0, paid: 0 });
      await expectWhole(sale);
      await sale.deliver();
      expect(await sale.audit()).toMatchObject({ balanced: true });
    },
  },
  {
    promise: 'a refund without restock takes the units out of the sale',
    async check(stage) {
      const sale = await stage.sale(5);
      const [orderId = ''] = await sale.orders(['anna'], 2);
      await sale.pay(orderId);
      await sale.join('bert');
      await sale.close('refunded', [orderId], { restock: false });
      const counters = { units: 3, free: 3, reserved: 0, paid: 0, waiting: 1, version: 2 };
      expect(await sale.counters()).toMatchObject(counters);
      expect(await sale.releases()).toMatchObject([{ orderId, units: 0 }]);
      await expectWhole(sale);
      await sale.deliver();
      expect(await sale.audit()).toMatchObject({ balanced: true });
    },
  },
  {
    promise: 'nothing to close writes nothing',
    async check(stage) {
      const sale = await stage.sale(1);
      const before = await sale.counters();
      expect(await sale.expire('unknown', 'neither')).toEqual([]);
      expect(await sale.close('expired', [])).toEqual([]);
      expect(await sale.counters()).toEqual(before);
    },
  },
  {
    promise: 'a caller that did not look is refused, and nothing is written',
    async check(stage) {
      const sale = await stage.sale(4);
      const other = await stage.sale(4);
      const [first = '', second = ''] = await sale.orders(['anna', 'bert']);
      await sale.expire(first);
      const before = [await sale.rows(), await sale.counters(), await sale.releases()];
      const closing = { closedBy: 'deadline', restock: true } as const;
      const attempt = (saleId: string, to: 'expired' | 'refunded', orderIds: string[]) =>
        stage.book.transact(function* (transaction) {
          const locked = yield* lockOrders(transaction, orderIds);
          const closings = locked.map((order) => ({ order, to, ...closing }));
          yield* closeOrders(transaction, saleId, closings);
        });
      await expect(attempt(sale.saleId, 'expired', [first, second])).rejects.toThrow(/is expired/);
      await expect(attempt(sale.saleId, 'refunded', [second])).rejects.toThrow(/is reserved/);
      await expect(attempt(other.saleId, 'expired', [second])).rejects.toThrow(/is not of sale/);
      const late = stage.book.transact(function* (transaction) {
        const [order] = yield* lockOrders(transaction, [first]);
        if (order !== undefined) yield* markPaid(transaction, order);
      });
      await expect(late).rejects.toThrow(/is expired: not payable/);
      expect([await sale.rows(), await sale.counters(), await sale.releases()]).toEqual(before);
    },
  },
  {
    promise: 'a paid order forgets that somebody wanted it closed',
    async check(stage) {
      const sale = await stage.sale(4);
      const [orderId = ''] = await sale.orders(['anna'], 2);
      expect(await sale.pay(orderId)).toBe(true);
      expect(await sale.pay(orderId)).toBe(false);
      expect(await sale.row('anna')).toMatchObject({ state: 'paid', closedBy: null });
      expect(await sale.counters()).toMatchObject({ free: 2, reserved: 0, paid: 2 });
      expect(await sale.expire(orderId)).toEqual([]);
      await expectWhole(sale);
    },
  },
];
