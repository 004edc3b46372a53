/** What becomes of notices that the shop does not take, and how they are looked after. */
import { expect } from 'vitest';
import { forgetDelivered } from '../../origin/notify/deliveries.ts';
import { listDeliveries, replayDeliveries } from '../../origin/notify/replay.ts';
import { resultOf } from '../backends/book.results.ts';
import type { NotifyPromise, NotifyTrial } from './trial.ts';

const DAY_MS = 86_400_000;
const AGE = {
  mysql: 'UPDATE deliveries SET created_at_ms = created_at_ms - ?, due_at_ms = due_at_ms - ?',
  sqlite: 'UPDATE book_deliveries SET created_at_ms = created_at_ms - ?, due_at_ms = due_at_ms - ?',
};
const REFUSALS: [string, number, Record<string, string>][] = [
  ['410', 410, {}],
  ['503', 503, {}],
  ['a redirect', 302, { location: '/elsewhere' }],
  ['an informal refusal', 400, {}],
];

export const failingPromises: readonly NotifyPromise[] = [
  ...REFUSALS.map(([name, status, headers]) => ({
    promise: `${name} is no delivery and is tried again`,
    async check(trial: NotifyTrial) {
      trial.shop.answers(() => ({ status, headers }));
      await trial.writer.write([resultOf('ann', 'reserved')]);
      await trial.until(() => trial.outcomes.length === 1);
      const [row] = await trial.deliveries();
      expect(row).toMatchObject({ state: 'pending', tries: 1, lastError: `status ${status}` });
      const waitMs = (row?.dueAtMs ?? 0) - (row?.createdAtMs ?? 0);
      expect(waitMs).toBeGreaterThanOrEqual(3_750);
      expect(waitMs).toBeLessThan(6_000);
      expect(trial.shop.received, 'nobody follows').toHaveLength(1);
      expect(trial.lines).toEqual(['warn the shop does not take notices']);
    },
  })),
  {
    promise: 'a shop that asks to be left alone is',
    async check(trial) {
      trial.shop.answers(() => ({ status: 429, headers: { 'retry-after': '1800' } }));
      await trial.writer.write([resultOf('ann', 'reserved')]);
      await trial.until(() => trial.outcomes.length === 1);
      const [row] = await trial.deliveries();
      expect((row?.dueAtMs ?? 0) - (row?.createdAtMs ?? 0)).toBeGreaterThanOrEqual(1_800_000);
    },
  },
  {
    promise: 'a shop that breaks the connection, or is not there',
    async check(trial) {
      trial.shop.answers(() => {
        throw new Error('break it');
      });
      await trial.writer.write([resultOf('ann', 'reserved')]);
      await trial.until(() => trial.outcomes.length === 1);
      await trial.shop.close();
      await trial.passTime();
      await trial.until(() => trial.outcomes.length === 2);
      const [row] = await trial.deliveries();
      expect(row).toMatchObject({ state: 'pending', tries: 2 });
      expect(row?.lastError).toMatch(/ECONNREFUSED/);
      trial.shop.close = async () => {};
    },
  },
  {
    promise: 'after three days a notice is dead, the next of its order goes, replay revives it',
    async check(trial) {
      trial.shop.answers(({ type }) => ({ status: type === 'order.reserved' ? 500 : 200 }));
      await trial.writer.write([resultOf('ann', 'reserved')]);
      await trial.writer.write([resultOf('ann', 'paid')]);
      await trial.until(() => trial.outcomes.length === 1);
      await trial.run(AGE, 3 * DAY_MS, 3 * DAY_MS);
      await trial.until(() => trial.outcomes.length === 3);
      expect(trial.outcomes).toEqual(['again', 'dead', 'delivered']);
      expect(trial.lines).toContain('error a notice is given up');
      const [dead] = await trial.deliveries('dead');
      expect(dead).toMatchObject({ type: 'order.reserved', tries: 2, lastError: 'status 500' });

      const [delivered] = await trial.deliveries('delivered');
      const others = ['no-such-notice', delivered?.deliveryId ?? ''];
      expect(await replayDeliveries(trial.book, { ids: others })).toBe(0);
      expect(await replayDeliveries(trial.book, { ids: [dead?.deliveryId ?? ''] })).toBe(1);
      await trial.until(() => trial.outcomes.length === 4);
      expect((await trial.deliveries('pending'))[0], 'three more days').toMatchObject({ tries: 1 });
      trial.shop.answers(() => ({ status: 200 }));
      await trial.passTime();
      await trial.until(trial.settled);
      expect(trial.shop.received.at(-1)?.id).toBe(dead?.deliveryId);
    },
  },
  {
    promise: 'all dead ones are replayed, and nothing else',
    async check(trial) {
      await trial.writer.write([
        resultOf('ann', 'reserved'),
        resultOf('bob', 'reserved'),
        resultOf('cid', 'reserved'),
      ]);
      trial.shop.answers(({ orderId }) => ({ status: orderId.includes('cid') ? 200 : 500 }));
      await trial.until(() => trial.outcomes.length === 3);
      await trial.run(AGE, 3 * DAY_MS, 3 * DAY_MS);
      await trial.until(async () => (await trial.deliveries('dead')).length === 2);
      expect(await replayDeliveries(trial.book, { all: true })).toBe(2);
      expect(await replayDeliveries(trial.book, { all: true })).toBe(0);
      expect(await trial.deliveries('pending')).toHaveLength(2);
      expect(await trial.deliveries('delivered')).toHaveLength(1);
    },
  },
  {
    promise: 'lists are paged by number, of all states or one',
    async check(trial) {
      await trial.writer.write(
        Array.from({ length: 7 }, (_, at) => resultOf(`b${at}`, 'reserved')),
      );
      await trial.until(trial.arrived(7));
      await trial.until(trial.settled);
      for (const state of [undefined, 'delivered'] as const) {
        const first = await listDeliveries(trial.book, { state, limit: 5 });
        const after = first.at(-1)?.number;
        const second = await listDeliveries(trial.book, { state, after, limit: 5 });
        const all = [...first, ...second].map(({ orderId }) => orderId);
        expect([first.length, second.length, new Set(all).size]).toEqual([5, 2, 7]);
      }
      expect(await listDeliveries(trial.book, { state: 'dead', limit: 5 })).toEqual([]);
    },
  },
  {
    promise: 'what was delivered a week ago is forgotten, and only that',
    async check(trial) {
      trial.shop.answers(({ orderId }) => ({ status: orderId.includes('bob') ? 500 : 200 }));
      await trial.writer.write([resultOf('ann', 'reserved'), resultOf('bob', 'reserved')]);
      await trial.until(() => trial.outcomes.length === 2);
      await trial.run(AGE, 6.9 * DAY_MS, 6.9 * DAY_MS);
      expect(await forgetDelivered(trial.book)).toBe(0);
      await trial.run(AGE, 0.2 * DAY_MS, 0.2 * DAY_MS);
      expect(await forgetDelivered(trial.book)).toBe(1);
      expect((await trial.deliveries()).map(({ state }) => state)).toEqual(['pending']);
    },
  },
];
