/**
 * How many requests the book costs on PlanetScale, statement by statement: each is a round trip
 * over the internet. What is sent beside the transaction costs a request, and no time.
 */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemRandom } from '../../contract/random.ts';
import { createLogger } from '../../origin/logger.ts';
import { paymentIdOf } from '../../origin/pay/payment-rows.ts';
import { createPayments } from '../../origin/pay/payments.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import { answer } from '../../origin/settle/waiting.ts';
import { createFakeProvider } from '../pay/fake-provider.ts';
import { inBoth } from './book.neighbours.ts';
import { createBookTrial } from './book.trial.ts';
import { describeWithMariadb } from './mariadb.ts';
import { openPlanetscaleBook, type PlanetscaleUnderTest, startPlanetscale } from './planetscale.ts';

/** Two transactions, the provider asked between them. */
const STARTED = 15;
const PAID = 12;

const lockSale = inBoth('SELECT waiting FROM {sales} WHERE sale_id = ? FOR UPDATE');

describeWithMariadb('requests to planetscale', () => {
  let under: PlanetscaleUnderTest;
  let book: OrderBook;

  beforeAll(async () => {
    under = await startPlanetscale();
    book = openPlanetscaleBook(under.gateway.url);
    await book.migrate();
  });
  afterAll(() => under.close());

  /** The first words of what was asked since the last time; the settings of a session apart. */
  function asked(): string[] {
    const statements = under.gateway.counts.statements();
    const asked = statements.filter((statement) => !statement.startsWith('SET SESSION'));
    return asked.map((statement) => statement.split(' ').slice(0, 3).join(' ')).sort();
  }

  test('a batch of 128 new orders of one sale, from four buckets, costs nine', async () => {
    const trial = createBookTrial(book);
    const sale = await trial.sale(1_000);
    const reservations = Array.from({ length: 128 }, (_, index) =>
      trial.reservation(sale, index + 1, { bucket: index % 4 }),
    );
    const steps = (from: bigint | undefined, to: bigint) => [{ partition: 0, from, to }];
    await book.settle({ log: trial.log, reservations: [], steps: steps(undefined, 1n) });
    under.gateway.counts.statements();
    const batch = { log: trial.log, reservations, steps: steps(1n, 2n) };
    expect(await book.settle(batch)).toMatchObject({ kind: 'settled' });
    expect(asked()).toEqual([
      'BEGIN',
      'COMMIT',
      'INSERT INTO orders',
      'INSERT INTO results',
      'INSERT INTO settled_counts',
      'SELECT s.sale_id AS',
      'SELECT waiting FROM',
      'UPDATE log_offsets SET',
      'UPDATE sales SET',
    ]);
  });

  test('a batch of which a part is there already costs four for the try, and nine', async () => {
    const trial = createBookTrial(book);
    const sale = await trial.sale(1_000);
    const old = [1, 2].map((seq) => trial.reservation(sale, seq));
    const fresh = [3, 4].map((seq) => trial.reservation(sale, seq));
    await trial.settle(...old);
    under.gateway.counts.statements();
    await trial.settle(...old, ...fresh);
    expect(asked()).toHaveLength(4 + 9);
  });

  test('what needs no transaction does not wait for BEGIN', async () => {
    const trial = createBookTrial(book);
    const sale = await trial.sale(10);
    const steps = [{ partition: 0, from: undefined, to: 1n }];
    under.gateway.counts.statements();
    under.gateway.faults.next(/^BEGIN/, { kind: 'delay', ms: 300 });
    await book.settle({ log: trial.log, reservations: [trial.reservation(sale, 1)], steps });
    const order = under.gateway.counts.statements().map((text) => text.slice(0, 20));
    const terms = order.indexOf('SELECT s.sale_id AS ');
    expect(terms).toBeGreaterThanOrEqual(0);
    expect(terms).toBeLessThan(order.indexOf('INSERT INTO log_offs'));
  });

  test('a session’s settings are made once, not with each batch', async () => {
    const trial = createBookTrial(book);
    const sale = await trial.sale(10);
    under.gateway.counts.statements();
    for (const seq of [1, 2, 3]) await trial.settle(trial.reservation(sale, seq));
    const settings = under.gateway.counts.statements().filter((text) => text.startsWith('SET '));
    expect(settings.length).toBeLessThanOrEqual(2);
  });

  test('a payment costs 15 to start, in two transactions, and 12 when it is paid', async () => {
    const trial = createBookTrial(book);
    const sale = await trial.sale(1);
    const order = trial.reservation(sale, 1);
    await trial.settle(order);
    const fake = createFakeProvider();
    const payments = createPayments({
      ...{ book, provider: fake.provider, random: systemRandom },
      logger: createLogger('silent'),
      returnUrl: () => 'https://shop.test',
    });
    under.gateway.counts.statements();
    expect(await payments.start(order.orderId, order.buyerId)).toHaveProperty('url');
    expect(asked()).toHaveLength(STARTED);
    const paymentId = paymentIdOf(order.orderId, 1);
    fake.pay(paymentId);
    const event = fake.event(paymentId, 'paid');
    expect(await payments.takeEvent(fake.provider.name, event, 0)).toEqual({ kind: 'taken' });
    expect(asked()).toHaveLength(PAID);
    expect((await book.order(order.orderId))?.state).toBe('paid');
  });

  test('a transaction costs three, and one a statement; a read costs one', async () => {
    const trial = createBookTrial(book);
    const { saleId } = await trial.sale(1);
    under.gateway.counts.statements();
    await book.transact(function* (transaction) {
      yield* answer(transaction.rows(lockSale, saleId));
    });
    expect(asked()).toEqual([
      'BEGIN',
      'COMMIT',
      'SELECT CAST(UNIX_TIMESTAMP(NOW(3)) *',
      'SELECT waiting FROM',
    ]);
    await book.terms(saleId);
    expect(asked()).toHaveLength(1);
  });
});
