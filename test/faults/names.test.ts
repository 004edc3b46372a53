/**
 * The servers' names stop resolving in the middle of a sale, just when the connections break.
 * Connections that stand go on; broken ones come back by themselves when the names do.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pause } from '../../origin/timer.ts';
import { openShop, type Shop } from '../flow/shop.ts';
import { addresses } from '../stack/addresses.ts';
import { expectWhole } from './aftermath.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { IN_TIME, missingFor, startInWaves, TEST_LIMIT, UNITS, untilTold } from './stage.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const missing = await missingFor();
const name = `names that do not resolve${missing === undefined ? '' : `: ${missing}`}`;

describe.skipIf(missing !== undefined)(name, TEST_LIMIT, () => {
  let proxies: TcpProxy[] = [];
  let shop: Shop;
  let fleet: Fleet;
  let namesFile: string;
  beforeAll(async () => {
    shop = await openShop('servers');
    namesFile = join(shop.environment.DATA_DIR ?? '', 'names');
    writeFileSync(namesFile, '');
    const redis = await startTcpProxy(addresses.redis);
    const mariadb = await startTcpProxy(addresses.mariadb);
    proxies = [redis, mariadb];
    const named = (url: string | undefined, proxy: TcpProxy, host: string) =>
      proxy.through(url ?? '').replace('127.0.0.1', `${host}.sluice.test`);
    const variables = {
      STOCK_URL: named(shop.environment.STOCK_URL, redis, 'redis'),
      LEASE_URL: named(shop.environment.LEASE_URL, redis, 'redis'),
      BOOK_URL: named(shop.environment.BOOK_URL, mariadb, 'mariadb'),
      NODE_OPTIONS: `--import=${join(import.meta.dirname, 'name-service.ts')}`,
      NAMES_FILE: namesFile,
      LOG_LEVEL: 'silent',
    };
    fleet = await startFleet(shop, { variables });
  });
  afterAll(async () => {
    await fleet?.stop();
    await shop?.close();
    for (const proxy of proxies) await proxy.close();
  });

  it('keep nobody from an order once they resolve again', async () => {
    const { crowd, others } = await startInWaves(shop, fleet, 'names');
    rmSync(namesFile);
    for (const proxy of proxies) proxy.cut();
    await untilTold(others(), '503 overloaded');
    await pause(2_000);
    const connections = () => proxies.map((proxy) => proxy.connections());
    await expect.poll(connections, IN_TIME).toEqual([0, 0]);
    writeFileSync(namesFile, '');
    await expectWhole({ shop, saleId: 'names', crowd, units: UNITS });
  });
});
