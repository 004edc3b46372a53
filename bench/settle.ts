/**
 * Settling against what the database can do at best: `npm run bench settle`. Raw is a loop by hand
 * that inserts the same rows of the same table, 1,000 a statement, without any guard, count or
 * offset; one by one is what a consumer does that settles each order in a transaction of its own.
 * In turns, in one run.
 */
import { createHash } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import type { Reservation } from '../contract/log/codec.ts';
import { systemRandom } from '../contract/random.ts';
import { newSaleSchema } from '../contract/sale.ts';
import { saleFrom } from '../origin/sales/create-sale.ts';
import { createMysqlBook } from '../origin/settle/mysql-book.ts';
import { loadStatement } from '../origin/statements.ts';
import { addresses } from '../test/stack/addresses.ts';
import { median, table } from './report.ts';

const ROUNDS = 8;
const BATCH = 1_000;
const BATCHES = 10;
const SINGLES = 100;
const SALE_ID = 'phone';
const insertOrders = loadStatement(
  new URL('../origin/settle/sql/mysql/insert-orders.sql', import.meta.url),
);

type Way = (batch: readonly Reservation[]) => Promise<void>;

export async function settle(): Promise<void> {
  const { host, port, user, password } = addresses.mariadb;
  const database = `sluice_test_bench_${process.pid}`;
  const connection = await createConnection({ host, port, user, password });
  await connection.query(`CREATE DATABASE ${database}`);
  await connection.query(`USE ${database}`);
  const url = `mysql://${user}:${password}@${host}:${port}/${database}`;
  const book = createMysqlBook({ url, random: systemRandom });
  try {
    await book.migrate();
    await book.createSale(manyUnits());
    const raw: Way = async (batch) => {
      await connection.query(insertOrders, [batch.map(rowOf)]);
    };
    let offset: bigint | undefined;
    const settled: Way = async (reservations) => {
      const to = (offset ?? 0n) + 1n;
      const steps = [{ partition: 0, from: offset, to }];
      const reply = await book.settle({ log: 'bench', reservations, steps });
      if (reply.kind !== 'settled') throw new Error('fenced');
      offset = to;
    };
    await compare(raw, settled);
  } finally {
    await book.close();
    await connection.query(`DROP DATABASE ${database}`);
    await connection.end();
  }
}

async function compare(raw: Way, settled: Way): Promise<void> {
  const rates: Record<string, number[]> = {};
  const note = (name: string, value: number) => {
    rates[name] = [...(rates[name] ?? []), value];
  };
  for (let round = -1; round < ROUNDS; round += 1) {
    const rawRate = await measure(raw, BATCH, BATCHES);
    const settleRate = await measure(settled, BATCH, BATCHES);
    const singleRate = await measure(settled, 1, SINGLES);
    if (round < 0) continue;
    note('raw batches of 1000, orders/s', rawRate);
    note('settle batches of 1000, orders/s', settleRate);
    note('settle one by one, orders/s', singleRate);
    note('settle / raw', settleRate / rawRate);
    note('settle / one by one', settleRate / singleRate);
  }
  const rows = Object.entries(rates).map(([way, all]) => [way, median(all), ...all]);
  console.log(table(['way', 'median', 'rounds'], rows));
}

async function measure(way: Way, size: number, count: number): Promise<number> {
  const batches = Array.from({ length: count }, () => newBatch(size));
  const startedAt = performance.now();
  for (const batch of batches) await way(batch);
  return (size * count) / ((performance.now() - startedAt) / 1000);
}

let made = 0;

function newBatch(size: number): Reservation[] {
  return Array.from({ length: size }, () => {
    made += 1;
    const hash = createHash('sha256').update(String(made)).digest();
    const orderId = Buffer.concat([Buffer.from('bnch'), hash.subarray(0, 12)]);
    return {
      saleId: SALE_ID,
      epoch: 1,
      bucket: 0,
      orderId: orderId.toString('base64url'),
      buyerId: `user-${made}`,
      quantity: 1,
      seq: made,
      reservedAtMs: Date.now(),
    };
  });
}

/** In the order of the columns of insert-orders.sql. */
function rowOf(order: Reservation): (string | number)[] {
  const { orderId, saleId, buyerId, quantity, epoch, bucket, seq, reservedAtMs } = order;
  const settled = [reservedAtMs, reservedAtMs + 60_000, 1];
  return [orderId, saleId, buyerId, quantity, epoch, bucket, seq, reservedAtMs, ...settled];
}

function manyUnits() {
  const opensAt = new Date(0).toISOString();
  const closesAt = new Date(Date.now() + 3_600_000).toISOString();
  const terms = { saleId: SALE_ID, title: SALE_ID, units: 10_000_000, price: 1, currency: 'CNY' };
  const wanted = newSaleSchema.parse({ ...terms, opensAt, closesAt, ratePerSecond: 1 });
  return saleFrom(wanted, { payWindowMs: 60_000, random: systemRandom });
}
