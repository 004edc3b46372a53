/** What a log hands over: everything, in order, from where the book is. */
import { expect } from 'vitest';
import type { OrderLog } from '../../origin/log/log.ts';
import {
  createTrialBook,
  idsOf,
  type LogPromises,
  makeReservations,
  readReservations,
  sleep,
  until,
  untilSettled,
} from './log.trial.ts';

export const consumingPromises: LogPromises = {
  'hands over every order appended before and after it began': async ({ log, book }) => {
    const before = makeReservations(50);
    await log.append(before);
    await log.consume(book);
    const after = makeReservations(50);
    await log.append(after);
    await untilSettled(book, [...before, ...after]);
    expect(idsOf(book.orders())).toEqual(idsOf([...before, ...after]));
    expect(book.orders().find((order) => order.orderId === before[0]?.orderId)).toEqual(before[0]);
  },

  'an append of nothing adds nothing': async ({ log, book }) => {
    await log.append([]);
    const [only] = [makeReservations(1)];
    await log.append(only);
    await log.consume(book);
    await untilSettled(book, only);
    expect(book.settled).toHaveLength(1);
  },

  "keeps a buyer's orders in the order they were appended": async ({ log, book }) => {
    const buyers = ['ann', 'bob', 'cleo', 'dan', 'eve', 'fay', 'gus'];
    const rounds = Array.from({ length: 30 }, () =>
      buyers.flatMap((buyerId) => makeReservations(1, { buyerId })),
    );
    const consumer = log.consume(book);
    for (const round of rounds) await log.append(round);
    await consumer;
    await untilSettled(book, rounds.flat());
    for (const buyerId of buyers) {
      const seqs = book
        .orders()
        .filter((order) => order.buyerId === buyerId)
        .map((order) => order.seq);
      expect(seqs).toEqual(seqs.toSorted((one, other) => one - other));
      expect(seqs).toHaveLength(30);
    }
  },

  '1,000 appends at once all land': async ({ log, book }) => {
    const all = makeReservations(1_000);
    await Promise.all(all.map((reservation) => log.append([reservation])));
    await log.consume(book);
    await untilSettled(book, all);
    expect(new Set(idsOf(book.orders())).size).toBe(1_000);
  },

  'begins where the book is': async ({ store, log, book }) => {
    const rounds = await appendRounds(log, 10);
    const consumer = await log.consume(book);
    await untilSettled(book, rounds.flat());
    await consumer.close();
    // The book is set back to the middle of each partition, as from a copy of it.
    const middle = new Map(
      Array.from(
        Map.groupBy(book.settled, (entry) => entry.partition),
        ([partition, entries]) => [
          partition,
          entries[Math.floor(entries.length / 2)]?.offset ?? 0n,
        ],
      ),
    );
    const wanted = book.settled.filter(
      ({ partition, offset }) => offset >= (middle.get(partition) ?? 0n),
    );
    const second = createTrialBook(new Map(middle));
    await (await store.open()).consume(second).then(async (again) => {
      await untilSettled(second, wanted.flatMap(readReservations));
      await again.close();
    });
    expect(idsOf(second.orders())).toEqual(idsOf(wanted.flatMap(readReservations)));
    expect(wanted.length).toBeLessThan(book.settled.length);
  },

  'goes on where the book is after a rewind': async ({ log, book }) => {
    const rounds = await appendRounds(log, 5);
    let rewinds = 0;
    book.whenHandling = async ([first]) => {
      if (first === undefined || rewinds === 3) return undefined;
      rewinds += 1;
      // Another consumer has settled the first entry meanwhile.
      book.offsets.set(first.partition, first.offset + 1n);
      book.settled.push(first);
      return 'rewind';
    };
    await log.consume(book);
    await untilSettled(book, rounds.flat());
    expect(rewinds).toBe(3);
    expect(idsOf(book.orders())).toEqual(idsOf(rounds.flat()));
  },

  'loses nothing when it is closed and opened again in the middle': async (trial) => {
    const { store, book } = trial;
    let { log } = trial;
    const all = makeReservations(400);
    book.whenHandling = async () => {
      await sleep(3);
      return undefined;
    };
    for (let from = 0; from < all.length; from += 40) {
      const consumer = await log.consume(book);
      for (let at = from; at < from + 40; at += 4) await log.append(all.slice(at, at + 4));
      await until('something settled', () => book.settled.length > from / 10);
      await consumer.close();
      if (log !== trial.log) await log.close();
      log = await store.open();
    }
    await log.consume(book);
    await untilSettled(book, all);
    await log.close();
    expect(idsOf(book.orders())).toEqual(idsOf(all));
  },

  'hands over bytes that are no record of ours untouched': async ({ store, log, book }) => {
    const [before, after] = [makeReservations(1), makeReservations(1)];
    const bytes = Uint8Array.from([255, 0, 17, 255, 3, 8]);
    await log.append(before);
    await store.appendRaw(bytes);
    await log.append(after);
    await log.consume(book);
    await untilSettled(book, [...before, ...after]);
    await until('the bytes', () => book.settled.length === 3);
    const odd = book.settled.filter((entry) => readReservations(entry).length === 0);
    expect(odd.map((entry) => Array.from(entry.value))).toEqual([Array.from(bytes)]);
  },
};

async function appendRounds(log: OrderLog, count: number) {
  const rounds = Array.from({ length: count }, () => makeReservations(12));
  for (const round of rounds) await log.append(round);
  return rounds;
}
