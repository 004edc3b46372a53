/**
 * The loader of Lua and SQL files: what it leaves out, and that a file which is not there stops the
 * start with its name.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { loadStatement } from '../../origin/statements.ts';

function fileWith(text: string): URL {
  const file = join(mkdtempSync(join(tmpdir(), 'sluice-test-')), 'statement.sql');
  writeFileSync(file, text);
  return pathToFileURL(file);
}

test('comment lines are left out, the statement stays as it is', () => {
  const text = "-- Purpose.\n-- Parameters: none.\nSELECT '--'\n  -- inner\n  FROM orders\n";
  expect(loadStatement(fileWith(text))).toBe("SELECT '--'\n  FROM orders");
});

test('a file that is missing or holds only comments is an error that names it', () => {
  const error = { code: 'statement-missing' };
  expect(() => loadStatement(fileWith('-- Nothing.\n'))).toThrow(expect.objectContaining(error));
  const missing = new URL('./missing.lua', import.meta.url);
  expect(() => loadStatement(missing)).toThrow(expect.objectContaining(error));
  expect(() => loadStatement(missing)).toThrow(/^missing\.lua /);
});
