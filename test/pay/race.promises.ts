/**
 * The deadline and the money at one moment, a thousand times: exactly one wins, the loser's money
 * goes back once, and the unit is sold or free. What each buyer does is drawn from a seed;
 * RACE_SEED draws the same again.
 */
import { expect } from 'vitest';
import { createFractions } from '../fractions.ts';
import type { PayPromise } from './exercise.ts';
import type { PaySale, PayStage } from './pay.stage.ts';

const RACES = 1_000;
/** Races at one moment, as in a sale. */
const AT_ONCE = 50;

const seed = Number(process.env.RACE_SEED ?? Math.floor(Math.random() * 2 ** 32));

export const racePromises: readonly PayPromise[] = [
  {
    promise: `has one winner, ${RACES} times (RACE_SEED=${seed})`,
    async check(stage) {
      const sale = await stage.paySale(RACES);
      await race(stage, sale);
      await sale.rest();

      const states = Map.groupBy(await sale.rows(), ({ state }) => state);
      const paid = states.get('paid')?.length ?? 0;
      const expired = states.get('expired')?.length ?? 0;
      expect(paid + expired).toBe(RACES);
      expect(Math.min(paid, expired), 'both sides win some').toBeGreaterThan(RACES / 10);
      const refunded = (await sale.paymentRows()).filter(({ state }) => state === 'refunded');
      expect(refunded.length, 'some money comes late').toBeGreaterThan(0);
      expect(new Set(refunded.map(({ refundReason }) => refundReason))).toEqual(new Set(['late']));
      await sale.expectRight();
      await sale.deliver();
      expect(await sale.audit()).toMatchObject({ balanced: true, findings: [] });
    },
  },
];

async function race(stage: PayStage, sale: PaySale): Promise<void> {
  const buyers = Array.from({ length: RACES }, (_, index) => `buyer-${index}`);
  const orderIds = await sale.orders(buyers);
  const events = payAtTheLastMoment(stage, sale);
  for (let start = 0; start < RACES; start += AT_ONCE) {
    const racers = orderIds.slice(start, start + AT_ONCE);
    await Promise.all(
      racers.map((orderId, index) => stage.payments.start(orderId, buyers[start + index] ?? '')),
    );
    await sale.timeUp(...racers);
    await Promise.all([sale.expireAll(), sale.expireAll()]);
    await Promise.all([stage.workDue(), stage.workDue()]);
  }
  await Promise.all(events);
}

/**
 * Buyers pay while the provider is being asked to take no more money: a quarter before it hears
 * that; most of the others (by transfer) after it has said yes, so that the answer and the event
 * are on their way at one moment; the rest never. The events that were sent are added to the list.
 */
function payAtTheLastMoment({ fake }: PayStage, sale: PaySale): Promise<unknown>[] {
  const roll = createFractions(seed);
  const fates = new Map<string, number>();
  const events: Promise<unknown>[] = [];
  function tell(paymentId: string): void {
    events.push(soon(roll).then(() => sale.hear(paymentId, 'paid')));
  }
  fake.faults.before = async (call, paymentId) => {
    if (call !== 'cancel') return;
    const fate = fates.get(paymentId) ?? roll();
    if (!fates.has(paymentId) && fate < 0.25 && fake.pay(paymentId)) tell(paymentId);
    fates.set(paymentId, fate);
    await soon(roll);
  };
  fake.faults.after = async (call, paymentId) => {
    const fate = fates.get(paymentId) ?? 1;
    if (call !== 'cancel' || fate < 0.25 || fate >= 0.85) return;
    fates.set(paymentId, 1);
    fake.payAnyway(paymentId);
    tell(paymentId);
    await soon(roll);
  };
  return events;
}

/** Within the next few turns of the event loop, or a few milliseconds. */
function soon(roll: () => number): Promise<void> {
  const delayMs = roll() * 6;
  return new Promise((resolve) => {
    if (delayMs < 2) setImmediate(resolve);
    else setTimeout(resolve, delayMs);
  });
}
