// Several consumers of one group: partitions move while records are being handled.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Reservation } from '../../contract/log/codec.ts';
import type { OrderLog } from '../../origin/log/log.ts';
import {
  describeWithKafka,
  freshTopics,
  openKafkaLog,
  type TopicPrefix,
  withAdmin,
} from './kafka.ts';
import {
  createTrialBook,
  idsOf,
  makeReservations,
  sleep,
  type TrialBook,
  until,
  untilSettled,
} from './log.trial.ts';

/** Longer than a member may be silent (6 s) before the broker gives its partitions away. */
const LONG_CALL_MS = 9_000;

describeWithKafka('the log on kafka, shared by a group', () => {
  let topics: TopicPrefix;
  let logs: OrderLog[];
  beforeEach(() => {
    topics = freshTopics();
    logs = [];
  });
  afterEach(async () => {
    await Promise.all(logs.map((log) => log.close()));
    await topics.forget();
  });
  const open = async () => {
    const log = await openKafkaLog(topics.prefix);
    logs.push(log);
    return log;
  };

  test('a second consumer that comes and goes in mid-batch loses nothing', async () => {
    const offsets = new Map<number, bigint>();
    const [one, two] = [createTrialBook(offsets), createTrialBook(offsets)];
    one.whenHandling = two.whenHandling = async () => {
      await sleep(20);
      return undefined;
    };
    const log = await open();
    await log.consume(one);
    const all: Reservation[] = [];
    let selling = true;
    const appending = (async () => {
      while (selling) {
        const batch = makeReservations(8);
        await log.append(batch);
        all.push(...batch);
      }
    })();
    await until('the first settles', () => one.settled.length > 20);
    const second = await (await open()).consume(two);
    await until('the second settles', () => two.settled.length > 20);
    await second.close();
    const before = one.settled.length;
    await until('the first goes on', () => one.settled.length > before + 100);
    selling = false;
    await appending;
    await until('all settled', () => ordersOf(one, two).length >= all.length);
    // The book's compare-and-set lets each record in once, whoever handled it.
    expect(idsOf(ordersOf(one, two))).toEqual(idsOf(all));
    expect([...one.errors, ...two.errors]).toEqual([]);
  });

  test('what is handled while its partition is taken away settles or is fenced', async () => {
    const offsets = new Map<number, bigint>();
    const [one, two] = [createTrialBook(offsets), createTrialBook(offsets)];
    const gate = Promise.withResolvers<undefined>();
    one.whenHandling = () => gate.promise;
    const log = await open();
    // So many that each partition has some, but for once in 10^9 runs.
    const all = makeReservations(80);
    await log.append(all);
    await log.consume(one);
    await until('all partitions are being handled', () => one.handling.size === 4);
    await (await open()).consume(two);
    await until('the second has its partitions', () => two.settled.length > 0);
    one.whenHandling = async () => undefined;
    gate.resolve(undefined);
    await until('all settled', () => ordersOf(one, two).length >= all.length);
    await sleep(200);
    expect(idsOf(ordersOf(one, two))).toEqual(idsOf(all));
    expect([...one.errors, ...two.errors]).toEqual([]);
  });

  test('a call that lasts longer than the session keeps its partitions', async () => {
    const log = await open();
    const book = createTrialBook();
    const consumer = await log.consume(book);
    book.whenHandling = async () => {
      await sleep(LONG_CALL_MS);
      return undefined;
    };
    const slow = makeReservations(1);
    await log.append(slow);
    await untilSettled(book, slow);
    book.whenHandling = async () => undefined;
    const next = makeReservations(1);
    await log.append(next);
    await untilSettled(book, next);
    expect(book.asked).toHaveLength(1);
    expect(book.settled).toHaveLength(2);
    await consumer.close();
  });

  test('the broker knows the offsets, for tools that show the lag', async () => {
    const log = await open();
    const book = createTrialBook();
    await log.consume(book);
    const all = makeReservations(40);
    await log.append(all);
    await untilSettled(book, all);
    const { group: groupId, orders } = topics;
    await until('the offsets of the book', async () => {
      const [found] = await withAdmin((admin) => admin.fetchOffsets({ groupId, topics: [orders] }));
      return Array.from(book.offsets).every(([partition, offset]) =>
        found?.partitions.some(
          (known) => known.partition === partition && BigInt(known.offset) === offset,
        ),
      );
    });
  });

  test('a broker that remembers other offsets is not believed', async () => {
    const log = await open();
    const all = makeReservations(40);
    await log.append(all);
    const partitions = [0, 1, 2, 3].map((partition) => ({ partition, offset: '1' }));
    const { group: groupId, orders: topic } = topics;
    await withAdmin((admin) => admin.setOffsets({ groupId, topic, partitions }));
    const book = createTrialBook();
    await log.consume(book);
    await untilSettled(book, all);
  });

  test('the lanes of one sale use all partitions', async () => {
    const log = await open();
    const book = createTrialBook();
    await log.consume(book);
    const all = makeReservations(200);
    await log.append(all);
    await untilSettled(book, all);
    expect(new Set(book.settled.map((entry) => entry.partition))).toEqual(new Set([0, 1, 2, 3]));
  });
});

function ordersOf(...books: TrialBook[]) {
  return books.flatMap((book) => book.orders());
}
