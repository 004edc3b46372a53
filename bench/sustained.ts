/**
 * Orders a second that the whole origin sustains, from the click to the settled row: `npm run bench
 * sustained`. One process admits, one settles, with Redis, Kafka, MariaDB and the load on the same
 * machine. The load starts orders at a fixed rate; the backlog must not grow, and every order must
 * be in the book soon after the last click.
 */
import { pause } from '../origin/timer.ts';
import { auditAtRest, openSale } from '../test/flow/sale.ts';
import { freePort, openShop, type Shop } from '../test/flow/shop.ts';
import { load } from './load.ts';
import { table } from './report.ts';
import { orderRequests } from './requests.ts';

const SECONDS = 60;
const WARM_UP_SECONDS = 10;
const CONNECTIONS = 256;

export async function sustained(ordersPerSecond: number): Promise<void> {
  const shop = await openShop('servers');
  try {
    const settlePort = String(await freePort());
    const settle = await shop.startOrigin({ ROLES: 'settle', ORIGIN_PORT: settlePort });
    await shop.startOrigin({ ROLES: 'api,relay,reconcile' });
    const warmUp = {
      saleId: 'warm-up',
      ordersPerSecond: ordersPerSecond / 2,
      seconds: WARM_UP_SECONDS,
    };
    await run(shop, settle.url, warmUp);
    const sale = { saleId: 'sale', ordersPerSecond, seconds: SECONDS };
    const { result, lags, caughtUpMs } = await run(shop, settle.url, sale);
    const rows = [
      ['asked for, orders/s', ordersPerSecond, ''],
      ['accepted, orders/s', result.perSecond, JSON.stringify(result.statuses)],
      ['age of the oldest unsettled record, each 5 s, s', lags.at(-1) ?? 0, lags.join(' ')],
      ['last order settled after the last answer, ms', caughtUpMs, ''],
      ['answer p50, ms', result.p50Ms, `p99 ${result.p99Ms.toFixed(0)}`],
    ];
    console.log(table(['what', 'value', 'details'], rows));
  } finally {
    await shop.close();
  }
}

interface Run {
  saleId: string;
  ordersPerSecond: number;
  seconds: number;
}

async function run(shop: Shop, settleUrl: string, { saleId, ordersPerSecond, seconds }: Run) {
  const count = Math.round(ordersPerSecond * seconds);
  await openSale(shop, { saleId, units: count });
  const requests = orderRequests({
    passKeys: shop.environment.PASS_KEYS ?? '',
    saleId,
    crowd: saleId,
    count,
    nowMs: Date.now(),
    perSecond: ordersPerSecond,
  });
  const watching = watchLag(settleUrl);
  const port = Number(shop.environment.ORIGIN_PORT);
  const result = await load({
    port,
    connections: CONNECTIONS,
    requests,
    perSecond: ordersPerSecond,
  });
  const endedAt = performance.now();
  const lags = await watching.stop();
  const audit = await auditAtRest(shop, saleId, 120_000);
  if (!audit.balanced || audit.proof.reservedUnits !== count) {
    throw new Error(`not all is settled: ${JSON.stringify(audit)}`);
  }
  return { result, lags, caughtUpMs: performance.now() - endedAt };
}

const LOOK_EVERY_MS = 5_000;

/** How old the oldest record is that has not settled, in seconds, looked at every few seconds. */
function watchLag(settleUrl: string) {
  const lags: number[] = [];
  const stopping = new AbortController();
  const looking = (async () => {
    for (;;) {
      await pause(LOOK_EVERY_MS, stopping.signal);
      if (stopping.signal.aborted) return;
      const metrics = await (await fetch(`${settleUrl}/metrics`)).text();
      lags.push(Number(/^sluice_log_lag_seconds (.+)$/m.exec(metrics)?.[1]));
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await looking;
      return lags;
    },
  };
}
