/**
 * Lists that change in a running sale, on every database: the edge always gets one that is whole,
 * the lock of the sale's row is held for a few rows at most, and a clearing that died half-way
 * leaves nothing behind that counts.
 */
import { setImmediate } from 'node:timers/promises';
import { expect } from 'vitest';
import { ACCESS_KINDS, type AccessList, accessListSchema } from '../../contract/access.ts';
import type { ChangeAccess } from '../../contract/operator-access.ts';
import { changeAccess, showAccess } from '../../origin/access/access.ts';
import { createAccessLists } from '../../origin/access/access-lists.ts';
import { CLEARED_AT_ONCE, clearAccess } from '../../origin/access/clear-access.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import { statementsBeside, type Transaction } from '../../origin/settle/transaction.ts';
import { answer } from '../../origin/settle/waiting.ts';
import { newSale } from '../backends/book.trial.ts';
import type { AccessPromise } from './access.promises.ts';

const accessModule = new URL('../../origin/access/access.ts', import.meta.url).href;
const { 'count-entries': countEntries, 'update-access': updateAccess } = statementsBeside(
  accessModule,
  ['count-entries', 'update-access'],
);

const NONE = { allow: [], block: [], presaleCodes: [] };
const SALT = 'A'.repeat(22);
const named = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name}-${index}`);

async function newList(book: OrderBook) {
  const saleId = `sale-${crypto.randomUUID().slice(0, 8)}`;
  await book.createSale(newSale({ saleId, units: 10 }));
  return {
    saleId,
    change: (
      { mode, add, remove }: { [Part in keyof ChangeAccess]?: Partial<ChangeAccess[Part]> },
      through = book,
    ) =>
      changeAccess(through, {
        ...{ saleId, freshSalt: SALT, mode },
        ...{ add: { ...NONE, ...add }, remove: { ...NONE, ...remove } },
      }),
    show: (kind: 'allow' | 'block' = 'allow') => showAccess(book, saleId, { kind, limit: 5_000 }),
    /** What the edge gets, and how many of each kind that is. */
    async list(through = book) {
      const text = await createAccessLists(through).find(saleId, 0);
      const list = accessListSchema.strict().parse(JSON.parse(text ?? '{}'));
      return { ...list, counts: countsOf(list) };
    },
    async rows() {
      const rows = await book.read<{ entries: number }>(countEntries, saleId);
      return rows.reduce((sum, { entries }) => sum + Number(entries), 0);
    },
  };
}

function countsOf(list: AccessList) {
  const [allow, block, code] = ACCESS_KINDS.map((kind) => list[kind].length / 11);
  return { allow, block, code };
}

/** Tells each statement of a transaction and how many rows it found or changed. */
function watched(book: OrderBook, tell: (text: string, rows: number) => void): OrderBook {
  return {
    ...book,
    transact: (work) =>
      book.transact((transaction) => {
        const told = <Value>(text: string, given: Value | Promise<Value>) => {
          const note = (value: Value) => {
            tell(text, Array.isArray(value) ? value.length : Number(value));
            return value;
          };
          return given instanceof Promise ? given.then(note) : note(given);
        };
        const rows: Transaction['rows'] = (statement, ...values) =>
          told(statement.sqlite, transaction.rows(statement, ...values) as never);
        const run: Transaction['run'] = (statement, ...values) =>
          told(statement.sqlite, transaction.run(statement, ...values));
        return work({ ...transaction, rows, run });
      }),
  };
}

/** A process that dies before its transaction after so many. */
function dyingAfter(book: OrderBook, transactions: number): OrderBook {
  let left = transactions;
  return {
    ...book,
    async transact(work) {
      if (left === 0) throw new Error('it died');
      left -= 1;
      return book.transact(work);
    },
  };
}

export const accessChangePromises: readonly AccessPromise[] = [
  {
    promise: 'a list that changes at every reading is told all the same',
    async check(book) {
      const { saleId, change } = await newList(book);
      await change({ add: { allow: ['first'] } });
      let changes = 1;
      const read: OrderBook['read'] = async (...statement) => {
        const rows = await book.read(...statement);
        changes += 1;
        await change({ add: { allow: [`buyer-${changes}`] } });
        return rows as never;
      };
      const lists = createAccessLists({ ...book, read });
      const list = accessListSchema.parse(JSON.parse((await lists.find(saleId, 1)) ?? '{}'));
      expect(list.version).toBe(1);
      expect(countsOf(list).allow).toBe(1);
    },
  },
  {
    promise: 'every list is that of its version, whatever is uploaded meanwhile',
    async check(book) {
      const { change, list } = await newList(book);
      let isUploading = true;
      const upload = async () => {
        try {
          for (let part = 0; part < 30; part += 1) {
            await change({ add: { allow: named(`part-${part}`, 20) } });
          }
        } finally {
          isUploading = false;
        }
      };
      const read = async () => {
        while (isUploading) {
          const { version, counts } = await list();
          expect(counts.allow).toBe(20 * version);
          // SQLite answers at once, and would never let the upload go on.
          await setImmediate();
        }
      };
      await Promise.all([upload(), read(), read()]);
      expect((await list()).counts.allow).toBe(600);
    },
  },
  {
    promise: 'what is counted is what is listed, and no change looks at the whole list',
    async check(book) {
      const { change, show, list, saleId } = await newList(book);
      await change({ add: { allow: named('buyer', 700) } });
      const seen: [string, number][] = [];
      const through = watched(book, (text, rows) => seen.push([text, rows]));
      await change({ add: { allow: ['buyer-1', 'eve'], block: ['x', 'y', 'x'] } }, through);
      await change({ remove: { allow: ['buyer-1', 'nobody'], block: ['x', 'x'] } }, through);
      await change(
        { add: { allow: ['eve'], presaleCodes: ['12345678'] }, remove: { allow: ['eve'] } },
        through,
      );
      const counts = { allow: 700, block: 1, code: 1 };
      expect(await show()).toMatchObject({ version: 4, counts });
      expect((await list()).counts).toEqual(counts);
      expect(seen.filter(([text]) => /COUNT\(/.test(text))).toEqual([]);
      expect(Math.max(...seen.map(([, rows]) => rows))).toBeLessThan(10);
      const cleared = await clearAccess(through, { saleId, kind: 'block' });
      expect(cleared).toMatchObject({ counts: { ...counts, block: 0 } });
    },
  },
  {
    promise: 'a clearing holds the lock for a few rows at a time, and leaves none',
    async check(book) {
      const { change, saleId, rows, show } = await newList(book);
      await change({ add: { allow: named('buyer', 2 * CLEARED_AT_ONCE + 100), block: ['x'] } });
      const deleted: number[] = [];
      const through = watched(book, (text, count) => {
        if (/DELETE/.test(text)) deleted.push(count);
      });
      const cleared = await clearAccess(through, { saleId });
      const counts = { allow: 0, block: 0, code: 0 };
      expect(cleared).toEqual({ saleId, mode: 'everybody', version: 2, counts });
      expect(deleted.sort((left, right) => right - left)).toEqual([
        ...[CLEARED_AT_ONCE, CLEARED_AT_ONCE, 100, 1],
      ]);
      expect(await rows()).toBe(0);
      expect(await show()).toMatchObject({ version: 2, counts, buyers: [] });
    },
  },
  {
    promise: 'what a clearing that died left behind counts for nothing, and goes with the next',
    async check(book) {
      const { change, saleId, list, show, rows } = await newList(book);
      const old = named('buyer', CLEARED_AT_ONCE + 100);
      await change({ mode: 'listed', add: { allow: old, block: ['mallory'] } });
      const dying = clearAccess(dyingAfter(book, 2), { saleId, kind: 'allow' });
      await expect(dying).rejects.toThrow('it died');
      expect(await rows()).toBe(101);
      const counts = { allow: 0, block: 1, code: 0 };
      expect(await list()).toMatchObject({ mode: 'listed', version: 2, counts });
      expect(await show()).toMatchObject({ version: 2, counts, buyers: [] });
      expect((await show('block'))?.buyers).toEqual(['mallory']);
      // Another kind does not have to wait for it.
      await change({ add: { block: ['eve'] } }, dyingAfter(book, 1));
      expect(await list()).toMatchObject({ version: 3, counts: { allow: 0, block: 2 } });
      expect(await rows()).toBe(102);
      // Old names and new ones, of which one is still in the way.
      const added = await change({ add: { allow: [...old.slice(0, 50), 'new'] } });
      expect(added).toMatchObject({ version: 4, counts: { allow: 51, block: 2 } });
      expect(await list()).toMatchObject({ version: 4, counts: { allow: 51, block: 2 } });
      expect((await show())?.buyers).toEqual([...old.slice(0, 50), 'new'].sort());
      expect(await rows()).toBe(53);
    },
  },
  {
    promise: 'a clearing that is repeated ends what the first began',
    async check(book) {
      const { change, saleId, rows, list } = await newList(book);
      const old = named('buyer', CLEARED_AT_ONCE + 100);
      await change({ mode: 'listed', add: { allow: old, presaleCodes: ['12345678'] } });
      await expect(clearAccess(dyingAfter(book, 1), { saleId })).rejects.toThrow('it died');
      expect(await rows()).toBe(old.length + 1);
      expect(await list()).toMatchObject({ mode: 'everybody', allow: '', code: '' });
      expect(await clearAccess(book, { saleId })).toMatchObject({ version: 3 });
      expect(await rows()).toBe(0);
    },
  },
  {
    promise: 'who is listed while it is cleared is listed, or cleared, and counted as that',
    async check(book) {
      const { change, saleId, rows, list, show } = await newList(book);
      await change({ add: { allow: named('buyer', CLEARED_AT_ONCE + 100) } });
      await Promise.all([
        clearAccess(book, { saleId }),
        ...[0, 1, 2, 3].map((part) => change({ add: { allow: named(`late-${part}`, 50) } })),
        clearAccess(book, { saleId, kind: 'block' }),
        change({ add: { allow: named('buyer', 50) } }),
      ]);
      const there = await rows();
      expect(there % 50).toBe(0);
      expect((await list()).counts.allow).toBe(there);
      expect((await show())?.counts.allow).toBe(there);
      expect((await show())?.buyers).toHaveLength(there);
      expect(await clearAccess(book, { saleId })).toMatchObject({ counts: { allow: 0 } });
      expect(await rows()).toBe(0);
    },
  },
  {
    promise: 'a list from before its entries were counted is counted',
    async check(book) {
      const { change, saleId, show } = await newList(book);
      await change({ mode: 'listed', add: { allow: named('buyer', 30), block: ['x'] } });
      const before = JSON.stringify({ mode: 'listed', version: 1, salt: SALT });
      await book.transact(function* (transaction) {
        yield* answer(transaction.run(updateAccess, before, saleId));
      });
      expect(await show()).toMatchObject({ counts: { allow: 30, block: 1, code: 0 } });
      const changed = await change({ remove: { allow: ['buyer-1'] } });
      expect(changed).toMatchObject({ version: 2, counts: { allow: 29, block: 1, code: 0 } });
      expect(await show()).toMatchObject({ counts: { allow: 29, block: 1, code: 0 } });
    },
  },
];
