/**
 * What an error of MySQL or MariaDB means to the book, by its number (both servers share these;
 * where they differ both are listed). Whatever is not listed, a lost connection above all, is
 * thrown as it is: the caller tries again.
 */
import { BookRefusedError } from './book.ts';
import { SaleChangedError } from './settle-units.ts';

export const DUPLICATE_KEY = 1062;
const DUPLICATE_COLUMN = 1060;
const DUPLICATE_INDEX = 1061;
const NO_SUCH_TABLE = 1146;

/** The server undid the transaction, or cannot go on with it; the same again may well succeed. */
const AGAIN: ReadonlySet<number> = new Set([
  1020, // ER_CHECKREAD: the row changed since it was read (MariaDB's snapshot isolation)
  1205, // ER_LOCK_WAIT_TIMEOUT
  1213, // ER_LOCK_DEADLOCK
]);

/** The data can never be written, whoever sends it and however often. */
const REFUSED: ReadonlySet<number> = new Set([
  1048, // ER_BAD_NULL_ERROR
  DUPLICATE_KEY,
  1169, // ER_DUP_UNIQUE
  1264, // ER_WARN_DATA_OUT_OF_RANGE
  1265, // WARN_DATA_TRUNCATED
  1292, // ER_TRUNCATED_WRONG_VALUE
  1300, // ER_INVALID_CHARACTER_STRING
  1366, // ER_TRUNCATED_WRONG_VALUE_FOR_FIELD
  1367, // ER_ILLEGAL_VALUE_FOR_TYPE
  1406, // ER_DATA_TOO_LONG
  1451, // ER_ROW_IS_REFERENCED_2
  1452, // ER_NO_REFERENCED_ROW_2
  1586, // ER_DUP_ENTRY_WITH_KEY_NAME
  1690, // ER_DATA_OUT_OF_RANGE: an unsigned counter below zero
  3819, // ER_CHECK_CONSTRAINT_VIOLATED (MySQL)
  3988, // ER_IMPOSSIBLE_STRING_CONVERSION (MySQL)
  4025, // ER_CONSTRAINT_FAILED (MariaDB)
]);

/** Warnings that say nothing about the data of a batch: an id that is there is expected. */
const HARMLESS_WARNINGS: ReadonlySet<number> = new Set([DUPLICATE_KEY, 1586]);

export interface ServerWarning {
  Level: string;
  Code: number;
  Message: string;
}

/** The error that the book throws for what the driver threw. */
export function toBookError(error: unknown): unknown {
  const errno = errnoOf(error);
  if (errno === undefined || !REFUSED.has(errno)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new BookRefusedError(message, { cause: error });
}

/** What a statement warned of, as the error that the book throws; undefined when it is harmless. */
export function refusalOf(warnings: readonly ServerWarning[]): BookRefusedError | undefined {
  const warning = warnings.find(({ Code }) => !HARMLESS_WARNINGS.has(Code));
  if (warning === undefined) return undefined;
  return new BookRefusedError(`${warning.Level} ${warning.Code}: ${warning.Message}`, {
    cause: warnings,
  });
}

export function isWorthRepeating(error: unknown): boolean {
  if (error instanceof SaleChangedError) return true;
  const errno = errnoOf(error);
  return errno !== undefined && AGAIN.has(errno);
}

/** What a table definition says that ran before: MySQL has no IF NOT EXISTS for these. */
export function isDefinedAlready(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === DUPLICATE_COLUMN || errno === DUPLICATE_INDEX;
}

export function isTableMissing(error: unknown): boolean {
  return errnoOf(error) === NO_SUCH_TABLE;
}

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof BookRefusedError && errnoOf(error.cause) === DUPLICATE_KEY;
}

/**
 * Whether the connection is good for another statement: after a refusal, and after the server's own
 * errors (they carry an SQLSTATE) that did not end it. Whatever else happened, a new one costs
 * little.
 */
export function leavesConnectionUsable(error: unknown): boolean {
  if (error instanceof BookRefusedError) return true;
  if (!(error instanceof Error) || !('sqlState' in error)) return false;
  return !('fatal' in error && error.fatal === true);
}

function errnoOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errno' in error)) return undefined;
  return typeof error.errno === 'number' ? error.errno : undefined;
}
