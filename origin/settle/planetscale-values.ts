/**
 * Values as mysql2 gives them, out of what PlanetScale sends: whole numbers as numbers, and as text
 * where a number would not be exact; JSON read; bytes as Buffer. The type decides, not the name of
 * the column. Vitess calls text with a binary collation VARBINARY too; true bytes say so by their
 * character set, and where a server names none, by what the column was declared as.
 */
import type { Field } from '@planetscale/database';

/** MySQL's number for "these are bytes". */
const BINARY_CHARSET = 63;

const WHOLE = /^U?INT(?:8|16|24|32|64)$/;
const FRACTIONS: ReadonlySet<string> = new Set(['FLOAT32', 'FLOAT64']);
const MAYBE_BYTES: ReadonlySet<string> = new Set(['BLOB', 'VARBINARY', 'BINARY', 'BIT']);

/** `value` holds one byte a character. */
export function castValue(field: Field, value: string | null): unknown {
  if (value === null) return null;
  const type = String(field.type);
  if (WHOLE.test(type) || type === 'YEAR') return wholeNumber(value);
  if (FRACTIONS.has(type)) return Number(value);
  const bytes = Buffer.from(value, 'latin1');
  if (MAYBE_BYTES.has(type) && isBytes(type, field)) return bytes;
  const text = bytes.toString('utf8');
  return type === 'JSON' ? JSON.parse(text) : text;
}

/** As mysql2 does with `supportBigNumbers`. */
function wholeNumber(digits: string): number | string {
  const number = Number(digits);
  if (!Number.isFinite(number)) throw new TypeError('a whole number came as something else');
  return Number.isSafeInteger(number) ? number : digits;
}

function isBytes(type: string, { charset, columnType }: Field): boolean {
  if (charset) return Number(charset) === BINARY_CHARSET;
  return columnType ? /blob|binary/i.test(columnType) : type === 'BLOB';
}
