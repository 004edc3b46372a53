/** The promises about sales, reading orders, releases and the ledger's terms. */
import { expect } from 'vitest';
import { type BookPromise, newSale, outcomeOf } from './book.trial.ts';

export const keepingPromises: readonly BookPromise[] = [
  {
    promise: 'migrating again, and twice at once, changes nothing',
    async check({ book, sale }) {
      const { saleId } = await sale(3);
      await book.migrate();
      await Promise.all([book.migrate(), book.migrate(), book.migrate()]);
      expect(await book.terms(saleId)).toMatchObject({ units: 3, free: 3 });
    },
  },
  {
    promise: 'a sale is kept as it was given',
    async check({ book, log }) {
      const sale = newSale({
        saleId: `kept-${log}`,
        units: 10_000_000,
        title: "双十一 “iPhone” '; DROP TABLE sales; -- \\ ? 📱".padEnd(190, '限'),
        price: 1_000_000_000_000,
        pictureUrl: `https://shop.example/${'p'.repeat(470)}`,
        paused: true,
        ratePerSecond: 0.125,
        shareSteps: [
          { atMs: 1_795_000_000_000, share: 0.1 },
          { atMs: 1_795_000_060_000, share: 1 },
        ],
        loaded: false,
        epoch: 4,
      });
      expect(await book.createSale(sale)).toBe('created');
      expect(await book.createSale({ ...sale, title: 'Another', units: 1 })).toBe('exists');
      const sales = await book.sales();
      expect(sales.find(({ saleId }) => saleId === sale.saleId)).toEqual(sale);
      expect(await book.terms(sale.saleId)).toMatchObject({ free: 10_000_000, epoch: 4 });
    },
  },
  {
    promise: 'changing a sale changes what is given and raises the version',
    async check({ book, sale }) {
      const before = await sale(3);
      const change = { paused: true, opensAtMs: 5, closesAtMs: 6 };
      const after = { ...before, version: 2, ...change };
      expect(await book.changeSale(before.saleId, change)).toEqual(after);
      const unpaused = { ...after, version: 3, paused: false };
      expect(await book.changeSale(before.saleId, { paused: false })).toEqual(unpaused);
      expect((await book.sales()).find(({ saleId }) => saleId === before.saleId)).toEqual(unpaused);
      expect(await book.changeSale('no-such-sale', { paused: true })).toBeUndefined();
    },
  },
  {
    promise: 'the order of a buyer is the live one, else the newest',
    async check({ book, sale, reservation, settle }) {
      const phone = await sale(2);
      const buyerId = 'collector';
      expect(await book.orderOf(phone.saleId, buyerId)).toBeUndefined();
      expect(await book.order('o'.repeat(22))).toBeUndefined();
      await settle(reservation(phone, 1, { buyerId, quantity: 4 }));
      await settle(reservation(phone, 2, { buyerId, quantity: 5 }));
      expect((await book.orderOf(phone.saleId, buyerId))?.quantity).toBe(5);
      await settle(reservation(phone, 3, { buyerId, quantity: 1 }));
      await settle(reservation(phone, 4, { buyerId, quantity: 1 }));
      const order = await book.orderOf(phone.saleId, buyerId);
      expect([outcomeOf(order), order?.orderId]).toEqual([
        'reserved',
        reservation(phone, 3).orderId,
      ]);
      expect(await book.orderOf(phone.saleId, 'COLLECTOR')).toBeUndefined();
    },
  },
  {
    promise: 'releases are pending until they are marked, each once',
    async check({ book, sale, reservation, settle, pendingOf }) {
      const phone = await sale(1);
      const late = [2, 3, 4].map((seq) => reservation(phone, seq, { quantity: 2 }));
      await settle(reservation(phone, 1), ...late);
      const pending = await pendingOf(phone.saleId);
      expect(pending.map(({ buyerId }) => buyerId).sort()).toEqual([
        'buyer-2',
        'buyer-3',
        'buyer-4',
      ]);
      expect(await book.pendingReleases(2)).toHaveLength(2);
      const [first, second, third] = pending.map(({ orderId }) => orderId);
      await book.markReleased([first ?? '', 'unknown', first ?? '']);
      await book.markReleased([]);
      expect((await pendingOf(phone.saleId)).map(({ orderId }) => orderId)).toEqual([
        second,
        third,
      ]);
      await book.markReleased([first ?? '', second ?? '', third ?? '']);
      expect(await pendingOf(phone.saleId)).toEqual([]);
      await settle(...late);
      expect(await pendingOf(phone.saleId), 'a redelivery releases nothing').toEqual([]);
      expect(await book.terms(phone.saleId)).toMatchObject({ pendingReleases: 0 });
    },
  },
  {
    promise: 'an unknown sale has no terms and an empty proof',
    async check({ book }) {
      expect(await book.terms('no-such-sale')).toBeUndefined();
      expect(await book.proof('no-such-sale')).toEqual({
        reservedUnits: 0,
        paidUnits: 0,
        buyersTwice: 0,
        orders: {},
      });
    },
  },
  {
    promise: 'the book answers a ping and names its risks in one line each',
    async check({ book }) {
      await book.ping();
      for (const risk of await book.risks()) expect(risk).toMatch(/^[^\n]{20,}$/);
    },
  },
];
