/**
 * Settling into PlanetScale, 20 ms away: `npm run bench planetscale`. The gateway of the tests
 * stands before the stack's MariaDB and adds 20 ms to each request, which is a service in the next
 * town. Batches of one sale, one after the other: what counts is how many requests an order costs.
 */
import { createConnection } from 'mysql2/promise';
import { systemClock } from '../contract/clock.ts';
import type { Reservation } from '../contract/log/codec.ts';
import { systemRandom } from '../contract/random.ts';
import { newSaleSchema } from '../contract/sale.ts';
import { saleFrom } from '../origin/sales/create-sale.ts';
import { createPlanetscaleBook } from '../origin/settle/planetscale-book.ts';
import { startPlanetscaleGateway } from '../test/gateways/planetscale.ts';
import { addresses } from '../test/stack/addresses.ts';
import { median, table } from './report.ts';

const ADDED_MS = 20;
const ROUNDS = 3;
const SIZES = [16, 128, 1_000];
/** In one round; the first of all is not counted, as it opens the session. */
const BATCHES = 5;
const BUCKETS = 4;
const SALE_ID = 'phone';

export async function planetscale(): Promise<void> {
  const { host, port, user, password } = addresses.mariadb;
  const database = `sluice_test_bench_${process.pid}`;
  const connection = await createConnection({ host, port, user, password });
  await connection.query(`CREATE DATABASE ${database}`);
  const mariadb = `mysql://${user}:${password}@${host}:${port}/${database}`;
  const gateway = await startPlanetscaleGateway({ mariadb });
  const book = createPlanetscaleBook({
    url: gateway.url,
    clock: systemClock,
    random: systemRandom,
  });
  let offset: bigint | undefined;
  async function settle(size: number): Promise<void> {
    const to = (offset ?? 0n) + 1n;
    const steps = [{ partition: 0, from: offset, to }];
    const reply = await book.settle({ log: 'bench', reservations: newBatch(size), steps });
    if (reply.kind !== 'settled') throw new Error('fenced');
    offset = to;
  }
  try {
    await book.migrate();
    await book.createSale(manyUnits());
    gateway.faults.delayMs = ADDED_MS;
    await settle(1);
    const rows = [];
    for (const size of SIZES) {
      const rates: number[] = [];
      const before = gateway.counts.posts();
      for (let round = 0; round < ROUNDS; round += 1) {
        const startedAt = performance.now();
        for (let batch = 0; batch < BATCHES; batch += 1) await settle(size);
        rates.push((size * BATCHES) / ((performance.now() - startedAt) / 1000));
      }
      const posts = (gateway.counts.posts() - before) / (ROUNDS * BATCHES);
      const batchMs = Math.round((size / median(rates)) * 1000);
      rows.push([String(size), median(rates), batchMs, posts, (posts / size).toFixed(3)]);
    }
    const columns = ['batch', 'orders/s', 'ms a batch', 'requests a batch', 'requests an order'];
    console.log(table(columns, rows));
  } finally {
    await book.close();
    await gateway.close();
    await connection.query(`DROP DATABASE ${database}`);
    await connection.end();
  }
}

let made = 0;

function newBatch(size: number): Reservation[] {
  return Array.from({ length: size }, () => {
    made += 1;
    return {
      saleId: SALE_ID,
      epoch: 1,
      bucket: made % BUCKETS,
      orderId: `bnch_${String(made).padStart(17, '0')}`,
      buyerId: `user-${made}`,
      quantity: 1,
      seq: made,
      reservedAtMs: systemClock.nowMs(),
    };
  });
}

function manyUnits() {
  const opensAt = new Date(0).toISOString();
  const closesAt = new Date(systemClock.nowMs() + 3_600_000).toISOString();
  const terms = { saleId: SALE_ID, title: SALE_ID, units: 10_000_000, price: 1, currency: 'CNY' };
  const wanted = newSaleSchema.parse({ ...terms, opensAt, closesAt, ratePerSecond: 1 });
  return saleFrom(wanted, { payWindowMs: 60_000, random: systemRandom });
}
