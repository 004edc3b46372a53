/**
 * kill -9 at every failpoint of an order's later life: paying, closing, waiting, ranking, telling
 * the shop. In small sales the process dies once in each place and is started again. Afterwards
 * every unit is paid or free, no money is kept for nothing, the line was served in its order, the
 * board shows who holds an order, and the shop was told of every step.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliveriesSchema } from '../../contract/deliveries.ts';
import { leaderboardSchema } from '../../contract/leaderboard.ts';
import type { FailpointName } from '../../origin/failpoints.ts';
import { auditAtRest, openSale } from '../flow/sale.ts';
import { type BackendsKind, missingServers, openShop, type Shop } from '../flow/shop.ts';
import { untilThere } from '../life/act.ts';
import { runCrowd } from '../life/crowd.ts';
import { type Door, openDoor } from '../life/door.ts';
import type { Fate } from '../life/fates.ts';
import { judgeLife } from '../life/judge.ts';
import { type Records, readRecords } from '../life/records.ts';
import { startSaleLife } from '../life/sale-life.ts';
import { openShopEar, type ShopEar } from '../life/shop-ear.ts';
import { supervise } from './supervisor.ts';

const UNITS = 4;
const BUYERS = 12;
const PAY_WINDOW_MS = 2_500;
const LATE_MS = 3_000;
const REST_WITHIN_MS = 40_000;

/** What those do who get an order first; everybody after them pays. */
const FATES: Fate[] = [
  'take-long',
  'pay-then-refund',
  'cancel-while-paying',
  'cancel',
  'decline',
  // Again, since the time of the first ones may pass while the process is dead.
  'take-long',
  'pay-then-refund',
];

/** Two deaths a sale, the second in the life that follows the first one. */
const PLACES: [first: FailpointName, second: FailpointName][] = [
  ['pay.after-open', 'pay.after-refund'],
  ['pay.before-commit', 'close.before-commit'],
  ['pay.after-commit', 'deliver.after-apply'],
  ['waitlist.before-commit', 'close.after-commit'],
  ['waitlist.after-commit', 'pay.after-cancel'],
  ['leaderboard.after-apply', 'notify.after-send'],
];

export async function exerciseLaterKills(kind: BackendsKind): Promise<void> {
  const missing = await missingServers(kind);
  const why = missing === undefined ? '' : `: ${missing}`;

  describe.skipIf(missing !== undefined)(`killed while orders live on ${kind}${why}`, () => {
    let shop: Shop;
    let door: Door;
    let ear: ShopEar;
    beforeAll(async () => {
      shop = await openShop(kind);
      ear = await openShopEar();
      shop.environment.WEBHOOK_URL = ear.url;
      shop.environment.WEBHOOK_SECRET = `whsec_${randomBytes(32).toString('base64')}`;
      const originUrls = [shop.environment.ORIGIN_URL ?? ''];
      // Events come as they are sent: what is late or double here comes from the death alone.
      door = await openDoor({
        ...{ originUrls, passKeys: shop.environment.PASS_KEYS ?? '' },
        dice: () => 1,
      });
    });
    afterAll(async () => {
      door?.close();
      ear?.close();
      await shop?.close();
    });

    it.each(PLACES)('dies at %s, then at %s', { timeout: 90_000 }, async (first, second) => {
      const saleId = first.replace('.', '-');
      door.heard.length = 0;
      const lateMs = { SANDBOX_LATE_MS: String(LATE_MS) };
      const sandbox = await shop.startSandbox(door.eventsUrl, lateMs);
      const supervisor = await supervise(
        shop,
        { FAILPOINTS: `${first}=kill` },
        { FAILPOINTS: `${second}=kill` },
      );
      try {
        await openSale(shop, { saleId, units: UNITS, payWindowMs: PAY_WINDOW_MS, waitlistCap: 50 });
        const fates = FATES.values();
        const fateOf = () => fates.next().value ?? 'pay';
        const life = startSaleLife({ shop, door, saleId, lateMs: LATE_MS, fateOf });
        await runCrowd({ door, saleId, buyers: BUYERS, parallel: BUYERS, dice: () => 0.5 });
        await life.atRest(REST_WITHIN_MS);
        await life.stop();
        const audit = await auditAtRest(shop, saleId);
        const board = await door.ask('', 'GET', `/api/sales/${saleId}/leaderboard`);
        await untilTold(shop);

        expect(supervisor.deaths(), 'deaths').toBe(2);
        expect(audit.findings).toEqual([]);
        await supervisor.stop();
        await sandbox.stop();
        const records = await readRecords(shop, kind, saleId);
        expect(judgeLife(records, door.heard, door.shown)).toEqual([]);
        expect(door.sins).toEqual([]);
        expect(records.orders.length).toBeGreaterThan(UNITS);
        const { buyers, curve } = leaderboardSchema.parse(board.body);
        const sold = curve.reduce((sum, { units }) => sum + units, 0);
        const paid = records.orders.filter(({ state }) => state === 'paid').length;
        expect({ buyers, sold }).toEqual({ buyers: paid, sold: paid });
        expect(noticesOf(ear, records)).toEqual(noticesWanted(records));
      } finally {
        await supervisor.stop();
        await sandbox.stop();
      }
    });
  });
}

/** Until all notices that were made are delivered; they are made within a tenth of a second. */
async function untilTold({ operator }: Shop): Promise<void> {
  let calm = 0;
  await untilThere(async () => {
    const { deliveries } = await operator.get(
      '/operator/deliveries?state=pending&limit=1',
      deliveriesSchema,
    );
    calm = deliveries.length === 0 ? calm + 1 : 0;
    return calm > 2 ? true : undefined;
  });
}

/** The notices of this sale that came, each once, in the order of their coming for each order. */
function noticesOf({ notices }: ShopEar, { orders }: Records): Record<string, string[]> {
  const own = new Set(orders.map(({ orderId }) => orderId));
  const told: Record<string, string[]> = {};
  for (const deliveryId of notices.keys()) {
    const [orderId = '', ...type] = deliveryId.split('.');
    if (own.has(orderId)) told[orderId] = [...(told[orderId] ?? []), type.join('.')];
  }
  return told;
}

function noticesWanted({ results }: Records): Record<string, string[]> {
  const wanted: Record<string, string[]> = {};
  for (const { orderId, state } of results.flatMap(({ orders }) => orders)) {
    wanted[orderId] = [...(wanted[orderId] ?? []), `order.${state}`];
  }
  return wanted;
}
