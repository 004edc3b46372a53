/**
 * The migrations as they lie beside the adapters: append-only files `001-name.sql`, the same
 * numbers for each database, one statement each. A book that is newer than the program is left
 * alone: an older program may not know what its rows mean.
 */
import { readdirSync } from 'node:fs';
import { loadStatement } from '../statements.ts';

export interface Migration {
  number: number;
  name: string;
  statement: string;
}

export class BookNewerError extends Error {
  readonly code = 'book-newer';
}

export function loadMigrations(folder: URL): Migration[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.sql'));
  return files.sort().map((file) => ({
    number: Number.parseInt(file, 10),
    name: file.replace(/\.sql$/, ''),
    statement: loadStatement(new URL(file, folder)),
  }));
}

/**
 * What is still to run, in order. Throws BookNewerError when `done` holds a number unknown here.
 */
export function missingMigrations(known: readonly Migration[], done: readonly number[]) {
  const newest = Math.max(0, ...known.map((migration) => migration.number));
  const newestDone = Math.max(0, ...done);
  if (newestDone > newest) {
    throw new BookNewerError(
      `the book has migration ${newestDone}, this program knows ${newest}: start a newer program`,
    );
  }
  return known.filter((migration) => !done.includes(migration.number));
}
