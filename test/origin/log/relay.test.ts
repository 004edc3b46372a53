/** The relay: appends what was left in the outbox, only what is old, and stops with its lease. */
import { describe, expect, test } from 'vitest';
import type { Reservation } from '../../../contract/log/codec.ts';
import { RELAY_BATCH, relayRound } from '../../../origin/log/relay.ts';
import {
  fakeLog,
  fakeStock,
  memoryLogger,
  reservationOf,
  reservationsOf,
  saleOf,
} from '../fakes.ts';

const NOW_MS = 100_000;
const RELAY_AFTER_MS = 5_000;

interface Change {
  outbox: Reservation[];
  sales?: string[];
  mayGoOn?: (step: number) => boolean;
  append?: (reservations: readonly Reservation[]) => Promise<void>;
  confirm?: () => Promise<void>;
}

/**
 * A stock store whose outbox keeps what is not confirmed; `said` is all that happened, in order.
 */
function setUp(change: Change) {
  const said: string[] = [];
  const appended: string[] = [];
  let outbox = change.outbox;
  let looks = 0;
  const stock = fakeStock({
    async pending({ saleId, beforeMs, limit }) {
      said.push(`pending ${saleId} before ${beforeMs}`);
      const old = outbox.filter((each) => each.saleId === saleId && each.reservedAtMs < beforeMs);
      return old.slice(0, limit);
    },
    async confirm(saleId, orderIds) {
      await change.confirm?.();
      said.push(`confirm ${saleId} ${orderIds.length}`);
      const ids = new Set(orderIds);
      outbox = outbox.filter((each) => !ids.has(each.orderId));
    },
  });
  const log = fakeLog({
    async append(reservations) {
      await change.append?.(reservations);
      said.push(`append ${reservations.length}`);
      appended.push(...reservations.map((each) => each.orderId));
    },
  });
  const { logger } = memoryLogger();
  const round = () =>
    relayRound({
      stock,
      log,
      logger,
      sales: () => (change.sales ?? ['phone']).map((saleId) => saleOf({ saleId })),
      nowMs: () => NOW_MS,
      relayAfterMs: RELAY_AFTER_MS,
      mayGoOn: () => {
        looks += 1;
        return change.mayGoOn?.(looks) ?? true;
      },
      observe: (orders) => void said.push(`observed ${orders}`),
    });
  return { round, said, appended, left: () => outbox };
}

const old = (number: number) =>
  reservationOf(number, { reservedAtMs: NOW_MS - RELAY_AFTER_MS - 1 });

test('appends what is old, then frees the outbox, in this order', async () => {
  const { round, said, left } = setUp({ outbox: [old(1), old(2)] });
  expect(await round()).toBe(2);
  expect(said).toEqual(['pending phone before 95000', 'append 2', 'confirm phone 2', 'observed 2']);
  expect(left()).toEqual([]);
});

test('leaves what is young to the process that made it', async () => {
  const young = reservationOf(2, { reservedAtMs: NOW_MS - RELAY_AFTER_MS });
  const { round, appended, left } = setUp({ outbox: [old(1), young] });
  await round();
  expect(appended).toEqual([old(1).orderId]);
  expect(left()).toEqual([young]);
});

test('does nothing in a quiet shop', async () => {
  const { round, said } = setUp({ outbox: [], sales: ['phone', 'watch'] });
  expect(await round()).toBe(0);
  expect(said).toEqual(['pending phone before 95000', 'pending watch before 95000']);
});

test('empties a long outbox slice by slice, of every sale', async () => {
  const count = 2 * RELAY_BATCH + 300;
  const outbox = reservationsOf(count).map((each) => ({ ...each, saleId: 'watch' }));
  const { round, said, left } = setUp({ outbox, sales: ['phone', 'watch'] });
  expect(await round()).toBe(count);
  expect(left()).toEqual([]);
  expect(said.filter((step) => step.startsWith('append'))).toEqual([
    `append ${RELAY_BATCH}`,
    `append ${RELAY_BATCH}`,
    'append 300',
  ]);
});

describe('an order in the log twice is better than none', () => {
  test('a confirmation that is lost is appended again by the next round', async () => {
    let broken = true;
    const { round, appended, left } = setUp({
      outbox: [old(1)],
      confirm: async () => {
        if (broken) throw new Error('redis is away');
      },
    });
    await expect(round()).rejects.toThrow('redis is away');
    broken = false;
    expect(await round()).toBe(1);
    expect(appended).toEqual([old(1).orderId, old(1).orderId]);
    expect(left()).toEqual([]);
  });

  test('an append that fails frees nothing', async () => {
    const { round, said, left } = setUp({
      outbox: [old(1)],
      append: () => Promise.reject(new Error('no broker')),
    });
    await expect(round()).rejects.toThrow('no broker');
    expect(said).toEqual(['pending phone before 95000']);
    expect(left()).toHaveLength(1);
  });
});

describe('a lost lease', () => {
  test('before the round lets nothing happen', async () => {
    const { round, said } = setUp({ outbox: [old(1)], mayGoOn: () => false });
    expect(await round()).toBe(0);
    expect(said).toEqual([]);
  });

  test('while the outbox is read ends the round before its append', async () => {
    const { round, said } = setUp({ outbox: [old(1)], mayGoOn: (look) => look < 2 });
    expect(await round()).toBe(0);
    expect(said).toEqual(['pending phone before 95000']);
  });

  test('between two slices leaves the rest to the successor', async () => {
    const outbox = reservationsOf(RELAY_BATCH + 500);
    const { round, left } = setUp({ outbox, mayGoOn: (look) => look < 3 });
    expect(await round()).toBe(RELAY_BATCH);
    expect(left()).toHaveLength(500);
  });
});
