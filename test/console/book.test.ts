/** Changing a sale, finding orders and telling what became of one, on each database. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { foundOrdersSchema, orderHistorySchema } from '../../contract/console.ts';
import { STEP_MARGIN_MS } from '../../contract/draw.ts';
import { createOrderIdMaker } from '../../contract/ids.ts';
import type { NewSale } from '../../contract/sale.ts';
import { closeOrders } from '../../origin/close/close-orders.ts';
import { lockOrders } from '../../origin/close/lock-orders.ts';
import { markPaid } from '../../origin/close/mark-paid.ts';
import { transactClosing } from '../../origin/close/transact-closing.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import { editSale, refuseEdit } from '../../origin/operator/edit-sale.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import { describeWithMariadb } from '../backends/mariadb.ts';
import {
  createOperatorStage,
  type OpenBook,
  type OperatorStage,
  openMysql,
  openSqlite,
} from '../operator/operator.stage.ts';
import { reservationOf } from '../origin/fakes.ts';

const HOUR_MS = 3_600_000;
const at = (ms: number) => new Date(Date.now() + ms).toISOString();

interface Book {
  book(): OrderBook;
  stage(): OperatorStage;
  make(saleId: string, more?: Partial<NewSale>): Promise<unknown>;
}

function exercise(title: string, open: OpenBook): void {
  describe(title, () => {
    let opened: Awaited<ReturnType<OpenBook>>;
    let stage: OperatorStage;
    beforeAll(async () => {
      opened = await open();
      stage = createOperatorStage(opened.book);
    });
    afterAll(() => opened.close());
    const make = (saleId: string, more: Partial<NewSale> = {}) =>
      stage.ask('POST', '/operator/sales', {
        body: {
          ...{ saleId, title: 'Phone', units: 10, price: 5, currency: 'CNY' },
          ...{ opensAt: at(HOUR_MS), closesAt: at(2 * HOUR_MS), ...more },
        },
      });
    const on: Book = { book: () => opened.book, stage: () => stage, make };
    exerciseEdits(on);
    exerciseHistory(on);
  });
}

const saleNow = async (book: OrderBook, saleId: string) =>
  (await book.sales()).find((sale) => sale.saleId === saleId);

function exerciseEdits(on: Book): void {
  test('an edit changes what it names, and nothing else', async () => {
    await on.make('edited', { pictureUrl: '/a.png' });
    const before = await saleNow(on.book(), 'edited');
    const edit = {
      ...{ title: '手机', price: 7, currency: 'EUR', perBuyer: 3, ratePerSecond: 12.5 },
      ...{ payWindowMs: 60_000, freeOnPaymentFailure: true, waitlistCap: 4 },
      ...{ score: 'quantity' as const, opensAt: at(HOUR_MS + 1), closesAt: at(3 * HOUR_MS) },
    };
    expect((await on.stage().ask('PATCH', '/operator/sales/edited', { body: edit })).short).toBe(
      '200',
    );
    const { opensAt, closesAt, ...rest } = edit;
    const times = { opensAtMs: Date.parse(opensAt), closesAtMs: Date.parse(closesAt) };
    const version = (before?.version ?? 0) + 1;
    expect(await saleNow(on.book(), 'edited')).toEqual({ ...before, ...rest, ...times, version });

    const body = { pictureUrl: null };
    expect((await on.stage().ask('PATCH', '/operator/sales/edited', { body })).short).toBe('200');
    expect(await saleNow(on.book(), 'edited')).toMatchObject({
      pictureUrl: undefined,
      title: '手机',
    });
  });

  test('an edit and an opening at one moment come one after the other', async () => {
    await on.make('raced');
    const [edited, open] = await Promise.all([
      editSale(on.book(), { saleId: 'raced', edit: { price: 6 } }),
      on.book().changeSale('raced', { opensAtMs: Date.now() - 1 }),
    ]);
    expect(open?.opensAtMs).toBeLessThan(Date.now());
    const isEdited = edited === undefined;
    expect((await saleNow(on.book(), 'raced'))?.price).toBe(isEdited ? 6 : 5);
    const late = await editSale(on.book(), { saleId: 'raced', edit: { price: 8 } });
    expect(late).toMatchObject({ kind: 'conflict' });
    expect(await editSale(on.book(), { saleId: 'none', edit: {} })).toEqual({
      kind: 'unknown-sale',
    });
  });
}

function exerciseHistory(on: Book): void {
  test('a refunded order tells when it was taken, reserved, paid and refunded', async () => {
    await on.make('told');
    const book = on.book();
    const orderId = createOrderIdMaker(nodeHashing, 'told')('anna', 'a-click-of-anna');
    const order = reservationOf(1, { saleId: 'told', orderId, buyerId: 'anna', epoch: 1 });
    await book.settle({ log: 'orders', reservations: [order], steps: [] });
    await transactClosing(book, function* (transaction) {
      const [locked] = yield* lockOrders(transaction, [orderId]);
      if (locked !== undefined) yield* markPaid(transaction, locked);
    });
    await transactClosing(book, function* (transaction) {
      const [locked] = yield* lockOrders(transaction, [orderId]);
      if (locked === undefined) return;
      const closing = { order: locked, to: 'refunded', closedBy: 'operator' } as const;
      yield* closeOrders(transaction, 'told', [{ ...closing, restock: true }]);
    });

    const { body } = await on.stage().ask('GET', `/operator/orders/${orderId}/history`);
    const { events, order: shown } = orderHistorySchema.strict().parse(body);
    const steps = events.filter(({ of }) => of === 'order').map(({ what }) => what);
    expect(steps).toEqual(['taken', 'reserved', 'paid', 'refunded']);
    expect(events.map((event) => event.at)).toEqual(events.map((event) => event.at).sort());
    expect(events.at(-1)).toMatchObject({ of: 'units', details: { units: order.quantity } });
    expect(shown).toMatchObject({ orderId, buyerId: 'anna', state: 'refunded' });

    for (const q of [orderId, 'anna']) {
      const found = await on.stage().ask('GET', `/operator/orders?q=${q}`);
      expect(foundOrdersSchema.strict().parse(found.body).orders).toMatchObject([{ orderId }]);
    }
    expect((await on.stage().ask('GET', '/operator/orders?q=ann')).body).toEqual({ orders: [] });
    expect((await on.stage().ask('GET', '/operator/orders')).short).toBe('400 invalid-request');
    const none = await on.stage().ask('GET', `/operator/orders/${'A'.repeat(22)}/history`);
    expect(none.short).toBe('404 unknown-order');
  });
}

exercise('the console on sqlite', openSqlite);
describeWithMariadb('mariadb', () => exercise('the console on mysql', openMysql));

describe('an edit is refused', () => {
  const facts = { version: 3, opensAtMs: 100_000, closesAtMs: 200_000, nowMs: 0 };
  const iso = (ms: number) => new Date(ms).toISOString();
  test.each([
    ['once it opened', {}, { nowMs: 100_000 }, 'conflict'],
    ['too late for every isolate', {}, { nowMs: 100_001 - STEP_MARGIN_MS }, 'conflict'],
    ['at another version', { version: 2 }, {}, 'conflict'],
    ['when it would open at once', { opensAt: iso(STEP_MARGIN_MS - 1) }, {}, 'conflict'],
    ['when it would close first', { closesAt: iso(100_000) }, {}, 'invalid-request'],
    ['never otherwise', { version: 3 }, { nowMs: 100_000 - STEP_MARGIN_MS }, undefined],
  ])('%s', (_when, edit, change, kind) => {
    expect(refuseEdit(edit, { ...facts, ...change })?.kind).toBe(kind);
  });
});
