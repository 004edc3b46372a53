/** What the book promises of the letters that it keeps, before anybody ends one. */
import { expect } from 'vitest';
import { decodeRecord, encodeBarrier, encodeReservations } from '../../contract/log/codec.ts';
import {
  createHeldOrders,
  readHeldIds,
  readHeldTerms,
} from '../../origin/dead-letters/held-orders.ts';
import {
  buryLetters,
  countPendingLetters,
  findLetter,
  type Letter,
  listLetters,
  recordOf,
} from '../../origin/dead-letters/letters.ts';
import type { Logger } from '../../origin/logger.ts';
import { createSettleSlices } from '../../origin/settle/settle-slices.ts';
import { readSlice } from '../../origin/settle/slice.ts';
import type { LetterPromise } from './dead-letters.stage.ts';

const logger = { error() {} } as unknown as Logger;

export const keepingPromises: readonly LetterPromise[] = [
  {
    promise: 'settling buries what is refused or unreadable, and settles the rest; again the same',
    async check({ book, log, sale, reservation, letters }) {
      const known = await sale(10);
      const good = [1, 2, 3].map((seq) => reservation(known, seq));
      // More than the book's column holds.
      const bad = reservation(known, 4, { quantity: 9_000_000 });
      const value = encodeReservations([...good, bad], 1)[0]?.value ?? new Uint8Array();
      const at = { partition: 1, appendedAtMs: 0 };
      const entries = [
        { ...at, offset: 40n, value },
        { ...at, offset: 41n, value: Buffer.from('garbage') },
      ];
      // Each time as a process that knows nothing of the one before.
      for (let time = 1; time <= 2; time += 1) {
        const observe = { observeOrders() {}, observeDead() {} };
        const settle = createSettleSlices({ book, log: { name: log }, logger, ...observe });
        expect(await settle([readSlice(entries)], [])).toBe('settled');
      }
      expect(await letters()).toMatchObject([
        { offset: '41', orderId: '', reason: 'not-protobuf' },
        { offset: '40', orderId: bad.orderId, buyerId: bad.buyerId, quantity: 9_000_000 },
      ]);
      const [, own] = await letters();
      const record = { kind: 'reserved', reservations: [bad] };
      expect(decodeRecord(own?.value ?? new Uint8Array())).toEqual(record);
      expect(await book.terms(known.saleId)).toMatchObject({ settledOrders: 3, free: 7 });
    },
  },
  {
    promise: 'a letter is kept whole',
    async check({ log, stray, bury, letters }) {
      // A view of a larger buffer, as the entries of a fetched batch are.
      const value = Uint8Array.from([9, 9, 0, 1, 2, 254, 255, 9]).subarray(2, 7);
      await bury(value, { offset: 9_007_199_254_740_993n, partition: 3 });
      const reservation = stray({ quantity: 4 });
      await bury(reservation, { reason: 'book-refused: "phone" – 太多' });
      const [unread, named] = await letters();
      expect(Array.from(unread?.value ?? [])).toEqual([0, 1, 2, 254, 255]);
      expect(unread).toMatchObject({
        ...{ source: log, partition: 3, offset: '9007199254740993', reason: 'not-protobuf' },
        ...{ orderId: '', saleId: null, buyerId: null, quantity: null },
        ...{ state: 'pending', attempts: 0 },
      });
      expect(unread?.buriedAtMs).toBe(unread?.changedAtMs);
      const { orderId, saleId, buyerId, quantity } = reservation;
      expect(named).toMatchObject({ orderId, saleId, buyerId, quantity });
      expect(named?.reason).toBe('book-refused: "phone" – 太多');
      expect(Buffer.from(named?.value ?? [])).toEqual(Buffer.from(recordOf(reservation)));
    },
  },
  {
    promise: 'burying twice, or at the same moment, writes one row; the first stays',
    async check({ book, stray, bury, letters }) {
      const reservation = stray();
      const first = await bury(reservation);
      const { source, partition, value } = first;
      const letter: Letter = {
        ...{ source, partition, offset: BigInt(first.offset), value, reservation },
        reason: 'another reason',
      };
      await buryLetters(book, [letter, letter]);
      await Promise.all([1, 2, 3].map(() => buryLetters(book, [letter])));
      const all = await letters();
      expect(all).toHaveLength(1);
      expect(all[0]?.reason).toBe(first.reason);
    },
  },
  {
    promise: 'two orders of one record are two letters, and the record itself a third',
    async check({ stray, bury, letters }) {
      const at = { partition: 0, offset: 7n };
      await bury(stray(), at);
      await bury(stray(), at);
      await bury(encodeBarrier({ saleId: 'phone', epoch: 2 }), at);
      expect(await letters()).toHaveLength(3);
    },
  },
  {
    promise: 'a reason longer than the column, and a value of a megabyte, are taken',
    async check({ bury }) {
      const value = new Uint8Array(1_048_576).fill(7);
      const letter = await bury(value, { reason: '长'.repeat(2_000) });
      expect(letter.reason).toBe('长'.repeat(500));
      expect(Buffer.compare(letter.value, value)).toBe(0);
    },
  },
  {
    promise: 'pages walk through all letters once, or those of a state',
    async check({ book, log, stray, bury }) {
      const ids: number[] = [];
      for (let count = 0; count < 5; count += 1) ids.push((await bury(stray())).id);
      const seen: number[] = [];
      for (let after = 0; ; ) {
        const page = await listLetters(book, { after, limit: 2, state: 'pending' });
        seen.push(...page.filter(({ source }) => source === log).map(({ id }) => id));
        const last = page.at(-1)?.id;
        if (last === undefined) break;
        after = last;
      }
      expect(seen).toEqual(ids);
      const discarded = await listLetters(book, { limit: 1_000, state: 'discarded' });
      expect(discarded.filter(({ source }) => source === log)).toEqual([]);
      expect(await findLetter(book, 999_999_999)).toBeUndefined();
    },
  },
  {
    promise: 'those that wait are counted',
    async check({ book, stray, bury }) {
      const before = await countPendingLetters(book);
      await bury(stray());
      await bury(new Uint8Array([1]));
      expect(await countPendingLetters(book)).toBe(before + 2);
    },
  },
  {
    promise: 'a buyer’s orders that are held are known, each once, until the book has them',
    async check({ book, stray, bury, mend, settle }) {
      let nowMs = 0;
      const held = createHeldOrders({ book, nowMs: () => nowMs });
      const reservation = stray({ quantity: 2 });
      const { orderId, saleId, buyerId } = reservation;
      await bury(reservation);
      await bury(reservation);
      await bury(stray());
      expect(await held.ofBuyer(buyerId)).toEqual([{ orderId, saleId, quantity: 2 }]);
      expect(await held.ofBuyer('nobody')).toEqual([]);
      await mend(10);
      await settle(reservation);
      nowMs += 1_000;
      expect(await held.ofBuyer(buyerId)).toEqual([]);
    },
  },
  {
    promise: 'what the letters hold of a sale is told by epoch, each order once',
    async check({ book, stray, bury, mend, settle }) {
      const settled = stray({ epoch: 2 });
      const twice = stray({ quantity: 3 });
      for (const each of [twice, twice, stray({ epoch: 2, quantity: 2 }), settled])
        await bury(each);
      await bury(new Uint8Array([1]));
      await mend(10);
      await settle(settled);
      expect(await readHeldTerms(book, twice.saleId)).toEqual([
        { epoch: 1, orders: 1, units: 3 },
        { epoch: 2, orders: 1, units: 2 },
      ]);
      expect(await readHeldTerms(book, 'no-such-sale')).toEqual([]);
      const ids = [twice.orderId, settled.orderId, stray().orderId];
      expect(await readHeldIds(book, ids)).toEqual(new Set(ids.slice(0, 2)));
    },
  },
];
