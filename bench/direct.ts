/**
 * What it costs to settle without a log: `npm run bench direct`. An API process with LOG_URL=direct
 * on Redis and MariaDB, the book behind a proxy that adds nothing or 20 ms to each round trip.
 * Each order is answered `reserved` after the book's COMMIT; what waits meanwhile is the next
 * batch, and so the crowd pays for a round trip together, where one buyer alone pays for each.
 */

import { startTcpProxy } from '../test/faults/tcp-proxy.ts';
import { openSale } from '../test/flow/sale.ts';
import { openShop, type Shop } from '../test/flow/shop.ts';
import { type LoadResult, load } from './load.ts';
import { table } from './report.ts';
import { orderRequests } from './requests.ts';

const ADDED_MS = [0, 20];
/** Buyers who click at once, and how many orders are measured of them. */
const CROWDS = [
  { buyers: 1, orders: 30 },
  { buyers: 64, orders: 2_000 },
  { buyers: 512, orders: 8_000 },
];
const WARM_UP = 5_000;
const MOST_BUYERS = 512;

export async function direct(): Promise<void> {
  const shop = await openShop('servers');
  const proxy = await startTcpProxy(shop.environment.BOOK_URL ?? '');
  const variables = {
    LOG_URL: 'direct',
    BOOK_URL: proxy.through(shop.environment.BOOK_URL ?? ''),
    // Nobody is told `accepting`: the whole wait is measured.
    ACCEPT_WAIT_MS: '60000',
  };
  try {
    const origin = await shop.startOrigin(variables);
    await measure(shop, 'warm-up', { buyers: MOST_BUYERS, orders: WARM_UP });
    const rows: (string | number)[][] = [];
    for (const addedMs of ADDED_MS) {
      proxy.delay(addedMs);
      for (const crowd of CROWDS) {
        const before = await settled(origin.url);
        const result = await measure(shop, `added-${addedMs}-${crowd.buyers}`, crowd);
        const after = await settled(origin.url);
        const batch = (after.orders - before.orders) / (after.batches - before.batches);
        const { perSecond, p50Ms, p99Ms } = result;
        const numbers = [perSecond, batch, p50Ms, p99Ms].map((one) => one.toFixed(0));
        rows.push([`+${addedMs} ms`, String(crowd.buyers), ...numbers]);
      }
    }
    await origin.stop();
    const header = [
      'round trip',
      'buyers at once',
      'orders/s',
      'orders a batch',
      'p50 ms',
      'p99 ms',
    ];
    console.log(table(header, rows));
  } finally {
    await shop.close();
    await proxy.close();
  }
}

async function measure(
  shop: Shop,
  saleId: string,
  { buyers, orders }: { buyers: number; orders: number },
): Promise<LoadResult> {
  await openSale(shop, { saleId, units: orders });
  const passKeys = shop.environment.PASS_KEYS ?? '';
  const crowd = { passKeys, saleId, crowd: saleId, count: orders, nowMs: Date.now() };
  const port = Number(shop.environment.ORIGIN_PORT);
  const result = await load({ port, connections: buyers, requests: orderRequests(crowd) });
  if (result.statuses[200] === orders) return result;
  throw new Error(`answers that are not 200: ${JSON.stringify(result)}`);
}

/** Transactions of the book so far, and the orders in them. */
async function settled(url: string): Promise<{ batches: number; orders: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const read = (name: string) =>
    Number(new RegExp(`^sluice_settle_batch_size_${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
  return { batches: read('count'), orders: read('sum') };
}
