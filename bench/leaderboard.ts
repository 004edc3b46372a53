/**
 * From settled to seen: `npm run bench leaderboard`. Orders settle into MariaDB at a fixed rate, a
 * batch every 20 ms as the settler makes them, and the leaderboard role follows under its lease.
 * The time runs from a row's settled_at, the beginning of its transaction, until its buyer has a
 * rank in Redis; one buyer of each batch is looked for, every 2 ms.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import pino from 'pino';
import { systemClock } from '../contract/clock.ts';
import type { Reservation } from '../contract/log/codec.ts';
import { systemRandom } from '../contract/random.ts';
import { newSaleSchema } from '../contract/sale.ts';
import type { LeaderboardStore } from '../origin/leaderboard/board.ts';
import { createLeaderboardRound, FOLLOW_EVERY_MS } from '../origin/leaderboard/follow.ts';
import { createRedisBoard } from '../origin/leaderboard/redis-board.ts';
import { createRedisLease } from '../origin/lease/redis-lease.ts';
import { startSingleton } from '../origin/lease/singleton.ts';
import { connectRedis } from '../origin/redis-socket.ts';
import { saleFrom } from '../origin/sales/create-sale.ts';
import type { OrderBook, Sale } from '../origin/settle/book.ts';
import { createMysqlBook } from '../origin/settle/mysql-book.ts';
import { forgetKeys, freshKeyPrefix, redisUrl } from '../test/backends/redis.ts';
import { addresses } from '../test/stack/addresses.ts';
import { table } from './report.ts';

const ORDERS_PER_SECOND = 2_000;
const BATCH_EVERY_MS = 20;
const RUN_MS = 15_000;
/** Not counted: plans, pools and code are warm after that. */
const WARM_UP_MS = 2_000;
const LOOK_EVERY_MS = 2;
const SALE_ID = 'phone';

export async function leaderboard(): Promise<void> {
  const { host, port, user, password } = addresses.mariadb;
  const database = `sluice_test_bench_${process.pid}`;
  const connection = await createConnection({ host, port, user, password });
  await connection.query(`CREATE DATABASE ${database}`);
  const url = `mysql://${user}:${password}@${host}:${port}/${database}`;
  const book = createMysqlBook({ url, random: systemRandom });
  const keyPrefix = freshKeyPrefix();
  const board = createRedisBoard({ redis: connectRedis({ url: redisUrl }), keyPrefix });
  const leases = createRedisLease({ redis: connectRedis({ url: redisUrl }), keyPrefix });
  try {
    await book.migrate();
    const sale = manyUnits();
    await book.createSale(sale);
    const logger = pino({ level: 'warn' });
    const role = startSingleton({
      ...{ name: 'leaderboard', holder: 'bench', leases, leaseTtlMs: 10_000, logger },
      clock: systemClock,
      everyMs: FOLLOW_EVERY_MS,
      round: createLeaderboardRound({ book, board, sales: () => [sale], logger, observe() {} }),
    });
    await measure(book, board);
    await role.close();
  } finally {
    await book.close();
    await board.close();
    await leases.close();
    await forgetKeys(keyPrefix);
    await connection.query(`DROP DATABASE ${database}`);
    await connection.end();
  }
}

async function measure(book: OrderBook, board: LeaderboardStore): Promise<void> {
  const startedAtMs = Date.now();
  const looking: Promise<number>[] = [];
  const committing: number[] = [];
  let settled = 0;
  for (let due = startedAtMs; due < startedAtMs + RUN_MS; due += BATCH_EVERY_MS) {
    await sleep(Math.max(0, due - Date.now()));
    const reservations = newBatch((ORDERS_PER_SECOND * BATCH_EVERY_MS) / 1_000);
    const reply = await book.settle({ log: 'bench', reservations, steps: [] });
    if (reply.kind !== 'settled') throw new Error('fenced');
    settled += reply.orders.length;
    const order = reply.orders[0];
    if (order === undefined || due < startedAtMs + WARM_UP_MS) continue;
    committing.push(Date.now() - order.settledAtMs);
    looking.push(seenAfterMs(board, order.buyerId, order.settledAtMs));
  }
  const seconds = (Date.now() - startedAtMs) / 1_000;
  const seen = await Promise.all(looking);
  console.log(
    table(
      ['ms since settled_at', 'p50', 'p90 p99 longest'],
      [
        ['its transaction is answered', ...spread(committing)],
        ['seen on the board', ...spread(seen)],
      ],
    ),
  );
  console.log(`\n${seen.length} orders looked for, ${Math.round(settled / seconds)} settled/s`);
}

function spread(values: readonly number[]): string[] {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (part: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
  return [0.5, 0.9, 0.99, 1].map((part) => String(at(part)));
}

async function seenAfterMs(
  board: LeaderboardStore,
  buyerId: string,
  settledAtMs: number,
): Promise<number> {
  while ((await board.rank(SALE_ID, buyerId)) === undefined) await sleep(LOOK_EVERY_MS);
  return Date.now() - settledAtMs;
}

let made = 0;

function newBatch(size: number): Reservation[] {
  return Array.from({ length: size }, () => {
    made += 1;
    const hash = createHash('sha256').update(String(made)).digest();
    return {
      saleId: SALE_ID,
      epoch: 1,
      bucket: 0,
      orderId: Buffer.concat([Buffer.from('bnch'), hash.subarray(0, 12)]).toString('base64url'),
      buyerId: `user-${made}`,
      quantity: 1,
      seq: made,
      reservedAtMs: Date.now(),
    };
  });
}

function manyUnits(): Sale {
  const opensAt = new Date(Date.now() - 1_000).toISOString();
  const closesAt = new Date(Date.now() + 3_600_000).toISOString();
  const terms = { saleId: SALE_ID, title: SALE_ID, units: 1_000_000, price: 1, currency: 'CNY' };
  const wanted = newSaleSchema.parse({ ...terms, opensAt, closesAt });
  return saleFrom(wanted, { payWindowMs: 600_000, random: systemRandom });
}
