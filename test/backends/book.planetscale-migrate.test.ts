/**
 * The tables of the book on PlanetScale: made without a lock, left alone when they are up to date,
 * and named where only a deploy request may bring them. The statements are such as a service of
 * this kind takes: one a file, nothing but additions, no foreign keys.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { knownMigrations } from '../../origin/settle/mysql-migrate.ts';
import { additionOf } from '../../origin/settle/planetscale-migrate.ts';
import { describeWithMariadb } from './mariadb.ts';
import { openPlanetscaleBook, type PlanetscaleUnderTest, startPlanetscale } from './planetscale.ts';

describe.each(knownMigrations)('migration $name', (migration) => {
  test('is one statement, which only adds, and refers to no other table', () => {
    expect(migration.statement).not.toContain(';');
    expect(migration.statement).not.toMatch(/FOREIGN\s+KEY|REFERENCES/i);
    expect(additionOf(migration).table).toMatch(/^\w+$/);
    // One clause, so that "it is there already" says it of all.
    expect(migration.statement.match(/\bADD\b/g)?.length ?? 0).toBeLessThanOrEqual(1);
  });
});

test('a statement that does more than add is told', () => {
  const bad = { number: 1, name: '001-bad', statement: 'ALTER TABLE sales DROP COLUMN title' };
  expect(() => additionOf(bad)).toThrow('001-bad adds no table');
});

describeWithMariadb('tables on planetscale', () => {
  let under: PlanetscaleUnderTest;

  beforeAll(async () => {
    under = await startPlanetscale();
  });
  afterAll(() => under.close());

  async function write(sql: string): Promise<void> {
    await (await under.database.connect()).query(sql);
  }
  async function noted(): Promise<number> {
    const [rows] = await (await under.database.connect()).query<never[]>(
      'SELECT number FROM migrations',
    );
    return rows.length;
  }

  test('that lack and may only be deployed are named in one line', async () => {
    under.gateway.faults.schemaIsFrozen = true;
    const failed = await openPlanetscaleBook(under.gateway.url)
      .migrate()
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'book-schema-frozen' });
    expect(String(failed)).toMatch(
      /deploy request only .* lacks migrations, 001-sales, 002-orders/,
    );
    expect(String(failed)).not.toContain('\n');
    under.gateway.faults.schemaIsFrozen = false;
  });

  test('are made by several programs at once, without a lock', async () => {
    const books = Array.from({ length: 4 }, () => openPlanetscaleBook(under.gateway.url));
    await Promise.all(books.map((book) => book.migrate()));
    expect(await noted()).toBe(knownMigrations.length);
    expect(await books[0]?.sales()).toEqual([]);
  });

  test('that are up to date are only read, with one request', async () => {
    under.gateway.faults.schemaIsFrozen = true;
    under.gateway.counts.statements();
    await openPlanetscaleBook(under.gateway.url).migrate();
    expect(under.gateway.counts.statements()).toEqual(['SELECT number FROM migrations']);
  });

  test('that a deploy request brought are noted', async () => {
    await write('DELETE FROM migrations');
    await openPlanetscaleBook(under.gateway.url).migrate();
    expect(await noted()).toBe(knownMigrations.length);
  });

  for (const [what, sql, name] of [
    ['a column', 'ALTER TABLE sales DROP COLUMN beacon_at_ms', '030-sales-beacon-at'],
    ['an index', 'DROP INDEX due ON orders', '013-orders-due'],
    ['a table', 'DROP TABLE sale_access', '032-sale-access'],
  ] as const) {
    test(`that a deploy request brought but for ${what} are not`, async () => {
      await write('DELETE FROM migrations');
      await write(sql);
      await expect(openPlanetscaleBook(under.gateway.url).migrate()).rejects.toThrow(name);
      expect(await noted()).toBe(0);
    });
  }

  test('of a newer program stop the start', async () => {
    await write("INSERT INTO migrations (number, name) VALUES (999, '999-later')");
    const migrating = openPlanetscaleBook(under.gateway.url).migrate();
    await expect(migrating).rejects.toMatchObject({ code: 'book-newer' });
  });
});
