// The embedded log: the promises of every log, and its own: woken by appends, one consumer, and old
// records that go away.
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../contract/clock.ts';
import type { EmbeddedDatabase } from '../../origin/embedded.ts';
import { SLICE_ENTRIES } from '../../origin/log/slices.ts';
import { SETTLED_KEPT_MS } from '../../origin/log/sqlite-consumer.ts';
import { createSqliteLog } from '../../origin/log/sqlite-log.ts';
import { openTemporaryDatabase } from './embedded.ts';
import { exerciseLog } from './log.exercise.ts';
import {
  createTrialBook,
  type LogStore,
  makeReservations,
  until,
  untilSettled,
} from './log.trial.ts';

async function createStore(): Promise<LogStore> {
  const { database, remove } = openTemporaryDatabase();
  return {
    open: async () => createSqliteLog(database, { lanes: 4, clock: systemClock }),
    async appendRaw(value) {
      const insert = database.raw.prepare(
        'INSERT INTO log_records (value, appended_at_ms) VALUES (?, ?)',
      );
      insert.run(value, systemClock.nowMs());
    },
    remove: async () => remove(),
  };
}

exerciseLog('sqlite', createStore);

describe('the embedded log', () => {
  test('an append wakes the consumer', async () => {
    const { database, remove } = openTemporaryDatabase();
    const log = createSqliteLog(database, { lanes: 4, clock: systemClock });
    const book = createTrialBook();
    await log.consume(book);
    const startedAt = performance.now();
    for (let round = 0; round < 20; round += 1) {
      const reservations = makeReservations(1);
      await log.append(reservations);
      await untilSettled(book, reservations);
    }
    // Without the wake, each round would wait for the slow look, which comes once a second.
    expect(performance.now() - startedAt).toBeLessThan(12_000);
    await log.close();
    remove();
  });

  test('a barrier wakes the consumer', async () => {
    const { database, remove } = openTemporaryDatabase();
    const log = createSqliteLog(database, { lanes: 4, clock: systemClock });
    const book = createTrialBook();
    await log.consume(book);
    const startedAt = performance.now();
    for (let epoch = 1; epoch <= 20; epoch += 1) {
      const offset = (await log.barrier({ saleId: 'phone', epoch })).get(0) ?? 0n;
      await until('the book past the barrier', () => (book.offsets.get(0) ?? 0n) > offset);
    }
    expect(performance.now() - startedAt).toBeLessThan(12_000);
    await log.close();
    remove();
  });

  test('takes one consumer at a time', async () => {
    const { database, remove } = openTemporaryDatabase();
    const log = createSqliteLog(database, { lanes: 4, clock: systemClock });
    const consumer = await log.consume(createTrialBook());
    await expect(log.consume(createTrialBook())).rejects.toThrow('one consumer');
    await consumer.close();
    await (await log.consume(createTrialBook())).close();
    remove();
  });

  test('another file is another log, whose name the book does not know', () => {
    const stores = [openTemporaryDatabase(), openTemporaryDatabase()];
    const names = stores.map(
      ({ database }) => createSqliteLog(database, { lanes: 4, clock: systemClock }).name,
    );
    expect(names[0]).not.toBe(names[1]);
    for (const { remove } of stores) remove();
  });

  test('deletes records some time after they were settled, and never others', async () => {
    const { database, remove } = openTemporaryDatabase();
    let nowMs = 1_800_000_000_000;
    const log = createSqliteLog(database, { lanes: 1, clock: { nowMs: () => nowMs } });
    const book = createTrialBook();
    for (let count = 0; count <= SLICE_ENTRIES; count += 1) await log.append(makeReservations(1));
    const consumer = await log.consume(book);
    const held = Promise.withResolvers<undefined>();
    book.whenHandling = async ([first]) => (first?.offset === 1n ? undefined : held.promise);
    nowMs += SETTLED_KEPT_MS + 1;
    // The last record is as old as the others and not settled yet.
    await until('the settled records gone', () => offsetsIn(database).length === 1);
    held.resolve(undefined);
    await until('the last one settled', () => book.settled.length === SLICE_ENTRIES + 1);
    const young = makeReservations(1);
    await log.append(young);
    await untilSettled(book, young);
    nowMs += SETTLED_KEPT_MS - 1;
    await until('the last old one gone', () => !offsetsIn(database).includes(SLICE_ENTRIES + 1));
    expect(offsetsIn(database)).toEqual([SLICE_ENTRIES + 2]);
    await consumer.close();
    remove();
  });

  test('a closed database does not answer a ping', async () => {
    const { database, remove } = openTemporaryDatabase();
    const log = createSqliteLog(database, { lanes: 4, clock: systemClock });
    remove();
    await expect(log.ping()).rejects.toThrow('database is not open');
  });
});

function offsetsIn(database: EmbeddedDatabase): number[] {
  const rows = database.raw.prepare('SELECT offset FROM log_records ORDER BY offset').all();
  return rows.map((row) => Number(row.offset));
}
