/**
 * The embedded database: one SQLite file that the embedded stock ledger, log, book and lease share,
 * so that a small shop needs no servers. WAL with synchronous=FULL survives kill -9 and power loss;
 * an exclusive lock keeps a second process out; group commit lets all writes of one event-loop turn
 * share one fsync (measured: see bench/README.md).
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Writes that share one transaction at most; bounds how long the event loop is held. */
const MAX_GROUP = 1_000;

export class DataInUseError extends Error {
  readonly code = 'data-in-use';
}

export interface EmbeddedDatabase {
  readonly raw: DatabaseSync;
  /**
   * Runs `work` in the next group commit and resolves with its value once that is on disk. A `work`
   * that throws undoes its own writes only. It must not await.
   */
  write<Value>(work: () => Value): Promise<Value>;
  /** Runs what waits, then closes the file. */
  close(): void;
}

/** The folder or its file cannot be used; the message says why, and what would be right. */
export class DataUnusableError extends Error {
  readonly code = 'data-unusable';
}

/**
 * Opens or makes `<dataDir>/sluice.db`. Throws DataInUseError when another process has it, and
 * DataUnusableError when it cannot be had at all.
 */
export function openEmbeddedDatabase(dataDir: string): EmbeddedDatabase {
  const raw = openFile(dataDir);
  try {
    raw.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE; COMMIT;`);
  } catch (cause) {
    raw.close();
    if (isHeld(cause)) {
      throw new DataInUseError(`another process has the data in ${dataDir} open`, { cause });
    }
    throw unusable(dataDir, cause);
  }
  return createGroupCommit(raw);
}

function openFile(dataDir: string): DatabaseSync {
  try {
    mkdirSync(dataDir, { recursive: true });
    return new DatabaseSync(join(dataDir, 'sluice.db'));
  } catch (cause) {
    throw unusable(dataDir, cause);
  }
}

/** The low byte of an extended result code is its primary one: SQLITE_BUSY, SQLITE_LOCKED. */
function isHeld(error: unknown): boolean {
  const code = error instanceof Error ? Number(Reflect.get(error, 'errcode')) & 0xff : 0;
  return code === 5 || code === 6;
}

function unusable(dataDir: string, cause: unknown): DataUnusableError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const right = 'name a folder that this user may write to, and that no other program uses';
  return new DataUnusableError(`DATA_DIR: ${join(dataDir, 'sluice.db')}: ${why}; ${right}`, {
    cause,
  });
}

interface Waiting {
  run(): void;
  settle(failure: unknown): void;
}

function createGroupCommit(raw: DatabaseSync): EmbeddedDatabase {
  let waiting: Waiting[] = [];
  let scheduled = false;

  function commitGroup() {
    scheduled = false;
    const group = waiting.slice(0, MAX_GROUP);
    waiting = waiting.slice(MAX_GROUP);
    if (group.length === 0) return;
    let failure: unknown;
    try {
      raw.exec('BEGIN IMMEDIATE');
      for (const member of group) member.run();
      raw.exec('COMMIT');
    } catch (error) {
      failure = error ?? new Error('commit failed');
      if (raw.isTransaction) raw.exec('ROLLBACK');
    }
    for (const member of group) member.settle(failure);
    if (waiting.length > 0) schedule();
  }

  function schedule() {
    if (scheduled) return;
    scheduled = true;
    setImmediate(commitGroup);
  }

  return {
    raw,
    write: (work) =>
      new Promise((resolve, reject) => {
        waiting.push(createMember(raw, work, resolve, reject));
        schedule();
      }),
    close() {
      while (waiting.length > 0) commitGroup();
      raw.close();
    },
  };
}

/**
 * One piece of work in a savepoint of its own, so that its failure does not undo its neighbours.
 */
function createMember<Value>(
  raw: DatabaseSync,
  work: () => Value,
  resolve: (value: Value) => void,
  reject: (error: unknown) => void,
): Waiting {
  let outcome: { value: Value } | { error: unknown } = { error: new Error('not run') };
  return {
    run() {
      raw.exec('SAVEPOINT member');
      try {
        outcome = { value: work() };
      } catch (error) {
        outcome = { error };
        raw.exec('ROLLBACK TO member');
      }
      raw.exec('RELEASE member');
    },
    settle(failure) {
      if (failure !== undefined) reject(failure);
      else if ('value' in outcome) resolve(outcome.value);
      else reject(outcome.error);
    },
  };
}
