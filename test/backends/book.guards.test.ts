/**
 * Takes the guards of settling away, one at a time, in the statements as they are loaded or in what
 * decides, and sees the contract suite report it: the checks of the order book are able to fail.
 */
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../contract/clock.ts';
import { type Random, systemRandom } from '../../contract/random.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import { compareWithModel } from './book.batches.ts';
import { brokenPromises } from './book.exercise.ts';
import { createBookTrial } from './book.trial.ts';
import { openTemporaryDatabase } from './embedded.ts';
import { createTestDatabase, describeWithMariadb } from './mariadb.ts';

interface Break {
  guard: string;
  /** What the loaded statements have in place of what; each must be found. */
  statements?: readonly (readonly [from: string, to: string])[];
  /** Stands in for a decision. */
  decisions?: object;
  random?: Random;
  /** What must be among the promises found broken, and what it must say. */
  promise: string;
  says: RegExp;
  /** The random batches have nothing like it. */
  unknownToModel?: boolean;
}

const GUARD = ['AND free >= ?', 'AND (free >= ? OR 1 = 1)'] as const;

const CANCELLED =
  'an order cancelled before it settles takes no units, and gives back all that it had';

const BREAKS: readonly Break[] = [
  {
    guard: 'the guard of the units (the counter’s own limit still holds)',
    statements: [GUARD],
    promise: 'exactly the units of a sale are sold, over many batches',
    says: /out of range|CHECK constraint/,
  },
  {
    guard: 'the guard of the units and the counter’s limit',
    statements: [GUARD, ['free INT UNSIGNED', 'free INT'], [' CHECK (free >= 0)', '']],
    promise: 'exactly the units of a sale are sold, over many batches',
    says: /never oversold/,
  },
  {
    guard: 'the unique key of a buyer’s live order',
    statements: [
      ['UNIQUE KEY one_live_order', 'KEY one_live_order'],
      [',\n  UNIQUE (sale_id, buyer_id, live)', ''],
    ],
    promise: 'a buyer’s second order is rejected as duplicate and frees the buyer, not a unit',
    says: /rejected\(duplicate\)/,
  },
  {
    guard: 'the look for orders that the keys kept out',
    decisions: { collided: () => [] },
    promise: 'of two orders of one buyer in one batch exactly one is reserved',
    says: /of 3 orders the book gave back 2/,
  },
  {
    guard: 'the difference between fresh rows and old ones',
    random: { ...systemRandom, bytes: (count) => new Uint8Array(count) },
    promise: 'a batch settled in parts and then redelivered takes its units once',
    says: /free/,
  },
  {
    guard: 'the comparison of the offset',
    statements: [['AND next_offset = ?', 'AND (next_offset = ? OR 1 = 1)']],
    promise: 'a batch whose partition somebody else moved is fenced, and nothing is written',
    says: /fenced/,
  },
  {
    guard: 'the end of a sold-out order’s live slot',
    statements: [["reason = 'sold-out', live = NULL", "reason = 'sold-out'"]],
    promise: 'a buyer whose order was sold out may have another',
    says: /rejected\(duplicate\)/,
  },
  {
    guard: 'the order of reservation among the last units',
    decisions: {
      fitInto: (free: number, orders: { quantity: number }[]) => {
        let units = 0;
        const rejected = orders.filter(({ quantity }) => {
          if (units + quantity > free) return true;
          units += quantity;
          return false;
        });
        return { units, rejected };
      },
    },
    promise:
      'when more is wanted than free, whole orders are taken by seq and the rest is sold out',
    says: /sold-out/,
  },
  {
    guard: 'the number that grows with each result',
    statements: [[', result_seq = result_seq + 1', '']],
    promise: 'a batch becomes one result, which says of each order what its row says',
    says: /match object { seq: 1/,
  },
  {
    guard: 'the look for cancellations',
    statements: [['EXISTS (SELECT 1 FROM', '0 * EXISTS (SELECT 1 FROM']],
    promise: CANCELLED,
    says: /match object { state: 'rejected'/,
  },
  {
    guard: 'the end of a cancellation that was carried out',
    statements: [
      ['DELETE FROM cancellations WHERE', 'DELETE FROM cancellations WHERE 1 = 0 AND'],
      ['DELETE FROM book_cancellations WHERE', 'DELETE FROM book_cancellations WHERE 1 = 0 AND'],
    ],
    promise: CANCELLED,
    says: /deeply equal \[\]/,
  },
  {
    guard: 'the units that a cancelled order gives back',
    decisions: { unitsToGiveBack: () => 0 },
    promise: CANCELLED,
    says: /deeply equal/,
  },
  {
    guard: 'the look for an order that a head of the waitlist got',
    statements: [['head.seq = 0', 'head.seq = -1']],
    promise:
      'an order beside the one that its buyer got as head of the waitlist gives its units back',
    says: /deeply equal/,
    unknownToModel: true,
  },
  {
    guard: 'the step out of the line',
    statements: [["state = 'waiting' AND buyer_id IN", "state = 'served' AND buyer_id IN"]],
    promise: 'of joining the line and being reserved a unit at once, nobody ends up with both',
    says: /patient/,
  },
  {
    guard: 'the count of those who left the line',
    statements: [['waiting = waiting - ?', 'waiting = waiting - 0 * ?']],
    promise: 'whoever is reserved a unit waits no longer; all others keep their places',
    says: /the sale's row says/,
  },
];

/** MySQL then writes what fits and warns. */
const notStrict = ['STRICT_ALL_TABLES,', ''] as const;

const lostWarnings: Break = {
  guard: 'strict mode and the look at warnings',
  statements: [notStrict, ['SHOW WARNINGS', 'SELECT 1 FROM DUAL WHERE 1 = 0']],
  promise: 'a row with a buyer id of 65 characters is refused and nothing of its batch is written',
  says: /book-refused/,
};

const STATEMENTS = '../../origin/statements.ts';
const DECISIONS = '../../origin/settle/settle-decisions.ts';

interface Opened {
  book: OrderBook;
  close(): Promise<void>;
}

afterEach(() => {
  vi.doUnmock(STATEMENTS);
  vi.doUnmock(DECISIONS);
  vi.resetModules();
});

/** Loads the adapters anew, broken; returns how often each replacement was made. */
function breakModules({ statements = [], decisions }: Partial<Break>): Map<string, number> {
  const made = new Map<string, number>();
  vi.resetModules();
  vi.doMock(STATEMENTS, async (importOriginal) => {
    const original = await importOriginal<typeof import('../../origin/statements.ts')>();
    return {
      ...original,
      loadStatement(file: URL) {
        let text = original.loadStatement(file);
        for (const [from, to] of statements) {
          if (text.includes(from)) made.set(from, (made.get(from) ?? 0) + 1);
          text = text.replace(from, to);
        }
        return text;
      },
    };
  });
  if (decisions !== undefined) {
    vi.doMock(DECISIONS, async (importOriginal) => ({
      ...(await importOriginal<object>()),
      ...decisions,
    }));
  }
  return made;
}

async function openSqlite(random: Random): Promise<Opened> {
  const { createSqliteBook } = await import('../../origin/settle/sqlite-book.ts');
  const { database, remove } = openTemporaryDatabase();
  const book = createSqliteBook(database, { clock: systemClock, random });
  return { book, close: async () => remove() };
}

async function openMysql(random: Random): Promise<Opened> {
  const { createMysqlBook } = await import('../../origin/settle/mysql-book.ts');
  const database = await createTestDatabase();
  const book = createMysqlBook({ url: database.url, random });
  async function close() {
    await book.close();
    await database.drop();
  }
  return { book, close };
}

function expectReports(open: (random: Random) => Promise<Opened>, breaks: readonly Break[]): void {
  test('the checks pass while every guard is there', async () => {
    breakModules({});
    const { book, close } = await open(systemRandom);
    onTestFinished(close);
    await book.migrate();
    expect(await brokenPromises(book)).toEqual(new Map());
  });

  for (const { promise, says, random = systemRandom, ...change } of breaks) {
    test(`the checks fail without ${change.guard}`, async () => {
      const made = breakModules(change);
      const { book, close } = await open(random);
      onTestFinished(close);
      await book.migrate();
      expect(made.size > 0 || change.statements === undefined, 'something was broken').toBe(true);
      const broken = await brokenPromises(book);
      expect(broken.get(promise)).toMatch(says);
      if (change.unknownToModel === true) return;
      await expect(compareWithModel(createBookTrial(book), 1, 150)).rejects.toThrow();
    });
  }
}

describe('on sqlite', () => expectReports(openSqlite, BREAKS));

describeWithMariadb('on mariadb', () => {
  expectReports(openMysql, [...BREAKS, lostWarnings]);

  test('without strict mode a bad row is only warned of, and is refused all the same', async () => {
    const made = breakModules({ statements: [notStrict] });
    const { book, close } = await openMysql(systemRandom);
    onTestFinished(close);
    await book.migrate();
    expect([...made.keys()]).toEqual([notStrict[0]]);
    expect(await brokenPromises(book)).toEqual(new Map());
  });
});
