/** The migrations as files: append-only, and the same steps for each database. */
import { expect, test } from 'vitest';
import { loadMigrations, missingMigrations } from '../../../origin/settle/migrations.ts';

const folder = (name: string) =>
  new URL(`../../../origin/settle/migrations/${name}/`, import.meta.url);
const mysql = loadMigrations(folder('mysql'));
const sqlite = loadMigrations(folder('sqlite'));

test('each database has the same migrations, numbered from 1 without a gap', () => {
  expect(mysql.map(({ name }) => name)).toEqual(sqlite.map(({ name }) => name));
  expect(mysql.map(({ number }) => number)).toEqual(mysql.map((_, index) => index + 1));
  expect(mysql[0]).toMatchObject({ number: 1, name: '001-sales' });
});

test('what is missing runs in order; a book that is newer is refused', () => {
  expect(missingMigrations(mysql, [])).toEqual(mysql);
  expect(missingMigrations(mysql.slice(0, 5), [1, 3]).map(({ number }) => number)).toEqual([
    2, 4, 5,
  ]);
  expect(missingMigrations(mysql.slice(0, 5), [1, 2, 3, 4, 5])).toEqual([]);
  expect(() => missingMigrations(mysql.slice(0, 5), [6])).toThrow(
    'the book has migration 6, this program knows 5: start a newer program',
  );
});
