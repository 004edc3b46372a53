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

/** Opens or makes `<dataDir>/sluice.db`. Throws DataInUseError when another process has it. */
export function openEmbeddedDatabase(dataDir: string): EmbeddedDatabase {
  mkdirSync(dataDir, { recursive: true });
  const raw = new DatabaseSync(join(dataDir, 'sluice.db'));
  try {
    raw.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE; COMMIT;`);
  } catch (cause) {
    raw.close();
    throw new DataInUseError(`another process has the data in ${dataDir} open`, { cause });
  }
  return createGroupCommit(raw);
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
