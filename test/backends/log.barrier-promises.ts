/** What a barrier promises: it stands in every partition, behind what was appended before it. */
import { expect } from 'vitest';
import { decodeRecord } from '../../contract/log/codec.ts';
import type { LogEntry } from '../../origin/log/log.ts';
import {
  type LogPromises,
  makeReservations,
  readReservations,
  type TrialBook,
  until,
  untilSettled,
} from './log.trial.ts';

const BARRIER = { saleId: 'phone', epoch: 2 };

export const barrierPromises: LogPromises = {
  'a barrier lies in every partition, where it says': async ({ log, book }) => {
    await log.append(makeReservations(20));
    const offsets = await log.barrier(BARRIER);
    await log.consume(book);
    await until('the book past every barrier', () => passed(book, offsets));
    const found = book.settled.filter(isBarrier);
    expect(new Map(found.map(({ partition, offset }) => [partition, offset]))).toEqual(offsets);
    expect(found).toHaveLength(offsets.size);
    expect(book.asked.flat().toSorted()).toEqual([...offsets.keys()].toSorted());
    expect(found.map(({ value }) => decodeRecord(value))).toEqual(
      found.map(() => ({ kind: 'barrier', barrier: BARRIER })),
    );
  },

  'whoever is past the barriers has all that was appended before': async ({ log, book }) => {
    const before = makeReservations(200);
    await Promise.all(before.map((reservation) => log.append([reservation])));
    const offsets = await log.barrier(BARRIER);
    const after = makeReservations(20);
    await log.append(after);
    await log.consume(book);
    await until('the book past every barrier', () => passed(book, offsets));
    const old = book.settled.filter(
      ({ partition, offset }) => offset < (offsets.get(partition) ?? 0n),
    );
    expect(old.flatMap(readReservations)).toHaveLength(before.length);
    await untilSettled(book, [...before, ...after]);
  },

  'a barrier repeated lies further on': async ({ log }) => {
    const first = await log.barrier(BARRIER);
    const second = await log.barrier(BARRIER);
    expect([...second.keys()].toSorted()).toEqual([...first.keys()].toSorted());
    for (const [partition, offset] of second) {
      expect(offset).toBeGreaterThan(first.get(partition) ?? offset);
    }
  },

  'a barrier reaches a consumer that has nothing to do': async ({ log, book }) => {
    await log.consume(book);
    await until('positions', () => book.asked.length > 0);
    const offsets = await log.barrier(BARRIER);
    await until('the book past every barrier', () => passed(book, offsets));
  },
};

function isBarrier({ value }: LogEntry): boolean {
  return decodeRecord(value).kind === 'barrier';
}

function passed(book: TrialBook, offsets: ReadonlyMap<number, bigint>): boolean {
  return [...offsets].every(([partition, offset]) => (book.offsets.get(partition) ?? 0n) > offset);
}
