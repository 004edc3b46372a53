/**
 * How long a sale is shut after Redis lost it: `npm run bench recovery`. 100,000 orders are in the
 * book, 2,000 more in the log and not settled, 500 in the outbox; then all keys of the sale are
 * deleted but the outbox. Measured from then to the moment when the first unit is sold again. Each
 * round is a sale of its own.
 */
import { Redis } from 'ioredis';
import { systemClock } from '../contract/clock.ts';
import type { Reservation } from '../contract/log/codec.ts';
import { systemRandom } from '../contract/random.ts';
import { createRedisStock } from '../origin/admit/redis-stock.ts';
import { MAX_RESERVE_BATCH, type StockLedger } from '../origin/admit/stock.ts';
import { bucketKeys } from '../origin/admit/stock-keys.ts';
import { createKafkaLog } from '../origin/log/kafka-log.ts';
import { createLogger } from '../origin/logger.ts';
import { recoveryRound } from '../origin/recover/watch.ts';
import { connectRedis } from '../origin/redis-socket.ts';
import type { OrderBook } from '../origin/settle/book.ts';
import { createMysqlBook } from '../origin/settle/mysql-book.ts';
import { createSettler } from '../origin/settle/settler.ts';
import { newSale } from '../test/backends/book.trial.ts';
import { freshTopics, kafkaAddress } from '../test/backends/kafka.ts';
import { createTestDatabase } from '../test/backends/mariadb.ts';
import { forgetKeys, freshKeyPrefix, redisUrl } from '../test/backends/redis.ts';
import { median, table } from './report.ts';

const ROUNDS = 5;
const SETTLED = 100_000;
const IN_LOG = 2_000;
const IN_OUTBOX = 500;
const UNITS = SETTLED + IN_LOG + IN_OUTBOX + 1_000;
const BATCH = 1_000;

export async function recovery(): Promise<void> {
  const database = await createTestDatabase();
  const book = createMysqlBook({ url: database.url, random: systemRandom });
  await book.migrate();
  const keyPrefix = freshKeyPrefix();
  const stock = createRedisStock({ redis: connectRedis({ url: redisUrl }), keyPrefix });
  const logger = createLogger('error');
  const topics = freshTopics();
  const { prefix, group: groupId } = topics;
  const sizes = { lanes: 4, partitions: 4, replication: 1 };
  const log = await createKafkaLog({ brokers: [kafkaAddress], prefix, groupId, ...sizes, logger });
  const settler = createSettler({
    ...{ book, log, random: systemRandom, logger },
    observe() {},
    observeOrders() {},
    observeDead() {},
  });
  const consumer = await log.consume(settler);
  const redis = new Redis(redisUrl);
  const seconds: number[] = [];
  try {
    for (let round = -1; round < ROUNDS; round += 1) {
      const saleId = `sale-${round + 1}`;
      await book.createSale(newSale({ saleId, units: UNITS, perBuyer: 1 }));
      await stock.load({ saleId, epoch: 1, units: UNITS });
      await sell({ book, stock, append: log.append }, saleId);
      const { state, buyers, released } = bucketKeys(keyPrefix, saleId, 0);
      await redis.del(state, buyers, released);
      const startedAt = performance.now();
      const sales = (await book.sales()).filter((sale) => sale.saleId === saleId);
      const mayGoOn = () => true;
      const watch = { book, stock, log, random: systemRandom, logger, mayGoOn };
      await recoveryRound({ ...watch, sales: () => sales });
      await reserve(stock, { saleId, epoch: 2, from: UNITS, count: 1 });
      const took = (performance.now() - startedAt) / 1000;
      console.log(`${saleId}: ${took.toFixed(2)} s`);
      if (round >= 0) seconds.push(took);
    }
    const all = seconds.map((took) => took.toFixed(2)).join(' ');
    console.log(table(['shut for', 'median', 'rounds'], [['seconds', median(seconds), all]]));
  } finally {
    redis.disconnect();
    settler.close();
    await consumer.close();
    await log.close();
    await stock.close();
    await book.close();
    await topics.forget();
    await forgetKeys(keyPrefix);
    await database.drop();
  }
}

interface Way {
  book: OrderBook;
  stock: StockLedger;
  append(reservations: readonly Reservation[]): Promise<unknown>;
}

async function sell({ book, stock, append }: Way, saleId: string): Promise<void> {
  for (let from = 0; from < SETTLED; from += BATCH) {
    const reservations = await reserve(stock, { saleId, epoch: 1, from, count: BATCH });
    await book.settle({ log: 'by-hand', reservations, steps: [] });
    await confirm(stock, reservations);
  }
  const late = await reserve(stock, { saleId, epoch: 1, from: SETTLED, count: IN_LOG });
  await append(late);
  await confirm(stock, late);
  await reserve(stock, { saleId, epoch: 1, from: SETTLED + IN_LOG, count: IN_OUTBOX });
}

const confirm = (stock: StockLedger, reservations: readonly Reservation[]) =>
  stock.confirm(
    reservations[0]?.saleId ?? '',
    reservations.map(({ orderId }) => orderId),
  );

interface Crowd {
  saleId: string;
  epoch: number;
  /** The first buyer's number. */
  from: number;
  count: number;
}

/** Every buyer gets a unit, or this throws. */
async function reserve(
  stock: StockLedger,
  { saleId, epoch, from, count }: Crowd,
): Promise<Reservation[]> {
  const reservedAtMs = systemClock.nowMs();
  const reservations: Reservation[] = [];
  for (let start = from; start < from + count; start += MAX_RESERVE_BATCH) {
    const length = Math.min(MAX_RESERVE_BATCH, from + count - start);
    const requests = Array.from({ length }, (_, index) => ({
      orderId: `${saleId}-${start + index}`.padEnd(22, '-'),
      buyerId: `buyer-${start + index}`,
      quantity: 1,
    }));
    const call = { saleId, epoch, perBuyer: 1, nowMs: reservedAtMs, requests };
    const reply = await stock.reserve(call);
    if (reply.kind !== 'done') throw new Error(`${saleId} is ${reply.kind}`);
    for (const [index, verdict] of reply.verdicts.entries()) {
      const request = requests[index];
      if (verdict.kind !== 'reserved' || request === undefined) throw new Error(verdict.kind);
      const { seq } = verdict;
      reservations.push({ saleId, epoch, bucket: 0, ...request, seq, reservedAtMs });
    }
  }
  return reservations;
}
