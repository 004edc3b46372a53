/**
 * Reservations on Redis over HTTP with 20 ms on the way, there and back: `npm run bench upstash`.
 * Batches of one size, one call after the other, as the batcher in front of the stock sends them
 * for a sale; then that batcher itself, and several calls at once. The gateway shares the process.
 */

import { createRedisStock } from '../origin/admit/redis-stock.ts';
import { createReserveBatcher } from '../origin/admit/reserve-batcher.ts';
import type { StockLedger } from '../origin/admit/stock.ts';
import { forgetKeys, freshKeyPrefix } from '../test/backends/redis.ts';
import { order } from '../test/backends/stock.trial.ts';
import type { UpstashGateway } from '../test/gateways/upstash.ts';
import { startUpstashInFront } from '../test/gateways/upstash-redis.ts';
import { saleOf } from '../test/origin/fakes.ts';
import { table } from './report.ts';

const ROUND_TRIP_MS = 20;
const LASTS_MS = 4_000;
const BATCHES = [1, 16, 128];
const LARGEST = 128;
const CALLS_AT_ONCE = 4;
/** Waiting at the batcher at any moment: enough for two full calls. */
const BUYERS = 256;
const UNITS = 10_000_000;
const NOW_MS = 1_790_000_000_000;

let orders = 0;

export async function upstash(): Promise<void> {
  const keyPrefix = freshKeyPrefix();
  const { gateway, redis, close } = await startUpstashInFront();
  const stock = createRedisStock({ redis, keyPrefix });
  const rows: (string | number)[][] = [];
  const header = ['reserving', 'orders/s', 'round trips an order', 'ms a call'];
  try {
    for (const saleId of ['warm', 'measured']) await stock.load({ saleId, epoch: 1, units: UNITS });
    await reserve(stock, 'warm', 1);
    gateway.faults.roundTrip(ROUND_TRIP_MS);
    for (const size of BATCHES) {
      const calls = async () => reserve(stock, 'measured', size);
      rows.push([`${size} a call`, ...(await measure(gateway, 1, calls))]);
    }
    const large = async () => reserve(stock, 'measured', LARGEST);
    const many = await measure(gateway, CALLS_AT_ONCE, large);
    rows.push([`${LARGEST} a call, ${CALLS_AT_ONCE} calls at once`, ...many]);
    const batched = await measure(gateway, BUYERS, batchedBy(stock));
    rows.push([`${BUYERS} buyers at the batcher`, ...batched.slice(0, 2), '']);
    console.log(table(header, rows));
  } finally {
    await close();
    await forgetKeys(keyPrefix);
  }
}

function batchedBy(stock: StockLedger): () => Promise<number> {
  const batcher = createReserveBatcher({ stock, nowMs: () => NOW_MS, observe() {} });
  const sale = saleOf({ saleId: 'measured', epoch: 1, perBuyer: 1 });
  return async () => {
    const verdict = await batcher.reserve(sale, nextRequest());
    if (verdict.kind !== 'reserved') throw new Error(`not reserved: ${verdict.kind}`);
    return 1;
  };
}

/** Orders a second, round trips an order, milliseconds a piece of work; `atOnce` side by side. */
async function measure(gateway: UpstashGateway, atOnce: number, work: () => Promise<number>) {
  const requestsBefore = gateway.counts.requests;
  const startedAt = performance.now();
  let [made, times] = [0, 0];
  async function repeat(): Promise<void> {
    while (performance.now() - startedAt < LASTS_MS) {
      const count = await work();
      made += count;
      times += 1;
    }
  }
  await Promise.all(Array.from({ length: atOnce }, repeat));
  const tookMs = performance.now() - startedAt;
  const roundTrips = gateway.counts.requests - requestsBefore;
  const perOrder = (roundTrips / made).toFixed(4);
  return [(made * 1000) / tookMs, perOrder, (tookMs * atOnce) / times];
}

async function reserve(stock: StockLedger, saleId: string, size: number): Promise<number> {
  const requests = Array.from({ length: size }, nextRequest);
  const reply = await stock.reserve({ saleId, epoch: 1, perBuyer: 1, nowMs: NOW_MS, requests });
  if (reply.kind !== 'done') throw new Error('the store is recovering');
  return size;
}

function nextRequest() {
  orders += 1;
  return { orderId: order(orders), buyerId: `buyer-${orders}`, quantity: 1 };
}
