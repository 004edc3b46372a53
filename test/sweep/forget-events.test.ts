/** Events of payment providers that were taken long ago, on every database. */
import { expect } from 'vitest';
import { answer } from '../../origin/settle/waiting.ts';
import {
  EVENTS_BATCH,
  FORGET_EVENTS_EVERY_MS,
  forgetEvents,
  KEEP_EVENTS_MS,
} from '../../origin/sweep/forget-events.ts';
import { createSweep } from '../../origin/sweep/sweep.ts';
import { exercise, type PayPromise } from '../pay/exercise.ts';
import type { PayStage } from '../pay/pay.stage.ts';
import { AGE_EVENTS, INSERT_EVENTS } from '../pay/stage.statements.ts';

const DAY_MS = 24 * 3_600_000;

/** The payment's events were taken that long ago. */
function age({ book }: PayStage, paymentId: string, agoMs: number): Promise<number> {
  return book.transact((transaction) =>
    answer(transaction.run(AGE_EVENTS, transaction.nowMs - agoMs, paymentId)),
  );
}

/** Events of another provider, of another payment each. */
async function insertOld({ book }: PayStage, count: number): Promise<void> {
  await book.transact(function* (transaction) {
    for (let number = 0; number < count; number += 1) {
      yield* answer(transaction.run(INSERT_EVENTS, `evt_${number}`, `pay_old_${number}`, 1));
    }
  });
}

const promises: readonly PayPromise[] = [
  {
    promise: 'are forgotten after a month, younger ones kept',
    async check(stage) {
      const sale = await stage.paySale(2);
      const { paymentId } = await sale.openPayment('anna');
      const { paymentId: young } = await sale.openPayment('bert');
      for (const id of [paymentId, young]) {
        stage.fake.pay(id);
        await sale.hear(id, 'paid', `event-of-${id}`);
      }
      expect(await forgetEvents(stage.book)).toBe(0);
      await age(stage, paymentId, KEEP_EVENTS_MS + DAY_MS);
      await age(stage, young, KEEP_EVENTS_MS - DAY_MS);
      expect(await forgetEvents(stage.book)).toBe(1);
      expect(await sale.events(paymentId)).toEqual([]);
      expect(await sale.events(young)).toHaveLength(1);

      // It comes once more after all.
      await sale.hear(paymentId, 'paid', `event-of-${paymentId}`);
      expect(await sale.row('anna')).toMatchObject({ state: 'paid' });
      expect(await sale.counters()).toMatchObject({ paid: 2 });
      await sale.expectRight();
    },
  },
  {
    promise: 'are forgotten by the sweep, a batch at a time, and looked for once an hour',
    async check(stage) {
      await insertOld(stage, EVENTS_BATCH + 5);
      const counts: string[] = [];
      let nowMs = 1;
      const round = createSweep({
        ...{ book: stage.book, stock: stage.stock, sales: () => [] },
        ...{ nowMs: () => nowMs, logger: stage.log.logger },
        observe: (step, count) => counts.push(`${step} ${count}`),
      });
      await round(() => true);
      expect(counts).toEqual([`forgotten ${EVENTS_BATCH}`, 'forgotten 5']);
      await insertOld(stage, 1);
      await round(() => true);
      expect(counts).toHaveLength(2);
      nowMs += FORGET_EVENTS_EVERY_MS;
      await round(() => true);
      expect(counts.at(-1)).toBe('forgotten 1');
    },
  },
];

exercise('events taken long ago', promises);
