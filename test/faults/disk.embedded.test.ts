/**
 * The disk is full under the embedded backends: nothing is accepted that is not on it, buyers are
 * told to ask again, and the sale goes on by itself once there is room.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pause } from '../../origin/timer.ts';
import { heldAgainstBook } from '../flow/promises.ts';
import { auditAtRest } from '../flow/sale.ts';
import { openShop, type Shop } from '../flow/shop.ts';
import { limitFileSize } from '../stack/killable.ts';
import { findProgram } from '../stack/processes.ts';
import { openKnownSale, sendCrowd, tally } from './buyers.ts';
import { BUYERS, OVER_MS, UNITS } from './stage.ts';
import { keepAlive, type Supervisor } from './supervisor.ts';

const canLimit = (await findProgram('prlimit')) !== undefined;

describe.skipIf(!canLimit)('a full disk on the embedded backends', () => {
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
    await openKnownSale(shop, urls, { saleId: 'full', units: UNITS });
    const crowd = sendCrowd({ shop, urls, saleId: 'full', buyers: BUYERS, overMs: OVER_MS });
    await pause(1_500);
    await limitFileSize(origin.pid(), largestFile(shop.environment.DATA_DIR ?? ''));
    const toldBefore = crowd.history.length;
    await pause(3_000);
    const told = tally(crowd.history.slice(toldBefore));
    await limitFileSize(origin.pid(), undefined);
    await crowd.gone;

    const audit = await auditAtRest(shop, 'full');
    const what = JSON.stringify({ told, all: tally(crowd.history), deaths: origin.deaths() });
    expect(audit.findings, what).toEqual([]);
    expect(audit.proof.orders, what).toEqual({ reserved: UNITS });
    expect(await heldAgainstBook(shop, crowd.history), what).toEqual([]);
    expect(told, what).toHaveProperty('503 overloaded');
  });
});

function largestFile(folder: string): number {
  const files = readdirSync(folder).map((file) => statSync(join(folder, file)));
  return Math.max(...files.map(({ size }) => size));
}
