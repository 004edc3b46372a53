/**
 * The embedded database: writes share a commit without sharing their failures, what was resolved is
 * on disk, and a second process is kept out.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  DataInUseError,
  type EmbeddedDatabase,
  openEmbeddedDatabase,
} from '../../origin/embedded.ts';

let folder: string;
let database: EmbeddedDatabase;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-embedded-'));
  database = openEmbeddedDatabase(join(folder, 'data'));
  database.raw.exec('CREATE TABLE things (name TEXT PRIMARY KEY)');
});
afterEach(() => {
  if (database.raw.isOpen) database.close();
  rmSync(folder, { recursive: true, force: true });
});

const add = (name: string) =>
  database.write(() => {
    database.raw.prepare('INSERT INTO things VALUES (?)').run(name);
    return name;
  });
const names = () =>
  database.raw
    .prepare('SELECT name FROM things ORDER BY name')
    .all()
    .map(({ name }) => name);

test('a write resolves with its value once it is committed', async () => {
  const adding = add('a');
  expect(names(), 'not before its turn').toEqual([]);
  expect(await adding).toBe('a');
  expect(database.raw.isTransaction).toBe(false);
  expect(names()).toEqual(['a']);
});

test('writes of one turn share one transaction, in their order', async () => {
  const seen: string[] = [];
  const note = (name: string) => database.write(() => void seen.push(name));
  const before = frames();
  await Promise.all([note('a'), add('b'), add('c'), note('d')]);
  expect(seen).toEqual(['a', 'd']);
  const together = frames() - before;
  for (const name of ['e', 'f']) await add(name);
  expect(frames() - before - together, 'two commits write more than one').toBeGreaterThan(together);
});

test('a write that fails undoes itself and not its neighbours', async () => {
  const bad = database.write(() => {
    database.raw.exec(`INSERT INTO things VALUES ('half')`);
    throw new Error('on second thoughts');
  });
  const results = await Promise.allSettled([add('a'), bad, add('a'), add('b')]);
  expect(results.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'rejected',
    'fulfilled',
  ]);
  expect(names()).toEqual(['a', 'b']);
});

test('a commit that fails is told to everyone in it, and the next one works', async () => {
  const closing = database.write(() => database.raw.exec('ROLLBACK'));
  const results = await Promise.allSettled([add('a'), closing, add('b')]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(await add('c')).toBe('c');
});

test('more than a thousand writes of one turn all come through', async () => {
  await Promise.all(Array.from({ length: 2_500 }, (_, index) => add(`thing-${index}`)));
  expect(names()).toHaveLength(2_500);
});

test('closing writes what waits', async () => {
  const adding = add('late');
  database.close();
  expect(await adding).toBe('late');
  database = openEmbeddedDatabase(join(folder, 'data'));
  expect(names()).toEqual(['late']);
});

test('survives power loss by waiting for the disk', () => {
  const pragma = (name: string) =>
    Object.values(database.raw.prepare(`PRAGMA ${name}`).get() ?? {});
  expect(pragma('journal_mode')).toEqual(['wal']);
  expect(pragma('synchronous'), '2 is FULL').toEqual([2]);
  expect(pragma('locking_mode')).toEqual(['exclusive']);
});

test('a second opener is kept out, and told which data it was', () => {
  const second = () => openEmbeddedDatabase(join(folder, 'data'));
  expect(second).toThrow(DataInUseError);
  expect(second).toThrow(join(folder, 'data'));
  database.close();
  database = second();
  expect(names()).toEqual([]);
});

/** Frames in the write-ahead log: grows with each commit. */
function frames(): number {
  const [row] = database.raw.prepare('PRAGMA wal_checkpoint(NOOP)').all();
  return Number(row?.log);
}
