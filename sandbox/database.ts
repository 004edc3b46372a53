/**
 * The sandbox's file. It survives kill -9, and one process has it at a time. It is not forced to
 * disk at each commit, so a power cut may undo the last steps; no money is at stake here.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { loadStatement } from '../origin/statements.ts';

export class FileInUseError extends Error {
  readonly code = 'file-in-use';
}

export interface SandboxDatabase {
  /** `prepare('select-session')` reads `sql/select-session.sql`. */
  prepare(name: string): StatementSync;
  /** `work` must not await. What it throws undoes what it did. */
  transact<Value>(work: () => Value): Value;
  close(): void;
}

/** Throws FileInUseError when another process has it. */
export function openDatabase(file: string): SandboxDatabase {
  mkdirSync(dirname(file), { recursive: true });
  const raw = new DatabaseSync(file);
  try {
    raw.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE; COMMIT;`);
  } catch (cause) {
    raw.close();
    throw new FileInUseError(`another process has ${file} open`, { cause });
  }
  raw.exec(load('tables'));
  return {
    prepare: (name) => raw.prepare(load(name)),
    transact(work) {
      raw.exec('BEGIN IMMEDIATE');
      try {
        const value = work();
        raw.exec('COMMIT');
        return value;
      } catch (error) {
        if (raw.isTransaction) raw.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => raw.close(),
  };
}

function load(name: string): string {
  return loadStatement(new URL(`./sql/${name}.sql`, import.meta.url));
}
