/**
 * The disk is full under the embedded backends: nothing is accepted that is not on it, buyers are
 * told to ask again, and the sale goes on by itself once there is room.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { heldAgainstBook } from '../flow/promises.ts';
import { auditAtRest } from '../flow/sale.ts';
import { openShop, type Shop } from '../flow/shop.ts';
import { limitFileSize } from '../stack/killable.ts';
import { findProgram } from '../stack/processes.ts';
import { tally } from './buyers.ts';
import { startInWaves, TEST_LIMIT, UNITS, untilTold } from './stage.ts';
import { keepAlive, type Supervisor } from './supervisor.ts';

const canLimit = (await findProgram('prlimit')) !== undefined;

describe.skipIf(!canLimit)('a full disk on the embedded backends', TEST_LIMIT, () => {
  let shop: Shop;
  let origin: Supervisor;
  beforeAll(async () => {
    shop = await openShop('embedded');
    origin = await keepAlive(() => shop.startOrigin({ LOG_LEVEL: 'silent' }));
  });
  afterAll(async () => {
    await origin?.stop();
    await shop?.close();
  });

  it('takes orders again once there is room', async () => {
    const urls = [origin.url];
    const { crowd, others } = await startInWaves(shop, { urls }, 'full');
    await limitFileSize(origin.pid(), largestFile(shop.environment.DATA_DIR ?? ''));
    await untilTold(others(), '503 overloaded', 5);
    await limitFileSize(origin.pid(), undefined);
    await crowd.gone;

    const audit = await auditAtRest(shop, 'full');
    const what = JSON.stringify({ all: tally(crowd.history), deaths: origin.deaths() });
    expect(audit.findings, what).toEqual([]);
    expect(audit.proof.orders, what).toEqual({ reserved: UNITS });
    expect(await heldAgainstBook(shop, crowd.history), what).toEqual([]);
  });
});

function largestFile(folder: string): number {
  const files = readdirSync(folder).map((file) => statSync(join(folder, file)));
  return Math.max(...files.map(({ size }) => size));
}
