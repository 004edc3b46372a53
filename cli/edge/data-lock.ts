/**
 * One edge at a time over a data folder: two would hand out the same tokens twice. The lock is one
 * of the operating system on a file, so it ends with the process, however that ends. What a killed
 * one started may go on without it, and is found by its configuration.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from '../start-error.ts';

/**
 * Held until the process ends, or the function that is returned is called. `config` is what workerd
 * is told to serve. Throws a StartError.
 */
export function lockData(folder: string, config: string): () => void {
  const database = new DatabaseSync(join(folder, 'lock.sqlite'), { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch {
    database.close();
    throw new StartError(`another edge has the data in ${folder} open; give another --data-dir`);
  }
  const left = processThatServes(config);
  if (left === undefined) return () => database.close();
  database.close();
  throw new StartError(`an edge that was killed left process ${left} behind; end it first`);
}

/** Only where the system tells what its processes are (Linux); elsewhere its port is in use. */
function processThatServes(config: string): string | undefined {
  return processIds().find((id) => argumentsOf(id).includes(config));
}

function processIds(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function argumentsOf(id: string): string[] {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0');
  } catch {
    // It has ended, or is somebody else's.
    return [];
  }
}
