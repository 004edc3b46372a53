/**
 * What may go wrong between the order book and PlanetScale, each named after the failure: answers
 * lost on the way, refusals of the service, transactions that take too long. The batch again is
 * harmless every time.
 */
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { systemRandom } from '../../contract/random.ts';
import { BookRefusedError, type OrderBook } from '../../origin/settle/book.ts';
import { createPlanetscaleBook } from '../../origin/settle/planetscale-book.ts';
import { answer } from '../../origin/settle/waiting.ts';
import { inBoth, resultsOf } from './book.neighbours.ts';
import { createBookTrial, everythingAbout, expectLedgerHolds } from './book.trial.ts';
import { describeWithMariadb } from './mariadb.ts';
import { openPlanetscaleBook, type PlanetscaleUnderTest, startPlanetscale } from './planetscale.ts';

const BODY = '<html>try later</html>';
const insertTopUps = inBoth(
  'INSERT INTO {top_ups} (sale_id, top_up_id, units, added_at_ms) VALUES ?',
);
const readTopUps = inBoth(
  'SELECT top_up_id AS topUpId, units FROM {top_ups} WHERE sale_id = ? ORDER BY top_up_id',
);

describeWithMariadb('the order book on planetscale, when', () => {
  let under: PlanetscaleUnderTest;
  let book: OrderBook;

  beforeAll(async () => {
    under = await startPlanetscale();
    book = openPlanetscaleBook(under.gateway.url);
    await book.migrate();
  });
  afterAll(() => under.close());

  /** A batch of four orders for three units, and what must hold once it is in. */
  async function batchOfFour() {
    const trial = createBookTrial(book);
    const sale = await trial.sale(3);
    const reservations = [1, 2, 3, 4].map((seq) => trial.reservation(sale, seq));
    const steps = [{ partition: 0, from: undefined, to: 4n }];
    const batch = { log: trial.log, reservations, steps };
    const before = await everythingAbout(trial, sale.saleId);
    async function expectSettledOnce() {
      const after = await everythingAbout(trial, sale.saleId);
      expect(after).toMatchObject({ terms: { reserved: 3, settledOrders: 4 } });
      expect(await book.settle(batch)).toEqual({ kind: 'fenced' });
      expect([...(await trial.settle(...reservations)).values()]).toHaveLength(4);
      expect(await everythingAbout(trial, sale.saleId)).toEqual(after);
      expect(await resultsOf(book, sale.saleId)).toHaveLength(1);
      await expectLedgerHolds(book, sale.saleId);
    }
    async function expectNothing() {
      expect(await everythingAbout(trial, sale.saleId)).toEqual(before);
      expect(await resultsOf(book, sale.saleId)).toEqual([]);
    }
    return { batch, expectSettledOnce, expectNothing };
  }

  test('the answer to a COMMIT is lost: the batch again is fenced, and counted once', async () => {
    const { batch, expectSettledOnce } = await batchOfFour();
    const struck = under.gateway.counts.struck();
    under.gateway.faults.next(/^COMMIT/, { kind: 'lose-after' });
    await expect(book.settle(batch)).rejects.not.toBeInstanceOf(BookRefusedError);
    expect(under.gateway.counts.struck()).toBe(struck + 1);
    await expectSettledOnce();
  });

  for (const [what, statement] of [
    ['a COMMIT', /^COMMIT/],
    ['a BEGIN', /^BEGIN/],
    ['an INSERT', /^INSERT INTO orders/],
    ['the sale’s row', /^UPDATE sales/],
  ] as const) {
    test(`${what} never arrives: nothing was written, and the batch again settles`, async () => {
      const { batch, expectNothing, expectSettledOnce } = await batchOfFour();
      under.gateway.faults.next(statement, { kind: 'lose-before' });
      await expect(book.settle(batch)).rejects.not.toBeInstanceOf(BookRefusedError);
      await expectNothing();
      expect(await book.settle(batch)).toMatchObject({ kind: 'settled' });
      await expectSettledOnce();
    });
  }

  test('the answer to an INSERT is lost: its locks are freed at once, and it settles', async () => {
    const { batch, expectNothing, expectSettledOnce } = await batchOfFour();
    under.gateway.faults.next(/^INSERT INTO orders/, { kind: 'lose-after' });
    await expect(book.settle(batch)).rejects.not.toBeInstanceOf(BookRefusedError);
    expect(under.gateway.counts.openTransactions()).toBe(0);
    await expectNothing();
    under.gateway.counts.statements();
    expect(await book.settle(batch)).toMatchObject({ kind: 'settled' });
    // What the old session carries is not known: a new one, with settings of its own.
    expect(under.gateway.counts.statements()[0]).toMatch(/^SET SESSION/);
    await expectSettledOnce();
  });

  test('the clock’s answer is lost beside BEGIN: the transaction is not left open', async () => {
    under.gateway.faults.next(/UNIX_TIMESTAMP/, { kind: 'lose-before' });
    const settling = book.transact(function* (transaction) {
      yield* answer(transaction.insert(insertTopUps, [['clock', 'one', 1, 1]]));
    });
    await expect(settling).rejects.toThrow('cannot be reached');
    expect(under.gateway.counts.openTransactions()).toBe(0);
    expect(await book.read(readTopUps, 'clock')).toEqual([]);
  });

  for (const status of [429, 500, 502]) {
    test(`the service answers ${status}: the batch fails, says so, and settles again`, async () => {
      const { batch, expectNothing, expectSettledOnce } = await batchOfFour();
      under.gateway.faults.next(/^UPDATE sales/, { kind: 'status', status, body: BODY });
      const failed = await book.settle(batch).catch((error: unknown) => error);
      expect(failed).not.toBeInstanceOf(BookRefusedError);
      expect(String(failed)).toContain(`answers HTTP ${status}`);
      expect(String(failed)).not.toContain('html');
      await expectNothing();
      expect(await book.settle(batch)).toMatchObject({ kind: 'settled' });
      await expectSettledOnce();
    });
  }

  test('a COMMIT is lost in a transaction: it rejects, and does not run by itself', async () => {
    let runs = 0;
    const add = (topUpId: string) =>
      book.transact(function* (transaction) {
        runs += 1;
        yield* answer(transaction.insert(insertTopUps, [['lost', topUpId, 1, 1]]));
      });
    under.gateway.faults.next(/^COMMIT/, { kind: 'lose-after' });
    await expect(add('done')).rejects.toThrow();
    under.gateway.faults.next(/^COMMIT/, { kind: 'lose-before' });
    await expect(add('undone')).rejects.toThrow();
    expect(runs).toBe(2);
    expect(await book.read(readTopUps, 'lost')).toEqual([{ topUpId: 'done', units: 1 }]);
  });

  test('the server ends a transaction that takes too long: nothing of it stays', async () => {
    const short = await startPlanetscale({ transactionLimitMs: 200 });
    onTestFinished(() => short.close());
    const slow = openPlanetscaleBook(short.gateway.url);
    await slow.migrate();
    const work = (waitMs: number) =>
      slow.transact(function* (transaction) {
        yield* answer(transaction.insert(insertTopUps, [['slow', 'one', 1, 1]]));
        yield* answer(new Promise<void>((resolve) => setTimeout(resolve, waitMs)));
      });
    await expect(work(1_000)).rejects.toThrow(/exceeded timeout/);
    expect(await slow.read(readTopUps, 'slow')).toEqual([]);
    await work(0);
    expect(await slow.read(readTopUps, 'slow')).toEqual([{ topUpId: 'one', units: 1 }]);
  });

  test('a transaction nears the server’s limit: it is given up while that is clear', async () => {
    let nowMs = 1_000_000;
    const clock = { nowMs: () => nowMs };
    const aged = createPlanetscaleBook({ url: under.gateway.url, clock, random: systemRandom });
    const aging = aged.transact(function* (transaction) {
      yield* answer(transaction.insert(insertTopUps, [['aged', 'one', 1, 1]]));
      nowMs += 15_001;
    });
    await expect(aging).rejects.toMatchObject({ code: 'transaction-too-long' });
    expect(under.gateway.counts.openTransactions()).toBe(0);
    expect(await book.read(readTopUps, 'aged')).toEqual([]);
  });

  test('the password is wrong: one line says so, without it', async () => {
    const url = under.gateway.url.replace(/:[^:@]+@/, ':pscale_pw_wrong@');
    const failed = await openPlanetscaleBook(url)
      .migrate()
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'book-login' });
    expect(String(failed)).toMatch(/^Error: the book at 127\.0\.0\.1:\d+ refuses the user or/);
    expect(JSON.stringify(failed, Object.getOwnPropertyNames(failed))).not.toContain('pscale_pw');
  });

  test('nobody listens: one line says so, and is no refusal', async () => {
    const away = openPlanetscaleBook('http://somebody:pscale_pw_x@127.0.0.1:1');
    const failed = await away.ping().catch((error: unknown) => error);
    expect(failed).not.toBeInstanceOf(BookRefusedError);
    expect(String(failed)).toMatch(/^Error: the book at 127\.0\.0\.1:1 cannot be reached \(\w+/);
    expect(String(failed)).not.toContain('pscale_pw');
  });

  test('what answers is no database: the call ends, and says so', async () => {
    const other = createServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhello'));
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const away = openPlanetscaleBook(`http://somebody:pscale_pw_x@127.0.0.1:${port}`);
    await expect(away.ping()).rejects.toThrow('gave an answer that cannot be read');
  });

  test('a session loses its settings: it is told at the start', async () => {
    expect(await book.risks()).toEqual([]);
    const lossy = await startPlanetscale({ losesSettings: true });
    onTestFinished(() => lossy.close());
    const risks = await openPlanetscaleBook(lossy.gateway.url).risks();
    expect(risks).toEqual([expect.stringContaining('REPEATABLE-READ')]);
  });
});
