/**
 * `npm run soak -- [minutes]` (10 unless given): buyers order without a pause, nobody pays, orders
 * expire and their units are sold again. Every ten seconds it prints what the processes hold on to
 * and have resident, and the memory of Redis; at its end it says whether each stayed flat, and what
 * the audit found. Exit code 1 when one grew or the ledger is off. Needs the stack; the Redis is
 * one of its own.
 */
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { pause } from '../../origin/timer.ts';
import { auditAtRest } from '../flow/sale.ts';
import { openShop, type Shop } from '../flow/shop.ts';
import {
  type KillableServer,
  lockKillables,
  memoryOf,
  startKillableRedis,
} from '../stack/killable.ts';
import { createAsking, openKnownSale } from './buyers.ts';
import { type Fleet, startFleet } from './fleet.ts';
import type { Told } from './history.ts';
import { judgeGrowth, type Sample } from './memory.ts';
import { gaugeOf, missingFor } from './stage.ts';

const SALE_ID = 'soak';
const UNITS = 2_000;
const PAY_WINDOW_MS = 3_000;
/** About a third of what two cores do beside the servers: memory is watched here, not speed. */
const ORDERS_PER_SECOND = 150;
const COLLECTING = {
  NODE_OPTIONS: `--import=${join(import.meta.dirname, 'collect.ts')}`,
  LOG_LEVEL: 'error',
};
const TICK_MS = 20;
const SAMPLE_EVERY_MS = 10_000;
/** A full collection of such a heap takes 50 ms. */
const COLLECTED_WITHIN_MS = 500;
/** MEMORY USAGE counts 24 bytes for an entry of a set; the allocator takes 32. */
const UNCOUNTED_BYTES = 8;
const REST_WITHIN_MS = 60_000;

const minutes = Number(process.argv[2] ?? 10);
const missing = await missingFor('redis-server');
if (missing !== undefined || !(minutes > 0)) {
  console.error(missing ?? 'usage: npm run soak -- [minutes]');
  process.exit(2);
}
process.exitCode = await soak();

async function soak(): Promise<number> {
  const unlock = await lockKillables('soakLock');
  const redis = await startKillableRedis('soak');
  const variables = { STOCK_URL: redis.url, LEASE_URL: redis.url, ...COLLECTING };
  const shop = await openShop('servers', { variables });
  let fleet: Fleet | undefined;
  try {
    fleet = await startFleet(shop);
    return await run({ shop, fleet, redis });
  } finally {
    await fleet?.stop();
    await shop.close();
    await redis.remove();
    unlock();
  }
}

interface Parts {
  shop: Shop;
  fleet: Fleet;
  redis: KillableServer;
}

async function run(parts: Parts): Promise<number> {
  const { shop, fleet } = parts;
  const sale = { saleId: SALE_ID, units: UNITS, payWindowMs: PAY_WINDOW_MS };
  await openKnownSale(shop, fleet.urls, sale);
  const crowd = startOrders(parts);
  const samples = await watchMemory(parts, crowd.counts);
  await crowd.stop();
  const audit = await auditAtRest(shop, SALE_ID, REST_WITHIN_MS);

  const verdicts = judgeGrowth(samples);
  for (const { name, from, to, isFlat } of verdicts) {
    console.log(`${name}: ${megabytes(from)} -> ${megabytes(to)} MB, ${isFlat ? '' : 'not '}flat`);
  }
  for (const finding of audit.findings) console.log(`audit: ${finding}`);
  const isWell = verdicts.every(({ isFlat }) => isFlat) && audit.findings.length === 0;
  console.log(`${isWell ? 'flat' : 'not flat'}; ${fleet.deaths()} processes died`);
  return isWell && fleet.deaths() === 0 ? 0 : 1;
}

/** Orders at an even rate, whatever becomes of them; nothing that was told is kept. */
function startOrders({ shop, fleet: { urls } }: Parts) {
  const history: Told[] = [];
  const { click } = createAsking({ shop, urls, saleId: SALE_ID }, history);
  const counts = { ordered: 0, refused: 0 };
  const startedAtMs = performance.now();
  let sent = 0;
  let stopping = false;
  let underWay = 0;

  async function order(buyerId: string): Promise<void> {
    underWay += 1;
    const { orderId } = await click(buyerId, `click-of-${buyerId}`);
    underWay -= 1;
    if (orderId === undefined) counts.refused += 1;
    else counts.ordered += 1;
    history.length = 0;
  }

  async function keepOrdering(): Promise<void> {
    while (!stopping) {
      const due = ((performance.now() - startedAtMs) / 1_000) * ORDERS_PER_SECOND;
      for (; sent < due; sent += 1) void order(`buyer-${sent}`);
      await pause(TICK_MS);
    }
    while (underWay > 0) await pause(TICK_MS);
  }
  const ordering = keepOrdering();
  return {
    counts,
    stop() {
      stopping = true;
      return ordering;
    },
  };
}

async function watchMemory(parts: Parts, counts: { ordered: number; refused: number }) {
  const { shop, fleet, redis } = parts;
  const client = new Redis(redis.url);
  const releasedKey = `${shop.environment.STOCK_PREFIX}{${SALE_ID}:0}:released`;
  const processes = {
    ...{ 'settle 1': fleet.settles[0], 'settle 2': fleet.settles[1] },
    ...{ 'api 1': fleet.apis[0], 'api 2': fleet.apis[1] },
  };
  const samples: Sample[] = [];
  for (let second = SAMPLE_EVERY_MS / 1_000; second <= minutes * 60; ) {
    await pause(SAMPLE_EVERY_MS - COLLECTED_WITHIN_MS);
    for (const process of Object.values(processes)) await process.signal('SIGUSR2');
    await pause(COLLECTED_WITHIN_MS);
    const sample: Sample = {};
    for (const [name, process] of Object.entries(processes)) {
      sample[name] = await gaugeOf('sluice_nodejs_heap_size_used_bytes', [process]);
    }
    const released = await releasedBytes(client, releasedKey);
    const used = Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1]);
    samples.push({ ...sample, redis: used - released });
    const held = Object.entries(sample).map(([name, bytes]) => `${name} ${megabytes(bytes)}`);
    const resident = Object.values(processes).map((process) => megabytes(memoryOf(process.pid())));
    console.log(
      `${String(second).padStart(5)} s  ${counts.ordered} orders, ${counts.refused} refused; MB ` +
        `held: ${held.join(', ')}; resident: ${resident.join(', ')}; ` +
        `redis ${megabytes(used - released)} and ${megabytes(released)} of released ids`,
    );
    second += SAMPLE_EVERY_MS / 1_000;
  }
  await client.quit();
  return samples;
}

/**
 * The ids of orders that gave their units back are kept until the sale's next epoch: they grow with
 * the orders, as docs/keys.md says, and are measured apart.
 */
async function releasedBytes(client: Redis, key: string): Promise<number> {
  const counted = Number(await client.memory('USAGE', key, 'SAMPLES', 0));
  return counted + (await client.scard(key)) * UNCOUNTED_BYTES;
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
