/**
 * Units that come back go to the heads of the waitlist, on every database: in order, each head what
 * is there, and the stock store learns only what no head took.
 */
import { expect } from 'vitest';
import { type ClosePromise, names } from './close.stage.ts';
import { expectWhole } from './expect-whole.ts';

/** More heads than one page of the line. */
const LONG_LINE = 520;

export const waitlistPromises: readonly ClosePromise[] = [
  {
    promise: 'the head gets the unit, with a payment window of its own',
    async check(stage) {
      const sale = await stage.sale(1, { payWindowMs: 60_000 });
      const [orderId = ''] = await sale.orders(['anna']);
      await sale.join('bert', 'carl');
      await sale.expire(orderId);
      const row = await sale.row('bert');
      expect(row).toMatchObject({ state: 'reserved', quantity: 1, epoch: 1, seq: 0 });
      expect((row?.payBeforeMs ?? 0) - (row?.settledAtMs ?? 0)).toBe(60_000);
      expect(row?.reservedAtMs).toBe(row?.settledAtMs);
      expect(await sale.line()).toEqual([
        { buyerId: 'bert', state: 'served', orderId: row?.orderId },
        { buyerId: 'carl', state: 'waiting', orderId: null },
      ]);
      expect(await sale.counters()).toMatchObject({ free: 0, reserved: 1, waiting: 1 });
      expect(await sale.releases()).toEqual([{ orderId, buyerId: 'anna', epoch: 1, units: 0 }]);
      const hold = { orderId: row?.orderId, buyerId: 'bert', epoch: 1, quantity: 1 };
      expect(await sale.holds()).toEqual([hold]);
      const last = (await sale.results()).at(-1);
      expect(last?.orders.map(({ buyerId, state }) => `${buyerId} ${state}`)).toEqual([
        'anna expired',
        'bert reserved',
      ]);
      expect(last?.orders[1]).toMatchObject({ payBeforeMs: row?.payBeforeMs });
      await sale.deliver();
      const found = { orderId: row?.orderId, quantity: 1, accepting: false };
      expect(await stage.stock.find(sale.saleId, 'bert')).toEqual(found);
      expect(await sale.reserve('carl')).toBeUndefined();
      expect(await sale.audit()).toMatchObject({ balanced: true });
      await expectWhole(sale);
    },
  },
  {
    promise: 'the units of one order serve several heads, the last one with a part',
    async check(stage) {
      const sale = await stage.sale(5);
      const [orderId = ''] = await sale.orders(['anna'], 5);
      await sale.join(['bert', 2], ['carl', 1], ['dora', 4], ['emil', 1]);
      await sale.expire(orderId);
      const rows = (await sale.rows()).filter(({ state }) => state === 'reserved');
      const got = Object.fromEntries(rows.map(({ buyerId, quantity }) => [buyerId, quantity]));
      expect(got).toEqual({ bert: 2, carl: 1, dora: 2 });
      expect((await sale.line()).at(-1)).toMatchObject({ buyerId: 'emil', state: 'waiting' });
      await expectWhole(sale);
      await sale.deliver();
      expect(await sale.audit()).toMatchObject({ balanced: true });
    },
  },
  {
    promise: 'what no head takes goes back to the stock, in the rows of the orders in turn',
    async check(stage) {
      const sale = await stage.sale(6);
      const orderIds = await sale.orders(['anna', 'bert'], 3);
      await sale.join(['carl', 2]);
      await sale.close('cancelled', orderIds);
      const units = (await sale.releases()).map((release) => release.units);
      expect(units.sort()).toEqual([1, 3]);
      expect(await sale.counters()).toMatchObject({ free: 4, reserved: 2, waiting: 0 });
      await expectWhole(sale);
      await sale.deliver();
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 4 });
      expect(await sale.audit()).toMatchObject({ balanced: true });
    },
  },
  {
    promise: 'a head that has an order after all leaves the line without another',
    async check(stage) {
      const sale = await stage.sale(3);
      const [orderId = ''] = await sale.orders(['anna', 'bert', 'paul']);
      await sale.pay((await sale.row('paul'))?.orderId ?? '');
      await sale.join('bert', 'paul', 'carl');
      await sale.expire(orderId);
      expect(await sale.line()).toEqual([
        { buyerId: 'bert', state: 'left', orderId: null },
        { buyerId: 'paul', state: 'left', orderId: null },
        { buyerId: 'carl', state: 'served', orderId: (await sale.row('carl'))?.orderId },
      ]);
      expect(await sale.counters()).toMatchObject({ reserved: 2, paid: 1, waiting: 0 });
      await expectWhole(sale);
    },
  },
  {
    promise: 'a line of holders alone gives everything back to the stock',
    async check(stage) {
      const sale = await stage.sale(2);
      const [orderId = ''] = await sale.orders(['anna', 'bert']);
      await sale.join('bert');
      await sale.expire(orderId);
      expect(await sale.counters()).toMatchObject({ free: 1, reserved: 1, waiting: 0 });
      expect(await sale.releases()).toMatchObject([{ orderId, units: 1 }]);
      expect(await sale.holds()).toEqual([]);
      await expectWhole(sale);
    },
  },
  {
    promise: 'whoever was served and does not pay loses the unit to the next',
    async check(stage) {
      const sale = await stage.sale(1);
      const [orderId = ''] = await sale.orders(['anna']);
      await sale.join('bert', 'carl');
      await sale.expire(orderId);
      await sale.expire((await sale.row('bert'))?.orderId ?? '');
      expect(await sale.row('carl')).toMatchObject({ state: 'reserved' });
      await sale.expire((await sale.row('carl'))?.orderId ?? '');
      expect(await sale.line()).toMatchObject([{ state: 'served' }, { state: 'served' }]);
      await sale.deliver();
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 1, takenUnits: 1 });
      expect(await stage.stock.find(sale.saleId, 'carl')).toBeUndefined();
      expect(await sale.audit()).toMatchObject({ balanced: true });
      await expectWhole(sale);
    },
  },
  {
    promise: 'an order on its way to the book settles as a duplicate, and its units return',
    async check(stage) {
      const sale = await stage.sale(4);
      const [orderId = ''] = await sale.orders(['anna']);
      const onItsWay = await sale.reserve('bert', { quantity: 2 });
      if (onItsWay === undefined) throw new Error('the stock store has units');
      await sale.join('bert');
      await sale.expire(orderId);
      await sale.settle(onItsWay);
      const rows = (await sale.rows()).filter(({ buyerId }) => buyerId === 'bert');
      expect(rows.map(({ state, quantity }) => [state, quantity])).toEqual([
        ['rejected', 2],
        ['reserved', 1],
      ]);
      await sale.deliver();
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 3 });
      const held = { orderId: rows[1]?.orderId, quantity: 1, accepting: false };
      expect(await stage.stock.find(sale.saleId, 'bert')).toEqual(held);
      expect(await sale.audit()).toMatchObject({ balanced: true, findings: [] });
      await expectWhole(sale);
    },
  },
  {
    promise: 'a sale that is over serves nobody',
    async check(stage) {
      const sale = await stage.sale(1, { closesAtMs: 2 });
      const [orderId = ''] = await sale.orders(['anna']);
      await sale.join('bert');
      await sale.expire(orderId);
      expect(await sale.line()).toMatchObject([{ state: 'waiting' }]);
      expect(await sale.counters()).toMatchObject({ free: 1, reserved: 0, waiting: 1 });
      await expectWhole(sale);
    },
  },
  {
    promise: `a line of ${LONG_LINE} is served in order, also past those who hold orders`,
    async check(stage) {
      const sale = await stage.sale(LONG_LINE);
      const holders = names('holder', 20);
      await sale.orders(holders);
      const orderIds = await sale.orders(names('buyer', LONG_LINE - 20));
      await sale.join(...holders, ...names('head', LONG_LINE - 19));
      await sale.expire(...orderIds);
      const line = await sale.line();
      expect(line.slice(0, 20).every(({ state }) => state === 'left')).toBe(true);
      expect(line.slice(20, -1).every(({ state }) => state === 'served')).toBe(true);
      expect(line.at(-1)).toMatchObject({ state: 'waiting' });
      expect(await sale.counters()).toMatchObject({ free: 0, waiting: 1 });
      await expectWhole(sale);
      await sale.deliver();
      expect(await sale.audit()).toMatchObject({ balanced: true });
    },
  },
];
