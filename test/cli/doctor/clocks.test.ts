/** A clock that is off is told, what the call itself took is not held against it. */
import { expect, test, vi } from 'vitest';
import { checkClocks } from '../../../cli/doctor/check-clocks.ts';

const NOW_MS = 1_750_000_000_000;

async function found(aheadMs: number, callMs = 4) {
  let nowMs = NOW_MS;
  const read = async () => {
    nowMs += callMs / 2;
    const readMs = nowMs + aheadMs;
    nowMs += callMs / 2;
    return readMs;
  };
  const [finding] = await checkClocks([{ name: 'book', open: () => ({ read }) }], {
    nowMs: () => nowMs,
  });
  return finding;
}

test.each([
  [0, 'ok', '0 ms ahead of this machine'],
  [499, 'ok', '499 ms ahead of this machine'],
  [-499, 'ok', '499 ms behind this machine'],
  [503, 'fail', '503 ms ahead of this machine'],
  [-60_000, 'fail', '60000 ms behind this machine'],
])('%d ms off', async (aheadMs, state, detail) => {
  const finding = await found(aheadMs);
  expect(finding).toMatchObject({ group: 'clocks', name: 'book', state, detail });
  if (state === 'fail') expect(finding?.advice).toMatch(/NTP/);
});

test('a slow call proves nothing', async () => {
  expect(await found(900, 1_000)).toMatchObject({ state: 'ok' });
  expect(await found(1_100, 1_000)).toMatchObject({ state: 'fail' });
});

test('one that cannot be read, or opened, or tells nothing, is no difference', async () => {
  const readers = [
    { name: 'away', open: () => ({ read: () => Promise.reject(new Error('away')) }) },
    {
      name: 'no file',
      open: () => {
        throw new Error('no certificate');
      },
    },
    { name: 'mute', open: () => ({ read: async () => Number.NaN }) },
  ];
  const found = await checkClocks(readers, { nowMs: () => NOW_MS });
  expect(found.map(({ state }) => state)).toEqual(['warn', 'warn', 'fail']);
});

test('what was opened for it is closed again', async () => {
  const close = vi.fn(async () => {});
  const clock = { read: async () => NOW_MS, close };
  await checkClocks([{ name: 'book', open: () => clock }], { nowMs: () => NOW_MS });
  expect(close).toHaveBeenCalledOnce();
});
