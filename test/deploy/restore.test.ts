/**
 * Backup and restore as docs/operations.md tells them, on the stack's servers: a dump is made while
 * a crowd buys, more is sold, then the machines are lost. The dump goes into an empty database, the
 * stock store is empty; with the log everything that was promised is there again, without it all
 * that the dump had. The ledger balances both times, and the sale sells on.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorSaleSchema } from '../../contract/operator.ts';
import { createTestDatabase, type TestDatabase } from '../backends/mariadb.ts';
import { type Crowd, sendCrowd, tally } from '../faults/buyers.ts';
import { missingFor, TEST_LIMIT } from '../faults/stage.ts';
import { heldAgainstBook } from '../flow/promises.ts';
import { auditAtRest, openSale } from '../flow/sale.ts';
import { openShop, type Shop, type ShopProcess } from '../flow/shop.ts';
import { untilThere } from '../life/act.ts';

const UNITS = 30;
/** Each way there are units left for whoever comes after the restore. */
const EARLY = 10;
const LATE = 10;
const AFTERWARDS = 15;
const DUMP = 'mariadb-dump --single-transaction --quick --no-tablespaces';

const missing = await missingFor('mariadb-dump', 'mariadb');

describe.skipIf(missing !== undefined)(`a restore${missing ? `: ${missing}` : ''}`, () => {
  const databases: TestDatabase[] = [];
  let folder: string;
  let dump: string;
  let shop: Shop;
  let early: Crowd;
  let late: Crowd;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-restore-'));
    dump = join(folder, 'sluice.sql');
    shop = await openShop('servers');
    const origin = await shop.startOrigin();
    await openSale(shop, { saleId: 'phone', units: UNITS });
    early = send(EARLY, 0, 1_500);
    await untilThere(async () => (tally(early.history)['200 reserved'] ?? 0) > 2 || undefined);
    await run(DUMP, shop.environment.BOOK_URL ?? '', { output: dump });
    late = send(LATE, EARLY, 500);
    await Promise.all([early.gone, late.gone]);
    await origin.kill();
  });
  afterAll(async () => {
    await shop?.close();
    for (const database of databases) await database.drop();
    rmSync(folder, { recursive: true });
  });

  /** An origin on the dump, with a stock store that has nothing of it. */
  async function restore(name: string, variables = {}): Promise<ShopProcess> {
    const database = await createTestDatabase();
    databases.push(database);
    await run('mariadb', database.url, { input: dump });
    const own = {
      BOOK_URL: database.url,
      STOCK_PREFIX: `${shop.environment.STOCK_PREFIX}${name}:`,
    };
    return shop.startOrigin({ ...own, ...variables });
  }

  function send(buyers: number, from: number, overMs: number): Crowd {
    const urls = [shop.environment.ORIGIN_URL ?? ''];
    return sendCrowd({ shop, urls, saleId: 'phone', buyers, from, overMs });
  }

  async function expectToSellOn(held: number, from: number): Promise<void> {
    const afterwards = send(AFTERWARDS, from, 500);
    await afterwards.gone;
    const audit = await auditAtRest(shop, 'phone');
    expect(audit.findings, JSON.stringify(tally(afterwards.history))).toEqual([]);
    expect(audit).toMatchObject({ balanced: true, difference: 0 });
    expect(audit.terms.reserved).toBe(Math.min(UNITS, held + AFTERWARDS));
    expect(await heldAgainstBook(shop, afterwards.history)).toEqual([]);
  }

  it('with the log has every order again that was promised', TEST_LIMIT, async () => {
    const origin = await restore('with-log');
    await expect.poll(epochOf).toBeGreaterThan(1);
    const audit = await auditAtRest(shop, 'phone');
    expect(audit).toMatchObject({ balanced: true, findings: [] });
    expect(audit.terms.reserved).toBe(EARLY + LATE);
    expect(await heldAgainstBook(shop, [...early.history, ...late.history])).toEqual([]);
    await expectToSellOn(EARLY + LATE, 1_000);
    await origin.stop();
  });

  it('without the log has what the dump had', TEST_LIMIT, async () => {
    const origin = await restore('alone', { LOG_PREFIX: `${shop.environment.LOG_PREFIX}-2` });
    await expect.poll(epochOf).toBeGreaterThan(1);
    const audit = await auditAtRest(shop, 'phone');
    expect(audit).toMatchObject({ balanced: true, findings: [] });
    expect(audit.terms.reserved).toBeGreaterThan(2);
    expect(audit.terms.reserved).toBeLessThan(EARLY + LATE);
    await expectToSellOn(audit.terms.reserved, 2_000);
    await origin.stop();
  });

  async function epochOf(): Promise<number> {
    const sale = await shop.operator.get('/operator/sales/phone', operatorSaleSchema);
    return sale.state === 'open' ? sale.epoch : 0;
  }
});

it('is told in the words that were tried', () => {
  const docs = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  expect(docs).toContain(`${DUMP} `);
});

/** A program of MariaDB with its login, from or into a file. */
function run(
  command: string,
  url: string,
  { input, output }: { input?: string; output?: string },
): Promise<void> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const [program = '', ...options] = command.split(' ');
  const login = ['-h', hostname, '-P', port, '-u', username];
  const files = [input && openSync(input, 'r'), output && openSync(output, 'w')] as const;
  const [from = 'ignore', to = 'ignore'] = files.map((file) => file || undefined);
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...options, ...login, pathname.slice(1)], {
      // Not an argument, which every user of the machine could read.
      env: { ...process.env, MYSQL_PWD: password },
      stdio: [from, to, 'inherit'],
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      for (const file of files) if (file) closeSync(file);
      if (code === 0) resolve();
      else reject(new Error(`${program} ended with ${code}`));
    });
  });
}
