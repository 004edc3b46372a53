/**
 * The log that is none, on both books: those promises of every log that mean anything here, and its
 * own. MariaDB's lost answers are tried as well.
 */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../contract/clock.ts';
import { systemRandom } from '../../contract/random.ts';
import { createMysqlBook } from '../../origin/settle/mysql-book.ts';
import { createSqliteBook } from '../../origin/settle/sqlite-book.ts';
import type { OpenBook } from './book.exercise.ts';
import { createBookTrial, expectLedgerHolds } from './book.trial.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import { openTemporaryDatabase } from './embedded.ts';
import { barrierPromises } from './log.barrier-promises.ts';
import { consumingPromises } from './log.consuming-promises.ts';
import { directPromises, openDirect, outcomesOf } from './log.direct-promises.ts';
import { stoppingPromises } from './log.stopping-promises.ts';
import { tellingPromises } from './log.telling-promises.ts';
import { createTrialBook, type LogPromises } from './log.trial.ts';
import { createTestDatabase, describeWithMariadb } from './mariadb.ts';

const EVERY_LOG: LogPromises = {
  ...barrierPromises,
  ...consumingPromises,
  ...stoppingPromises,
  ...tellingPromises,
};

/** What each of the others asks for, and a log that is none does not have. */
const WITHOUT: Record<string, readonly string[]> = {
  'partitions for a barrier to lie in': Object.keys(barrierPromises),
  'entries to hand over, in an order, from an offset': Object.keys(consumingPromises),
  'a handler that is called': [
    'a handler that throws stops it, and its entries come again',
    'a book that is away is asked again',
    'a book beyond the end of the log stops it, for orders are lost',
    'closing waits for what is being handled',
    'lag counts what is not settled, and how old it is',
    'says how far behind it is when it begins',
  ],
};
const APPLY = Object.keys(EVERY_LOG).filter(
  (promise) => !Object.values(WITHOUT).flat().includes(promise),
);

test('no promise of every log is left out unnoticed', () => {
  expect(APPLY).toEqual([
    'nothing is handed over once it is closed',
    'closing the log closes its consumers',
    'keeps its name when it is opened again, and another log has another',
    'answers a ping, and says what its settings put at risk',
  ]);
});

function exerciseDirect(name: string, open: () => Promise<OpenBook>): void {
  describe(`the log that is none, on ${name}`, () => {
    let opened: OpenBook;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    test.each(APPLY)('%s', async (promise) => {
      const { log } = openDirect(opened.book);
      const strange = () => Promise.reject(new Error('there are no bytes in it'));
      const store = {
        open: async () => openDirect(opened.book).log,
        appendRaw: strange,
        remove: async () => {},
      };
      const book = createTrialBook();
      await EVERY_LOG[promise]?.({ store, log, book });
      expect(book.errors).toEqual([]);
    });

    for (const { promise, check } of directPromises) {
      test(promise, () => check(createBookTrial(opened.book)));
    }
  });
}

exerciseDirect('sqlite', async () => {
  const { database, remove } = openTemporaryDatabase();
  const book = createSqliteBook(database, { clock: systemClock, random: systemRandom });
  await book.migrate();
  return { book, close: async () => remove() };
});

describeWithMariadb('mariadb', () => {
  async function openMysql(port?: number) {
    const database = await createTestDatabase();
    const url = port ? database.url.replace(/:\d+\//, `:${port}/`) : database.url;
    const book = createMysqlBook({ url, random: systemRandom });
    await book.migrate();
    async function close() {
      await book.close();
      await database.drop();
    }
    return { book, close };
  }
  exerciseDirect('mysql', () => openMysql());

  test.each(['before-commit', 'after-commit'] as const)(
    'a connection lost %s: the append rejects, and once repeated every order counts once',
    async (where) => {
      const proxy = await startCuttingProxy();
      const { book, close } = await openMysql(proxy.port);
      onTestFinished(async () => {
        await close();
        proxy.close();
      });
      const trial = createBookTrial(book);
      const sale = await trial.sale(3);
      const orders = [1, 2, 3, 4].map((seq) => trial.reservation(sale, seq));
      const { log } = openDirect(book);
      proxy.cutNext(where);
      await expect(log.append(orders)).rejects.toThrow();
      expect(proxy.cuts()).toBe(1);
      const settledOrders = where === 'after-commit' ? 4 : 0;
      expect(await book.terms(sale.saleId)).toMatchObject({ settledOrders });
      expect(await outcomesOf(log, orders)).toEqual([
        ...['reserved', 'reserved', 'reserved', 'rejected(sold-out)'],
      ]);
      expect(await book.terms(sale.saleId)).toMatchObject({ settledOrders: 4, reserved: 3 });
      await expectLedgerHolds(book, sale.saleId);
    },
  );
});
