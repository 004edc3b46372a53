/**
 * Reads the embedded log from the book's offset and hands it over slice by slice. It sleeps until
 * an append wakes it; the slow look in between is only for what was appended before it began.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../contract/clock.ts';
import type { EmbeddedDatabase } from '../embedded.ts';
import type { Logger } from '../logger.ts';
import { loadStatement } from '../statements.ts';
import { pause } from '../timer.ts';
import type { LogConsumer, LogEntry, LogHandler } from './log.ts';
import { SLICE_ENTRIES, sliceLength } from './slices.ts';
import { type LogBounds, recordsLost, startOffset } from './start-offset.ts';

/** The log is one file with one order of records. */
export const PARTITION = 0;
const IDLE_POLL_MS = 1_000;
/** Keeps a handler that always rewinds from spinning. */
const REWIND_PAUSE_MS = 20;
const ASK_AGAIN_MS = 500;
/** Long enough to look at a record after trouble; at 8,000 orders a second it is 250 MB. */
export const SETTLED_KEPT_MS = 600_000;
/** One deletion, so that it holds the writer for about a millisecond. */
const DELETE_AT_ONCE = 500;
const DELETE_EVERY_MS = 100;

const statement = (name: string) => loadStatement(new URL(`./sql/${name}.sql`, import.meta.url));
const SELECT_RECORDS = statement('select-log-records');
const SELECT_BOUNDS = statement('select-log-bounds');
const SELECT_OLDEST = statement('select-log-oldest');
const DELETE_RECORDS = statement('delete-log-records');

export interface SqliteConsumer extends LogConsumer {
  wake(): void;
  running(): boolean;
}

export interface SqliteConsumerOptions {
  database: EmbeddedDatabase;
  handler: LogHandler;
  clock: Clock;
  logger: Pick<Logger, 'warn'> | undefined;
}

export function createSqliteConsumer(options: SqliteConsumerOptions): SqliteConsumer {
  const { database, handler, clock, logger } = options;
  const records = createRecordReader(database.raw);
  const deleteSettled = createDeletion(database, clock);
  const closing = new AbortController();
  let awake = new AbortController();
  let position: bigint | undefined;
  let running = true;

  async function consumeAll(): Promise<void> {
    while (!closing.signal.aborted) {
      position ??= await askPosition();
      if (position === undefined || closing.signal.aborted) continue;
      awake = new AbortController();
      const entries = records.from(position);
      if (entries.length === 0) await pause(IDLE_POLL_MS, awake.signal);
      else if ((await handler.handle(entries)) === 'rewind') await rewind();
      else position = (entries.at(-1)?.offset ?? position) + 1n;
      if (position !== undefined) await deleteSettled(position);
    }
  }

  async function askPosition(): Promise<bigint | undefined> {
    let wanted: bigint | undefined;
    try {
      wanted = (await handler.positions([PARTITION])).get(PARTITION);
    } catch (error) {
      // A book that is away is asked again: while it is, the log holds.
      logger?.warn({ error }, 'the book does not tell its offsets; it is asked again');
      await pause(ASK_AGAIN_MS, closing.signal);
      return undefined;
    }
    const bounds = records.bounds();
    const start = startOffset(wanted, bounds);
    if (start.kind === 'start') return start.offset;
    throw recordsLost('the embedded log', PARTITION, wanted ?? 0n, bounds);
  }

  async function rewind(): Promise<void> {
    position = undefined;
    await pause(REWIND_PAUSE_MS, closing.signal);
  }

  const stopped = consumeAll().finally(() => {
    running = false;
  });

  return {
    stopped,
    running: () => running,
    wake: () => awake.abort(),
    async lag() {
      const { low, high } = records.bounds();
      const from = position ?? low;
      const oldestMs = records.oldestMs(from);
      const seconds = oldestMs === undefined ? 0 : Math.max(0, (clock.nowMs() - oldestMs) / 1000);
      return { messages: Number(high - from), seconds };
    },
    async close() {
      closing.abort();
      awake.abort();
      await Promise.allSettled([stopped]);
    },
  };
}

/** Deletes what lies before an offset and is old enough, a little at each call. */
function createDeletion(database: EmbeddedDatabase, clock: Clock) {
  const deleteRecords = database.raw.prepare(DELETE_RECORDS);
  let lastMs = clock.nowMs();
  return async (settled: bigint): Promise<void> => {
    const nowMs = clock.nowMs();
    if (nowMs - lastMs < DELETE_EVERY_MS) return;
    lastMs = nowMs;
    await database.write(() => {
      deleteRecords.run(settled, DELETE_AT_ONCE, nowMs - SETTLED_KEPT_MS);
    });
  };
}

function createRecordReader(raw: DatabaseSync) {
  const selectRecords = raw.prepare(SELECT_RECORDS);
  const selectBounds = raw.prepare(SELECT_BOUNDS);
  const selectOldest = raw.prepare(SELECT_OLDEST);
  return {
    from(offset: bigint): LogEntry[] {
      const rows = selectRecords.all(offset, SLICE_ENTRIES);
      const entries = rows.map((row) => ({
        partition: PARTITION,
        offset: BigInt(Number(row.offset)),
        value: row.value as Uint8Array,
        appendedAtMs: Number(row.appended_at_ms),
      }));
      return entries.slice(0, sliceLength(entries));
    },
    bounds(): LogBounds {
      const row = selectBounds.get();
      return { low: BigInt(Number(row?.low)), high: BigInt(Number(row?.high)) };
    },
    oldestMs(offset: bigint): number | undefined {
      const row = selectOldest.get(offset);
      return row === undefined ? undefined : Number(row.appended_at_ms);
    },
  };
}
