/** Replaying and discarding: each order counts once, whoever repeats what, dies or is second. */
import { expect } from 'vitest';
import { encodeBarrier, encodeReservations } from '../../contract/log/codec.ts';
import { discardLetter, replayLetter } from '../../origin/dead-letters/end-letter.ts';
import { readHeldTerms } from '../../origin/dead-letters/held-orders.ts';
import { closeLetter, noteRefused } from '../../origin/dead-letters/letters.ts';
import { armFailpoints } from '../../origin/failpoints.ts';
import { expectLedgerHolds, outcomeOf } from '../backends/book.trial.ts';
import { type LetterPromise, whole } from './dead-letters.stage.ts';

export const endingPromises: readonly LetterPromise[] = [
  {
    promise: 'replay settles the order, and again changes nothing',
    async check({ book, stray, bury, mend }) {
      const reservation = stray({ quantity: 2 });
      const { orderId, saleId } = reservation;
      const { id } = await bury(reservation);
      await mend(10);
      const first = await replayLetter(book, id);
      expect(first).toMatchObject({
        kind: 'ended',
        letter: { id, state: 'replayed' },
        orders: [{ orderId, state: 'reserved', quantity: 2 }],
        refused: [],
      });
      expect(await replayLetter(book, id)).toEqual(first);
      expect(await book.terms(saleId)).toMatchObject({ free: 8, settledOrders: 1 });
      await expectLedgerHolds(book, saleId);
    },
  },
  {
    promise: 'an order that settled by another way is told as it is',
    async check({ book, stray, bury, mend, settle }) {
      const reservation = stray();
      const { id } = await bury(reservation);
      await mend(10);
      await settle(reservation);
      expect(await replayLetter(book, id)).toMatchObject({ letter: { state: 'replayed' } });
      expect(await book.terms(reservation.saleId)).toMatchObject({ settledOrders: 1, free: 9 });
    },
  },
  {
    promise: 'what the book still refuses stays pending, with what it says now',
    async check({ book, stray, bury }) {
      const { id } = await bury(stray());
      const reason = expect.stringMatching(/^book-refused: the book has no sale /);
      expect(await replayLetter(book, id)).toEqual({ kind: 'still-refused', reason });
      await replayLetter(book, id);
      const letter = await whole(book, id);
      expect(letter).toMatchObject({ state: 'pending', reason, attempts: 2 });
    },
  },
  {
    promise: 'what cannot be read is not replayed, and can be discarded',
    async check({ book, bury }) {
      const { id } = await bury(Buffer.from('garbage'));
      const refusal = { kind: 'unreadable-letter', reason: 'not-protobuf' };
      expect(await replayLetter(book, id)).toEqual(refusal);
      expect(await whole(book, id)).toMatchObject({ state: 'pending', attempts: 0 });
      const discarded = await discardLetter(book, id);
      const letter = { id, state: 'discarded' };
      expect(discarded).toMatchObject({ kind: 'ended', letter, orders: [], refused: [] });
      expect(await discardLetter(book, id)).toEqual(discarded);
      expect(await replayLetter(book, id)).toEqual({ kind: 'letter-closed', state: 'discarded' });
    },
  },
  {
    promise: 'a record without orders is replayed as nothing',
    async check({ book, bury }) {
      const { id } = await bury(encodeBarrier({ saleId: 'phone', epoch: 2 }));
      const letter = { state: 'replayed' };
      expect(await replayLetter(book, id)).toMatchObject({ kind: 'ended', letter, orders: [] });
    },
  },
  {
    promise: 'discard rejects the order as poison and gives its units back',
    async check({ book, stray, bury, mend, pendingOf }) {
      const reservation = stray({ quantity: 3 });
      const { orderId, saleId, buyerId } = reservation;
      const { id } = await bury(reservation);
      await mend(10);
      const discarded = await discardLetter(book, id);
      expect(discarded).toMatchObject({
        kind: 'ended',
        letter: { state: 'discarded' },
        orders: [{ orderId, state: 'rejected', reason: 'poison' }],
      });
      expect(await discardLetter(book, id)).toEqual(discarded);
      const release = { orderId, saleId, buyerId, epoch: 1, units: 3 };
      expect(await pendingOf(saleId)).toEqual([release]);
      expect(await book.terms(saleId)).toMatchObject({ free: 10, settledOrders: 1 });
      await expectLedgerHolds(book, saleId);
      // Its record may come once more, and so may the operator.
      await book.settle({ log: 'again', reservations: [reservation], steps: [] });
      expect(outcomeOf(await book.order(orderId))).toBe('rejected(poison)');
      expect(await replayLetter(book, id)).toEqual({ kind: 'letter-closed', state: 'discarded' });
    },
  },
  {
    promise: 'discard of what the book does not even take as rejected says so',
    async check({ book, stray, bury }) {
      const reservation = stray();
      const { id } = await bury(reservation);
      const reason = expect.stringMatching(/^book-refused: /);
      expect(await discardLetter(book, id)).toMatchObject({
        kind: 'ended',
        letter: { state: 'discarded' },
        orders: [],
        refused: [{ reservation, reason }],
      });
      expect(await book.order(reservation.orderId)).toBeUndefined();
      // Handed out and never to be settled: the ledger is to know that.
      const terms = [{ epoch: 1, orders: 1, units: 1 }];
      expect(await readHeldTerms(book, reservation.saleId)).toEqual(terms);
    },
  },
  {
    promise: 'discard after replay is refused, and takes nothing back',
    async check({ book, stray, bury, mend }) {
      const reservation = stray();
      const { id } = await bury(reservation);
      await mend(10);
      await replayLetter(book, id);
      const settle = () => Promise.reject(new Error('nothing is to be settled'));
      const closed = { kind: 'letter-closed', state: 'replayed' };
      expect(await discardLetter({ ...book, settle }, id)).toEqual(closed);
      expect(outcomeOf(await book.order(reservation.orderId))).toBe('reserved');
      // A replay that was refused before, and says so only now.
      const ended = await whole(book, id);
      await noteRefused(book, id, 'book-refused: too late');
      expect(await whole(book, id)).toEqual(ended);
    },
  },
  {
    promise: 'no letter is no letter',
    async check({ book }) {
      expect(await replayLetter(book, 999_999_999)).toEqual({ kind: 'unknown-letter' });
      expect(await discardLetter(book, 999_999_999)).toEqual({ kind: 'unknown-letter' });
    },
  },
  {
    promise: 'of a record of many the good are settled, and each other gets its own letter',
    async check({ book, bury, sale, reservation, letters }) {
      const known = await sale(10);
      const good = [1, 2, 3].map((seq) => reservation(known, seq));
      // More than the book's column holds.
      const bad = reservation(known, 4, { quantity: 9_000_000 });
      const value = encodeReservations([...good, bad], 1)[0]?.value ?? new Uint8Array();
      const { id, partition, offset } = await bury(value, { reason: 'unsupported-version' });
      const result = await replayLetter(book, id);
      expect(result).toMatchObject({ kind: 'ended', letter: { state: 'replayed' } });
      if (result.kind !== 'ended') throw new Error('narrowed above');
      expect(result.orders.map(outcomeOf)).toEqual(['reserved', 'reserved', 'reserved']);
      expect(result.refused.map((each) => each.reservation.orderId)).toEqual([bad.orderId]);
      const split = (await letters()).filter((letter) => letter.id !== id);
      expect(split).toMatchObject([
        { state: 'pending', partition, offset, orderId: bad.orderId, quantity: 9_000_000 },
      ]);
      await replayLetter(book, id);
      expect(await letters()).toHaveLength(2);
      await expectLedgerHolds(book, known.saleId);
    },
  },
  {
    promise: 'dying between the order and the mark is mended by the same command',
    async check({ book, stray, bury, mend, pendingOf }) {
      const [one, two] = [stray(), stray()];
      const replayed = await bury(one);
      const discarded = await bury(two);
      await mend(10);
      const dying = { name: 'dlq.after-settle', action: 'fail', count: 2, skip: 0 } as const;
      armFailpoints([dying]);
      await expect(replayLetter(book, replayed.id)).rejects.toThrow('dlq.after-settle');
      await expect(discardLetter(book, discarded.id)).rejects.toThrow('dlq.after-settle');
      armFailpoints([]);
      expect(outcomeOf(await book.order(one.orderId))).toBe('reserved');
      expect(outcomeOf(await book.order(two.orderId))).toBe('rejected(poison)');
      for (const { id } of [replayed, discarded]) {
        expect(await whole(book, id)).toMatchObject({ state: 'pending' });
      }
      await replayLetter(book, replayed.id);
      await discardLetter(book, discarded.id);
      expect(await whole(book, replayed.id)).toMatchObject({ state: 'replayed' });
      expect(await whole(book, discarded.id)).toMatchObject({ state: 'discarded' });
      const terms = { settledOrders: 2, free: 9 };
      expect(await book.terms(one.saleId)).toMatchObject(terms);
      expect(await pendingOf(one.saleId)).toHaveLength(1);
    },
  },
  {
    promise: 'who dies after one command and gives the other is told what happened',
    async check({ book, stray, bury, mend }) {
      const [one, two] = [await bury(stray()), await bury(stray())];
      await mend(10);
      armFailpoints([{ name: 'dlq.after-settle', action: 'fail', count: 2, skip: 0 }]);
      await expect(replayLetter(book, one.id)).rejects.toThrow();
      await expect(discardLetter(book, two.id)).rejects.toThrow();
      armFailpoints([]);
      const closed = (state: string) => ({ kind: 'letter-closed', state });
      expect(await discardLetter(book, one.id)).toEqual(closed('replayed'));
      expect(await replayLetter(book, two.id)).toEqual(closed('discarded'));
      expect(await whole(book, one.id)).toMatchObject({ state: 'replayed' });
      expect(await whole(book, two.id)).toMatchObject({ state: 'discarded' });
    },
  },
  {
    promise: 'of two operators at one letter one wins, and the letter agrees with its order',
    async check({ book, stray, bury, mend }) {
      const buried = [];
      for (let count = 0; count < 12; count += 1) buried.push(await bury(stray()));
      await mend(100);
      for (const { id, orderId } of buried) {
        const [replayed, discarded] = await Promise.all([
          replayLetter(book, id),
          discardLetter(book, id),
        ]);
        const { state } = await whole(book, id);
        const won = state === 'replayed' ? replayed : discarded;
        const lost = state === 'replayed' ? discarded : replayed;
        expect(won.kind).toBe('ended');
        expect(lost).toEqual({ kind: 'letter-closed', state });
        const outcome = state === 'replayed' ? 'reserved' : 'rejected(poison)';
        expect(outcomeOf(await book.order(orderId))).toBe(outcome);
      }
    },
  },
  {
    promise: 'an order in the book wins over a discard that found no sale',
    async check({ book, stray, bury, mend }) {
      const { id, orderId } = await bury(stray());
      // A replay that has settled the order, and a discard that was refused before, and marks now.
      await mend(10);
      armFailpoints([{ name: 'dlq.after-settle', action: 'fail', count: 1, skip: 0 }]);
      await expect(replayLetter(book, id)).rejects.toThrow();
      armFailpoints([]);
      expect(await closeLetter(book, { id, to: 'discarded', split: [] })).toBe(true);
      expect(await closeLetter(book, { id, to: 'replayed', split: [] })).toBe(true);
      expect(await closeLetter(book, { id, to: 'discarded', split: [] })).toBe(false);
      expect(await whole(book, id)).toMatchObject({ state: 'replayed' });
      expect(outcomeOf(await book.order(orderId))).toBe('reserved');
    },
  },
];
