/**
 * An order's whole life, five thousand times at once: buyers click, wait, leave, pay, pay twice,
 * decline, cancel, pay too late, while events come late and double and processes are killed. At the
 * end every unit is paid or free, every order has one resolution, all money that bought nothing
 * went back once, and the line was served in its order. LIFE_SEED replays the fates of a run.
 */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Audit } from '../../contract/operator.ts';
import { pause } from '../../origin/timer.ts';
import { keepAlive, type Supervisor } from '../faults/supervisor.ts';
import { auditAtRest, openSale } from '../flow/sale.ts';
import { type BackendsKind, freePort, missingServers, openShop, type Shop } from '../flow/shop.ts';
import { createFractions } from '../fractions.ts';
import { type CrowdReport, runCrowd } from './crowd.ts';
import { type Door, openDoor } from './door.ts';
import { drawFate, type Fate } from './fates.ts';
import { judgeLine, judgeMoney, judgePromises, judgeResolutions, judgeUnits } from './judge.ts';
import { type Records, readRecords } from './records.ts';
import { startSaleLife } from './sale-life.ts';

const SALE = 'phone';
const UNITS = 200;
const BUYERS = 5_000;
const PARALLEL = 100;
const PAY_WINDOW_MS = 4_000;
/** Later than the deadline: the provider has confirmed by then that the payment is cancelled. */
const LATE_MS = 6_000;
/**
 * From then on everybody pays at once, so that the sale comes to its end; though not before as many
 * orders as there are units had their fates, however slow the machine is.
 */
const CALM_AFTER_MS = 22_000;
const REST_WITHIN_MS = 120_000;
/** Moments to kill at, each within this much of the one before. */
const KILL_WITHIN_MS = 4_000;

/** What each of the first lives of the origin dies of, unless it is killed before. */
const LIVES = [
  { FAILPOINTS: 'close.before-commit=kill@3' },
  { FAILPOINTS: 'pay.after-open=kill@10' },
  { FAILPOINTS: 'deliver.after-apply=kill@2' },
];

export async function exerciseLife(kind: BackendsKind): Promise<void> {
  const missing = await missingServers(kind);
  const seed = Number(process.env.LIFE_SEED ?? randomInt(2 ** 31));
  const why = missing === undefined ? '' : `: ${missing}`;
  const name = `orders live and processes die on ${kind}, LIFE_SEED=${seed}${why}`;

  describe.skipIf(missing !== undefined)(name, () => {
    let shop: Shop;
    let door: Door;
    let crowd: CrowdReport;
    let audit: Audit;
    let records: Records;

    beforeAll(async () => {
      console.log(`LIFE_SEED=${seed}`);
      shop = await openShop(kind);
      const otherPort = String(await freePort());
      const originUrls = [
        shop.environment.ORIGIN_URL ?? '',
        ...(kind === 'servers' ? [`http://127.0.0.1:${otherPort}`] : []),
      ];
      const passKeys = shop.environment.PASS_KEYS ?? '';
      door = await openDoor({ originUrls, passKeys, dice: createFractions(seed + 1) });
      const origins = () => startOrigins(shop, kind, otherPort);
      ({ crowd, audit, records } = await liveThrough({ shop, door, kind, seed, origins }));
    }, 240_000);
    afterAll(async () => {
      door?.close();
      await shop?.close();
    });

    it('balances the ledger', () => {
      expect(audit.findings).toEqual([]);
      expect(audit.terms).toMatchObject({ units: UNITS, reserved: 0, pendingRelease: 0 });
    });

    it('has every unit paid or free', () => {
      expect(judgeUnits(records)).toEqual([]);
      expect(records.units).toBe(UNITS);
    });

    it('gave every order one resolution', () => {
      expect(judgeResolutions(records)).toEqual([]);
    });

    it('gave back once all money that bought nothing', () => {
      expect(judgeMoney(records, door.shown)).toEqual([]);
      expect(records.sessions.filter(({ refunded }) => refunded === 1)).not.toEqual([]);
    });

    it('served the line in its order', () => {
      expect(judgeLine(records)).toEqual([]);
      const servedBuyers = records.waiters.filter(({ state }) => state === 'served');
      // How many depends on how fast the machine is.
      expect(servedBuyers.length).toBeGreaterThan(UNITS / 10);
      const gone = servedBuyers.filter(({ buyerId }) => crowd.left.has(buyerId));
      expect(gone).toEqual([]);
    });

    it('told nobody anything that was not so', () => {
      expect(door.sins).toEqual([]);
      expect(judgePromises(records, door.heard)).toEqual([]);
    });
  });
}

interface Stage {
  shop: Shop;
  door: Door;
  kind: BackendsKind;
  seed: number;
  /** Starts them, each kept alive. */
  origins(): Promise<Supervisor[]>;
}

/** From the first click to the last refund; what is there when all processes have stopped. */
async function liveThrough(given: Stage) {
  const { shop, door, kind, seed } = given;
  const dice = createFractions(seed);
  const fates = Array.from({ length: BUYERS }, () => drawFate(dice()));
  const sandbox = await keepAlive(() =>
    shop.startSandbox(door.eventsUrl, { SANDBOX_LATE_MS: String(LATE_MS) }),
  );
  const origins = await given.origins();
  await openSale(shop, {
    ...{ saleId: SALE, units: UNITS, payWindowMs: PAY_WINDOW_MS, waitlistCap: BUYERS },
    freeOnPaymentFailure: false,
  });

  const calmAtMs = Date.now() + CALM_AFTER_MS;
  const fateOf = (buyerId: string): Fate => {
    const isCalm = Date.now() >= calmAtMs && life.acted.size >= UNITS;
    return isCalm ? 'pay' : (fates[Number(buyerId.split('-')[1])] ?? 'pay');
  };
  const life = startSaleLife({ shop, door, saleId: SALE, lateMs: LATE_MS, fateOf });
  const killing = killSome({ origins, sandbox, dice: createFractions(seed + 2) });
  const crowd = await runCrowd({
    ...{ door, saleId: SALE, buyers: BUYERS, parallel: PARALLEL },
    dice: createFractions(seed + 3),
  });
  const kills = await killing;
  await life.atRest(REST_WITHIN_MS);
  await life.stop();
  const audit = await auditAtRest(shop, SALE);

  const deaths = origins.map((origin) => origin.deaths());
  for (const process of [...origins, sandbox]) await process.stop();
  const records = await readRecords(shop, kind, SALE);
  console.log(summary({ crowd, records, deaths }));
  expect(kills).toBeGreaterThan(0);
  expect(sumOf(deaths), 'deaths of the origins').toBeGreaterThanOrEqual(kills);
  expect(sandbox.deaths(), 'deaths of the sandbox').toBe(1);
  return { crowd, audit, records };
}

/** On servers a second one, without the roles that need one process only. */
async function startOrigins(shop: Shop, kind: BackendsKind, otherPort: string) {
  const origins = [await keepAlive((life) => shop.startOrigin(LIVES[life]))];
  if (kind === 'servers') {
    const second = { ORIGIN_PORT: otherPort, ROLES: 'api,settle,sweep' };
    origins.push(await keepAlive(() => shop.startOrigin(second)));
  }
  return origins;
}

interface Killing {
  origins: readonly Supervisor[];
  sandbox: Supervisor;
  dice(): number;
}

/**
 * Each origin in turn, and the sandbox once in between. Resolves with how many origins it killed;
 * each was up then, so each is one death, beside those that an origin dies by itself.
 */
async function killSome({ origins, sandbox, dice }: Killing): Promise<number> {
  let kills = 0;
  for (let turn = 0; turn < 4; turn += 1) {
    await pause(1_000 + dice() * KILL_WITHIN_MS);
    const victim = turn === 2 ? sandbox : origins[turn % origins.length];
    await victim?.kill();
    if (victim !== sandbox) kills += 1;
  }
  return kills;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function summary(end: { crowd: CrowdReport; records: Records; deaths: number[] }): string {
  const { crowd, records, deaths } = end;
  const states = Object.entries(Object.groupBy(records.orders, ({ state }) => state));
  const orders = states.map(([state, rows]) => `${rows?.length} ${state}`).join(', ');
  const refunds = records.sessions.filter(({ refunded }) => refunded === 1).length;
  return (
    `${crowd.ordered} ordered, ${crowd.joined} waited; orders: ${orders}; ` +
    `${records.sessions.length} payments, ${refunds} refunds; deaths: ${deaths.join(' and ')}`
  );
}
