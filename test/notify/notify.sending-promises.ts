/** Each notice arrives, signed and in order for its order, whoever dies or runs twice. */
import { expect } from 'vitest';
import { armFailpoints } from '../../origin/failpoints.ts';
import { collectNotices } from '../../origin/notify/collect.ts';
import { MAX_IN_FLIGHT } from '../../origin/notify/sender.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import { resultOf } from '../backends/book.results.ts';
import type { Received } from './receiver.ts';
import type { NotifyPromise } from './trial.ts';

const goOn = () => true;
const FORGET_ALL = { mysql: 'DELETE FROM deliveries', sqlite: 'DELETE FROM book_deliveries' };

/** `ann order.paid` */
const told = (received: readonly Received[]) =>
  received.map(({ orderId, type }) => `${orderId.slice(6).replaceAll('-', '')} ${type}`);

export const sendingPromises: readonly NotifyPromise[] = [
  {
    promise: 'each step of an order is told once, signed, in order',
    async check(trial) {
      await trial.writer.write([resultOf('ann', 'reserved'), resultOf('bob', 'rejected')]);
      await trial.writer.write([resultOf('ann', 'paid')]);
      await trial.writer.write([resultOf('ann', 'refunded')]);
      await trial.until(async () => trial.shop.received.length === 4 && (await trial.settled()));
      expect(told(trial.shop.received).filter((line) => line.startsWith('ann'))).toEqual([
        'ann order.reserved',
        'ann order.paid',
        'ann order.refunded',
      ]);
      const [notice] = trial.shop.received;
      expect(notice?.headers).toMatchObject({ 'content-type': 'application/json' });
      expect(JSON.parse(notice?.body ?? '').data).toMatchObject({
        saleId: trial.writer.sale.saleId,
      });
      const delivered = await trial.deliveries('delivered');
      expect(delivered.map(({ tries, lastError }) => [tries, lastError])).toEqual(
        Array(4).fill([1, null]),
      );
      expect(trial.outcomes).toEqual(Array(4).fill('delivered'));
      expect(trial.lines).toEqual([]);
    },
  },
  {
    promise: 'one order waits for its own earlier notice, not for those of others',
    async check(trial) {
      trial.shop.answers(({ orderId }) => ({ status: orderId.includes('ann') ? 500 : 200 }));
      await trial.writer.write([resultOf('ann', 'reserved'), resultOf('bob', 'reserved')]);
      await trial.writer.write([resultOf('ann', 'paid'), resultOf('bob', 'paid')]);
      await trial.until(async () => (await trial.deliveries('delivered')).length === 2);
      expect(told(trial.shop.received).sort()).toEqual([
        'ann order.reserved',
        'bob order.paid',
        'bob order.reserved',
      ]);
      const [head, follower] = await trial.deliveries('pending');
      expect(head).toMatchObject({ type: 'order.reserved', tries: 1, lastError: 'status 500' });
      expect(follower?.dueAtMs, 'not looked at before').toBe(head?.dueAtMs);

      // One that is made while the head waits is no sooner due either.
      await trial.writer.write([resultOf('ann', 'refunded')]);
      await trial.until(async () => (await trial.deliveries('pending')).length === 3);
      expect((await trial.deliveries('pending'))[2]?.dueAtMs).toBe(head?.dueAtMs);

      trial.shop.answers(() => ({ status: 200 }));
      await trial.passTime();
      await trial.until(trial.settled);
      expect(told(trial.shop.received).slice(3)).toEqual([
        'ann order.reserved',
        'ann order.paid',
        'ann order.refunded',
      ]);
    },
  },
  {
    promise: 'a slow shop gets so many at once and holds up neither round nor other orders',
    async check(trial) {
      const slow: (() => void)[] = [];
      trial.shop.answers(async ({ orderId }) => {
        if (orderId.includes('slow')) await new Promise<void>((resolve) => slow.push(resolve));
        return { status: 200 };
      });
      const orders = Array.from({ length: 20 }, (_, index) => resultOf(`slow${index}`, 'reserved'));
      await trial.writer.write(orders);
      await trial.until(trial.arrived(20));
      await trial.writer.write(
        Array.from({ length: 100 }, (_, at) => resultOf(`b${at}`, 'reserved')),
      );
      await trial.until(trial.arrived(120));
      expect(trial.shop.mostAtOnce()).toBeLessThanOrEqual(MAX_IN_FLIGHT);
      await trial.writer.write(
        Array.from({ length: 100 }, (_, at) => resultOf(`slow-too${at}`, 'reserved')),
      );
      await trial.until(trial.arrived(120 + MAX_IN_FLIGHT - 20));
      for (let round = 0; round < 3; round += 1) await trial.notify.round(goOn);
      expect(trial.shop.mostAtOnce()).toBe(MAX_IN_FLIGHT);
      trial.shop.answers(() => ({ status: 200 }));
      for (const answer of slow) answer();
      await trial.until(trial.settled);
      expect(new Set(trial.shop.received.map(({ id }) => id)).size).toBe(220);
      expect(trial.shop.received).toHaveLength(220);
    },
  },
  {
    promise: 'dead between sending and noting: told again under the same id',
    async check(trial) {
      armFailpoints([{ name: 'notify.after-send', action: 'fail', count: 1, skip: 0 }]);
      await trial.writer.write([resultOf('ann', 'reserved')]);
      await trial.writer.write([resultOf('ann', 'paid')]);
      await trial.until(async () => trial.shop.received.length === 3 && (await trial.settled()));
      expect(told(trial.shop.received)).toEqual([
        'ann order.reserved',
        'ann order.reserved',
        'ann order.paid',
      ]);
      expect(new Set(trial.shop.received.map(({ id }) => id)).size).toBe(2);
    },
  },
  {
    promise: 'a role that stops notes what comes back in time and leaves the rest',
    async check(trial) {
      trial.shop.answers(async ({ orderId }) => {
        const waitMs = orderId.includes('ann') ? 300 : 60_000;
        await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
        return { status: 200 };
      });
      await trial.writer.write([resultOf('ann', 'reserved'), resultOf('bob', 'reserved')]);
      await trial.until(trial.arrived(2));
      await trial.notify.close();
      const rows = await trial.deliveries();
      expect(rows.map(({ state, tries }) => [state, tries])).toEqual([
        ['delivered', 1],
        ['pending', 0],
      ]);
    },
  },
  {
    promise: 'two roles at once make each notice once and send each at least once',
    async check(trial) {
      const other = trial.another();
      for (let row = 0; row < 30; row += 1) {
        const state = row % 2 === 0 ? 'reserved' : 'paid';
        const orders = Array.from({ length: 7 }, (_, at) =>
          resultOf(`${Math.floor(row / 2)}x${at}`, state),
        );
        await trial.writer.write(orders);
        void other.round(goOn);
        await trial.notify.round(goOn);
      }
      await trial.until(trial.settled);
      const rows = await trial.deliveries();
      expect(rows).toHaveLength(210);
      expect(new Set(trial.shop.received.map(({ id }) => id)).size).toBe(210);
      expect(trial.lines).toEqual([]);
    },
  },
  {
    promise: 'a role that thinks it is behind makes no notice again, not even a forgotten one',
    async check(trial) {
      await trial.writer.write([resultOf('ann', 'reserved')]);
      await trial.until(async () => trial.arrived(1)() && (await trial.settled()));
      await trial.run(FORGET_ALL);
      const { book } = trial;
      const late: OrderBook = {
        ...book,
        read: async (statement, ...values) =>
          statement.mysql.includes('result_cursors') ? [] : book.read(statement, ...values),
      };
      await collectNotices({ book: late, mayGoOn: goOn, observeBehind: () => {} });
      expect(await trial.deliveries()).toEqual([]);
    },
  },
  {
    promise: 'results that are forgotten before they were collected are passed over',
    async check(trial) {
      await trial.writer.write([resultOf('ann', 'reserved')]);
      await trial.writer.write([resultOf('ann', 'paid')]);
      await trial.writer.forget(2);
      await trial.notify.round(goOn);
      expect(trial.behind).toEqual([[trial.writer.sale.saleId, 0]]);
      await trial.writer.write([resultOf('ann', 'refunded')]);
      await trial.until(trial.arrived(1));
      expect(told(trial.shop.received)).toEqual(['ann order.refunded']);
    },
  },
  {
    promise: 'a row of more orders than are written at once',
    async check(trial) {
      await trial.writer.write(
        Array.from({ length: 1_050 }, (_, at) => resultOf(`b${at}`, 'reserved')),
      );
      await trial.writer.write(
        Array.from({ length: 600 }, (_, at) => resultOf(`c${at}`, 'reserved')),
      );
      await trial.writer.write(
        Array.from({ length: 500 }, (_, at) => resultOf(`d${at}`, 'reserved')),
      );
      await trial.until(trial.arrived(2_150));
      expect(new Set(trial.shop.received.map(({ id }) => id)).size).toBe(2_150);
    },
  },
];
