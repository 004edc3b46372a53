/**
 * Reads the text of a Lua script or an SQL statement that lies in a file beside the module using
 * it. Read once, when that module starts: a missing or empty file stops the start, not the first
 * order. What only people read, the header comment, is left out of what goes to the server.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

export class StatementMissingError extends Error {
  readonly code = 'statement-missing';
}

/** `loadStatement(new URL('./sql/x.sql', import.meta.url))`. Throws StatementMissingError. */
export function loadStatement(file: URL): string {
  const statement = withoutComments(read(file));
  if (statement === '') throw new StatementMissingError(`${nameOf(file)} holds no statement`);
  return statement;
}

/** Both languages begin a comment with `--`; only lines that hold nothing else are left out. */
function withoutComments(text: string): string {
  const lines = text.split('\n').filter((line) => !line.trimStart().startsWith('--'));
  return lines.join('\n').trim();
}

function read(file: URL): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new StatementMissingError(`${nameOf(file)} cannot be read`, { cause });
  }
}

function nameOf(file: URL): string {
  return basename(fileURLToPath(file));
}
