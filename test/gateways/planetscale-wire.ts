/**
 * PlanetScale's wire format, written from what its client reads and its own simulator sends: rows
 * as lengths (-1 for NULL) with all bytes of a row in one base64 text, fields with the type names
 * of Vitess, 64-bit numbers as text, and whatever is zero or empty left out, as protobuf's JSON
 * does.
 */
import type { FieldPacket } from 'mysql2';

const UNSIGNED = 32;
/** Also set where text has a binary collation, and Vitess goes by it alone. */
const BINARY = 128;
const ENUM = 256;
const SET = 2048;

const TYPES: Record<number, string> = {
  0: 'DECIMAL',
  1: 'INT8',
  2: 'INT16',
  3: 'INT32',
  4: 'FLOAT32',
  5: 'FLOAT64',
  7: 'TIMESTAMP',
  8: 'INT64',
  9: 'INT24',
  10: 'DATE',
  11: 'TIME',
  12: 'DATETIME',
  13: 'YEAR',
  16: 'BIT',
  245: 'JSON',
  246: 'DECIMAL',
  249: 'TEXT',
  250: 'TEXT',
  251: 'TEXT',
  252: 'TEXT',
  253: 'VARCHAR',
  254: 'CHAR',
};
const AS_BINARY: Record<string, string> = { TEXT: 'BLOB', VARCHAR: 'VARBINARY', CHAR: 'BINARY' };

export interface WireField {
  name: string;
  type?: string;
  charset?: number;
  flags?: number;
}

export interface WireResult {
  fields?: WireField[];
  rows?: { lengths: string[]; values?: string }[];
  rowsAffected?: string;
  insertId?: string;
}

export function wireField(field: FieldPacket): WireField {
  const flags = Number(field.flags ?? 0);
  const type = typeName(Number(field.columnType), flags);
  const charset = field.characterSet ?? 0;
  return {
    name: field.name,
    ...(type === undefined ? {} : { type }),
    ...(charset === 0 ? {} : { charset }),
    ...(flags === 0 ? {} : { flags }),
  };
}

export function wireRow(values: readonly (Buffer | null)[]): {
  lengths: string[];
  values?: string;
} {
  const bytes = Buffer.concat(values.filter((value) => value !== null));
  return {
    lengths: values.map((value) => String(value === null ? -1 : value.length)),
    ...(bytes.length === 0 ? {} : { values: bytes.toString('base64') }),
  };
}

export function wireCounts(affectedRows: number, insertId: number): WireResult {
  return {
    ...(affectedRows === 0 ? {} : { rowsAffected: String(affectedRows) }),
    ...(insertId === 0 ? {} : { insertId: String(insertId) }),
  };
}

function typeName(columnType: number, flags: number): string | undefined {
  const type = TYPES[columnType];
  if (type === undefined) return undefined;
  if (type.startsWith('INT') && (flags & UNSIGNED) !== 0) return `U${type}`;
  if ((flags & ENUM) !== 0) return 'ENUM';
  if ((flags & SET) !== 0) return 'SET';
  if ((flags & BINARY) !== 0) return AS_BINARY[type] ?? type;
  return type;
}
