/**
 * A process that dies at any of the named places: whoever goes on reaches the same end. Dying is a
 * throw here; what the book had not committed is gone, as after a kill.
 */
import { expect } from 'vitest';
import { armFailpoints, type FailpointName } from '../../origin/failpoints.ts';
import type { PayPromise } from './exercise.ts';
import type { PaySale, PayStage } from './pay.stage.ts';

const PLACES: FailpointName[] = [
  'pay.after-open',
  'pay.before-commit',
  'pay.after-commit',
  'pay.after-cancel',
  'pay.after-refund',
  'close.before-commit',
  'close.after-commit',
];
/** A place is passed several times on the way; each pass is a death of its own. */
const PASSES = 4;

export const deathPromises: readonly PayPromise[] = PLACES.flatMap((name) =>
  Array.from({ length: PASSES }, (_, skip) => ({
    promise: `at ${name}, after ${skip} passes, changes nothing of the end`,
    async check(stage: PayStage) {
      const sale = await stage.paySale(4);
      armFailpoints([{ name, action: 'fail', count: 1, skip }]);
      const deaths = await story(stage, sale);
      if (skip === 0) expect(deaths).toBe(1);
      await expectTheEnd(sale);
    },
  })),
);

/**
 * Anna pays and is refunded; Bert's time is over; Carl's money comes late; Dora cancels. How often
 * somebody died.
 */
async function story(stage: PayStage, sale: PaySale): Promise<number> {
  const buyers = ['anna', 'bert', 'carl', 'dora'];
  const [anna = '', bert = '', carl = '', dora = ''] = await sale.orders(buyers);
  let deaths = 0;
  const insist = async (act: () => Promise<unknown>) => {
    while (!(await survives(act))) deaths += 1;
  };
  const pays = async (orderId: string) => {
    const event = stage.fake.event(`pay_${orderId}_1`, 'paid');
    stage.fake.payAnyway(`pay_${orderId}_1`);
    await insist(() => stage.payments.takeEvent('sandbox', event, 1));
  };

  for (const [index, orderId] of [anna, bert, carl, dora].entries()) {
    await insist(() => stage.payments.start(orderId, buyers[index] ?? ''));
  }
  await pays(anna);
  await sale.timeUp(bert, carl);
  await insist(() => sale.cancel({ orderId: dora, buyerId: 'dora', by: 'buyer' }));
  await insist(() => sale.rest());
  await pays(carl);
  await insist(() => stage.payments.refund(anna, { restock: true }));
  await insist(() => sale.rest());
  return deaths;
}

/** False when it died. */
async function survives(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'failpoint' });
    return false;
  }
}

async function expectTheEnd(sale: PaySale): Promise<void> {
  const states = (await sale.rows()).map(({ buyerId, state }) => `${buyerId} ${state}`);
  const end = ['anna refunded', 'bert expired', 'carl expired', 'dora cancelled'];
  expect(states.sort()).toEqual(end);
  const payments = (await sale.paymentRows()).map(({ state }) => state);
  expect(payments.sort()).toEqual(['cancelled', 'cancelled', 'refunded', 'refunded']);
  expect(await sale.counters()).toMatchObject({ units: 4, free: 4, reserved: 0, paid: 0 });
  await sale.expectRight();
}
