/**
 * What an error of SQLite means to the book, by its result code
 * (https://www.sqlite.org/rescode.html): the data can never be written, or the error is thrown as
 * it is.
 */
import { BookRefusedError } from './book.ts';

/** The low byte of an extended result code is its primary code. */
const PRIMARY_MASK = 0xff;
const REFUSED: ReadonlySet<number> = new Set([
  18, // SQLITE_TOOBIG
  19, // SQLITE_CONSTRAINT: NOT NULL, CHECK, a STRICT table's type, an unexpected duplicate
  20, // SQLITE_MISMATCH
]);

export function toBookError(error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return error;
  if (typeof error.errcode !== 'number' || !REFUSED.has(error.errcode & PRIMARY_MASK)) return error;
  return new BookRefusedError(error.message, { cause: error });
}
