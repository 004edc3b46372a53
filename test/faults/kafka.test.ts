/**
 * Kafka in the middle of a sale: three brokers, each behind a proxy of its own. A leader dies while
 * it takes orders, one has no room on its disk, all are away. What was called `queued` is on two
 * brokers; what was not is `accepting`, and its outbox is bounded by the stock.
 */
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditSchema } from '../../contract/operator.ts';
import { pause } from '../../origin/timer.ts';
import { openShop, type Shop } from '../flow/shop.ts';
import { killableAddresses } from '../stack/addresses.ts';
import { type KillableServer, lockKillables, startKillableKafka } from '../stack/killable.ts';
import { expectWhole } from './aftermath.ts';
import { type Fleet, startFleet } from './fleet.ts';
import {
  IN_TIME,
  missingFor,
  notReady,
  startInWaves,
  startSale,
  TEST_LIMIT,
  UNITS,
  untilTold,
} from './stage.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const missing = await missingFor('java', 'prlimit');
const name = `Kafka in the middle of a sale${missing === undefined ? '' : `: ${missing}`}`;

describe.skipIf(missing !== undefined)(name, TEST_LIMIT, () => {
  let unlock: (() => void) | undefined;
  let proxies: TcpProxy[] = [];
  let brokers: KillableServer[] = [];
  let shop: Shop;
  let fleet: Fleet;
  let urls: string[];
  beforeAll(async () => {
    unlock = await lockKillables();
    const { host, ports } = killableAddresses.kafka;
    proxies = await Promise.all(ports.map((port) => startTcpProxy({ host, port })));
    brokers = await startKillableKafka(proxies.map(({ port }) => port));
    urls = proxies.map(({ port }) => `${host}:${port}`);
    const variables = {
      LOG_URL: `kafka://${urls.join(',')}`,
      LOG_REPLICATION: '3',
      LOG_LEVEL: 'silent',
    };
    shop = await openShop('servers', { variables });
    fleet = await startFleet(shop);
  });
  afterAll(async () => {
    await fleet?.stop();
    await shop?.close();
    for (const proxy of proxies) await proxy.close();
    await Promise.all(brokers.map((broker) => broker.remove()));
    unlock?.();
  });

  it('loses the leader of a partition while orders are produced', async () => {
    const { crowd, others } = await startInWaves(shop, fleet, 'leader');
    const index = (await leaderOf(0)) - 1;
    const leader = brokers[index];
    let dying: Promise<void> | undefined;
    const striking = proxies[index]?.whenAsked(/leader-buyer/, () => {
      dying = leader?.kill();
    });
    others(4_000);
    await striking;
    await dying;
    await expectWhole({ shop, saleId: 'leader', crowd, units: UNITS });
    await leader?.start();
  });

  it('is away: orders are accepting, and all catch up', async () => {
    const { crowd, others } = await startInWaves(shop, fleet, 'away');
    for (const proxy of proxies) await proxy.refuse();
    await untilTold(others(), '202 accepting');
    await expect.poll(() => notReady(fleet.urls[0] ?? ''), IN_TIME).toEqual(['log']);
    const { terms } = await shop.operator.get('/operator/sales/away/audit', auditSchema);
    for (const proxy of proxies) await proxy.accept();
    await expectWhole({ shop, saleId: 'away', crowd, units: UNITS });

    expect(terms.outbox).toBeGreaterThan(0);
    expect(terms.outbox).toBeLessThanOrEqual(UNITS);
  });

  it('is cut from one broker, whose answers are lost', async () => {
    const crowd = await startSale(shop, fleet, 'mute');
    await pause(1_000);
    const proxy = proxies[(await leaderOf(1)) - 1];
    proxy?.swallowAnswers(true);
    await pause(3_000);
    proxy?.swallowAnswers(false);
    proxy?.cut();
    await expectWhole({ shop, saleId: 'mute', crowd, units: UNITS });
  });

  it('has a broker without room on its disk', async () => {
    const { crowd, others } = await startInWaves(shop, fleet, 'full');
    const leader = brokers[(await leaderOf(2)) - 1];
    await leader?.limitFiles(1);
    others(4_000);
    await expect.poll(() => leader?.isRunning(), IN_TIME).toBe(false);
    await expectWhole({ shop, saleId: 'full', crowd, units: UNITS });
    await leader?.start();
  });

  /** The number of the broker that leads a partition of the orders. */
  async function leaderOf(partition: number): Promise<number> {
    const admin = new Kafka({ brokers: urls, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const topic = `${shop.environment.LOG_PREFIX}.orders`;
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    await admin.disconnect();
    const found = topics[0]?.partitions.find(({ partitionId }) => partitionId === partition);
    return found?.leader ?? 1;
  }
});
