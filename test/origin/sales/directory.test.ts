/** What a process knows of the sales: read once a second, and never more often for made-up ids. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createOrderIdMaker } from '../../../contract/ids.ts';
import { nodeHashing } from '../../../origin/hashing.ts';
import {
  createSaleDirectory,
  REFRESH_EVERY_MS,
  type SaleDirectory,
} from '../../../origin/sales/directory.ts';
import { fakeBook, memoryLogger, saleOf } from '../fakes.ts';

let directory: SaleDirectory;
beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  directory.close();
  vi.useRealTimers();
});

function setUp(...saleIds: string[]) {
  const { logger, lines } = memoryLogger();
  const state = { saleIds, reads: 0, away: false };
  directory = createSaleDirectory({
    book: fakeBook({
      async sales() {
        state.reads += 1;
        if (state.away) throw new Error('the book is away');
        return state.saleIds.map((saleId) => saleOf({ saleId, version: state.reads }));
      },
    }),
    nowMs: () => Date.now(),
    logger,
  });
  return { state, lines };
}

test('a known sale is answered at once, without a promise', async () => {
  setUp('phone');
  await directory.refresh();
  expect(directory.get('phone')).toMatchObject({ saleId: 'phone' });
  expect(directory.known()).toHaveLength(1);
});

test('a change made elsewhere is seen within a second', async () => {
  const { state } = setUp('phone');
  await directory.refresh();
  state.saleIds = ['phone', 'watch'];
  await vi.advanceTimersByTimeAsync(REFRESH_EVERY_MS);
  expect(directory.known().map(({ saleId }) => saleId)).toEqual(['phone', 'watch']);
});

test('a sale that is new is found when it is asked for', async () => {
  const { state } = setUp('phone');
  await directory.refresh();
  state.saleIds = ['phone', 'watch'];
  await vi.advanceTimersByTimeAsync(300);
  const asked = directory.get('watch');
  await vi.advanceTimersByTimeAsync(1);
  expect(await asked).toMatchObject({ saleId: 'watch' });
});

test('made-up ids ask the book four times a second at most', async () => {
  const { state } = setUp('phone');
  await directory.refresh();
  const before = state.reads;
  const asked: unknown[] = [];
  for (let index = 0; index < 900; index += 1) {
    asked.push(directory.get(`made-up-${index}`), directory.ofOrder(`made-up-${index}`));
    await vi.advanceTimersByTimeAsync(1);
  }
  await vi.advanceTimersByTimeAsync(250);
  expect(new Set(await Promise.all(asked))).toEqual(new Set([undefined]));
  expect(state.reads - before).toBeLessThanOrEqual(6);
});

test('a refresh reads after it was asked for, never an older reading', async () => {
  const { state } = setUp('phone');
  const first = directory.refresh();
  state.saleIds = ['watch'];
  await Promise.all([first, directory.refresh()]);
  expect(directory.known().map(({ saleId }) => saleId)).toEqual(['watch']);
});

test('a book that is away leaves what was known', async () => {
  const { state, lines } = setUp('phone');
  await directory.refresh();
  state.away = true;
  await vi.advanceTimersByTimeAsync(3 * REFRESH_EVERY_MS);
  expect(directory.get('phone')).toMatchObject({ saleId: 'phone' });
  expect(lines).toContain('warn the sales cannot be read');
  state.away = false;
  const version = state.reads + 1;
  await vi.advanceTimersByTimeAsync(REFRESH_EVERY_MS);
  expect(directory.get('phone')).toMatchObject({ version });
});

test('an order’s id tells its sale', async () => {
  setUp('phone', 'watch');
  await directory.refresh();
  for (const saleId of ['phone', 'watch']) {
    const orderId = createOrderIdMaker(nodeHashing, saleId)('buyer', 'a-click-1');
    expect((await directory.ofOrder(orderId))?.saleId).toBe(saleId);
    expect((await directory.ofOrder(directory.tagOf(saleId)))?.saleId).toBe(saleId);
  }
  const unknown = createOrderIdMaker(nodeHashing, 'none')('buyer', 'a-click-1');
  const found = directory.ofOrder(unknown);
  await vi.advanceTimersByTimeAsync(250);
  expect(await found).toBeUndefined();
});

test('a sale, and an order of it, that another process made just now are found', async () => {
  const { state } = setUp('phone');
  await directory.refresh();
  state.saleIds = ['phone', 'watch'];
  const orderId = createOrderIdMaker(nodeHashing, 'watch')('buyer', 'a-click-1');
  const asked = [directory.get('watch'), directory.ofOrder(orderId)];
  await vi.advanceTimersByTimeAsync(250);
  for (const found of asked) expect(await found).toMatchObject({ saleId: 'watch' });
});
