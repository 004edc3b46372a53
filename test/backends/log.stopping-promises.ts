/** How a consumer ends: by itself and loudly, or closed and only after its last call. */
import { expect } from 'vitest';
import type { LogHandler } from '../../origin/log/log.ts';
import { LogRecordsLostError } from '../../origin/log/start-offset.ts';
import {
  idsOf,
  type LogPromises,
  makeReservations,
  sleep,
  until,
  untilSettled,
} from './log.trial.ts';

export const stoppingPromises: LogPromises = {
  'a handler that throws stops it, and its entries come again': async ({ store, log, book }) => {
    const all = makeReservations(8);
    await log.append(all);
    const broken: LogHandler = {
      positions: (partitions) => book.positions(partitions),
      handle: () => Promise.reject(new Error('no such table')),
    };
    const consumer = await log.consume(broken);
    await expect(consumer.stopped).rejects.toThrow('no such table');
    await consumer.close();
    const again = await store.open();
    await again.consume(book);
    await untilSettled(book, all);
    await again.close();
    expect(idsOf(book.orders())).toEqual(idsOf(all));
  },

  'a book that is away is asked again': async ({ log, book }) => {
    const all = makeReservations(4);
    await log.append(all);
    let refusals = 0;
    await log.consume({
      handle: (entries) => book.handle(entries),
      async positions(partitions) {
        if (refusals < 2) {
          refusals += 1;
          throw new Error('the book is away');
        }
        return book.positions(partitions);
      },
    });
    await untilSettled(book, all);
    expect(refusals).toBe(2);
  },

  'a book beyond the end of the log stops it, for orders are lost': async ({ log, book }) => {
    await log.append(makeReservations(1));
    for (let partition = 0; partition < 4; partition += 1) book.offsets.set(partition, 1_000n);
    const consumer = await log.consume(book);
    await expect(consumer.stopped).rejects.toThrow(LogRecordsLostError);
    await expect(consumer.stopped).rejects.toThrow('the book wants offset 1000');
    expect(book.settled).toEqual([]);
  },

  'closing waits for what is being handled': async ({ log, book }) => {
    const gate = Promise.withResolvers<undefined>();
    book.whenHandling = () => gate.promise;
    await log.append(makeReservations(1));
    const consumer = await log.consume(book);
    await until('a call', () => book.handling.size > 0);
    let closed = false;
    const closing = consumer.close().then(() => {
      closed = true;
    });
    await sleep(300);
    expect(closed).toBe(false);
    gate.resolve(undefined);
    await closing;
    expect(book.settled).toHaveLength(1);
    await expect(consumer.stopped).resolves.toBeUndefined();
  },

  'nothing is handed over once it is closed': async ({ log, book }) => {
    const consumer = await log.consume(book);
    await consumer.close();
    await log.append(makeReservations(4));
    await sleep(300);
    expect(book.settled).toEqual([]);
    await consumer.close();
  },

  'closing the log closes its consumers': async ({ log, book }) => {
    const consumer = await log.consume(book);
    await log.close();
    await expect(consumer.stopped).resolves.toBeUndefined();
  },
};
