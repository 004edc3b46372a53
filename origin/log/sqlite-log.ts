/**
 * OrderLog in the embedded database: one table, one partition, one consumer in the same process,
 * which each append wakes. An append is durable with the group commit that it is part of. Records
 * go some minutes after they were settled, so that the file stays small.
 */
import type { Clock } from '../../contract/clock.ts';
import { encodeBarrier, encodeReservations } from '../../contract/log/codec.ts';
import type { EmbeddedDatabase } from '../embedded.ts';
import type { Logger } from '../logger.ts';
import { loadStatement } from '../statements.ts';
import type { OrderLog } from './log.ts';
import { createSqliteConsumer, PARTITION, type SqliteConsumer } from './sqlite-consumer.ts';

const statement = (name: string) => loadStatement(new URL(`./sql/${name}.sql`, import.meta.url));
const TABLES = ['create-log-records', 'create-log-identity'].map(statement);
const INSERT_IDENTITY = statement('insert-log-identity');
const SELECT_IDENTITY = statement('select-log-identity');
const INSERT_RECORD = statement('insert-log-record');

export interface SqliteLogOptions {
  lanes: number;
  clock: Clock;
  logger?: Pick<Logger, 'warn'>;
}

/** Makes its tables when they are missing. The database stays open when the log is closed. */
export function createSqliteLog(
  database: EmbeddedDatabase,
  { lanes, clock, logger }: SqliteLogOptions,
): OrderLog {
  const { raw } = database;
  for (const table of TABLES) raw.exec(table);
  raw.exec(INSERT_IDENTITY);
  const identity = String(raw.prepare(SELECT_IDENTITY).get()?.id);
  const insertRecord = raw.prepare(INSERT_RECORD);
  let consumer: SqliteConsumer | undefined;

  return {
    name: `sqlite@${identity}`,
    async append(reservations) {
      const records = encodeReservations(reservations, lanes);
      if (records.length === 0) return;
      const nowMs = clock.nowMs();
      await database.write(() => {
        for (const { value } of records) insertRecord.run(value, nowMs);
      });
      consumer?.wake();
    },
    async barrier(barrier) {
      const value = encodeBarrier(barrier);
      const { lastInsertRowid } = await database.write(() =>
        insertRecord.run(value, clock.nowMs()),
      );
      consumer?.wake();
      return new Map([[PARTITION, BigInt(lastInsertRowid)]]);
    },
    async consume(handler) {
      if (consumer?.running()) throw new Error('the embedded log has one consumer at a time');
      consumer = createSqliteConsumer({ database, handler, clock, logger });
      return consumer;
    },
    async ping() {
      raw.prepare(SELECT_IDENTITY).get();
    },
    async risks() {
      return [];
    },
    async close() {
      await consumer?.close();
    },
  };
}
