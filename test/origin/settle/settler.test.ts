/**
 * The settler: gathers what all partitions bring into batches, knows where the book stands, and
 * waits for a book that is away for as long as that takes.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LINGER_MS, MAX_BATCH } from '../../../origin/settle/settler.ts';
import { reservationOf } from '../fakes.ts';
import { entries, numbers, type Settle, setUp, takeAll, watch } from './settler.stage.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('gathering', () => {
  test('waits 20 ms for company and settles all partitions in one transaction', async () => {
    const { settler, batches, sizes } = setUp();
    const first = watch(settler.handle(entries(0, 0n, [1, 2])));
    await vi.advanceTimersByTimeAsync(LINGER_MS - 1);
    const second = watch(settler.handle(entries(1, 7n, [3], [4])));
    expect(batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(batches).toHaveLength(1);
    expect(batches[0]).toMatchObject({
      log: 'orders',
      reservations: [1, 2, 3, 4].map((number) => reservationOf(number)),
      steps: [
        { partition: 0, from: undefined, to: 1n },
        { partition: 1, from: undefined, to: 9n },
      ],
    });
    expect([first.value, second.value]).toEqual(['settled', 'settled']);
    expect(sizes).toEqual([4]);
  });

  test('does not wait once a thousand are there', async () => {
    const { settler, batches } = setUp();
    void settler.handle(entries(0, 0n, numbers(1, MAX_BATCH - 1)));
    await vi.advanceTimersByTimeAsync(0);
    expect(batches).toHaveLength(0);
    void settler.handle(entries(1, 0n, [MAX_BATCH]));
    await vi.advanceTimersByTimeAsync(0);
    expect(batches[0]?.reservations).toHaveLength(MAX_BATCH);
  });

  test('takes whole slices up to a thousand, and a larger one alone', async () => {
    const { settler, batches } = setUp();
    void settler.handle(entries(0, 0n, numbers(1, 600)));
    void settler.handle(entries(1, 0n, numbers(601, 600)));
    void settler.handle(entries(2, 0n, numbers(1_201, 1_500)));
    await vi.advanceTimersByTimeAsync(3 * LINGER_MS);
    expect(batches.map(({ reservations }) => reservations.length)).toEqual([600, 600, 1_500]);
    expect(batches.map(({ steps }) => steps.map(({ partition }) => partition))).toEqual([
      [0],
      [1],
      [2],
    ]);
  });

  test('settles one batch at a time', async () => {
    const open: (() => void)[] = [];
    const settle: Settle = (batch) =>
      new Promise((resolve) => void open.push(() => resolve(takeAll(batch))));
    const { settler, batches } = setUp({ settle });
    void settler.handle(entries(0, 0n, [1]));
    await vi.advanceTimersByTimeAsync(LINGER_MS);
    void settler.handle(entries(1, 0n, numbers(2, MAX_BATCH)));
    await vi.advanceTimersByTimeAsync(10 * LINGER_MS);
    expect(batches).toHaveLength(1);
    open[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(batches).toHaveLength(2);
  });
});

describe('offsets', () => {
  test('begin where the book stands and go on from what was settled', async () => {
    const { settler, batches } = setUp({ offsets: new Map([[0, 5n]]) });
    expect(await settler.positions([0, 1])).toEqual(new Map([[0, 5n]]));
    for (const from of [5n, 6n]) {
      void settler.handle(entries(0, from, [Number(from)]));
      await vi.advanceTimersByTimeAsync(LINGER_MS);
    }
    expect(batches.map(({ steps }) => steps)).toEqual([
      [{ partition: 0, from: 5n, to: 6n }],
      [{ partition: 0, from: 6n, to: 7n }],
    ]);
  });

  test('that another consumer moved rewind, and are asked for anew', async () => {
    const offsets = new Map([[0, 5n]]);
    const { settler, batches, settledIds, book } = setUp({ offsets });
    await settler.positions([0]);
    book.settle = async () => ({ kind: 'fenced' });
    const handled = watch(settler.handle(entries(0, 5n, [5])));
    await vi.advanceTimersByTimeAsync(LINGER_MS);
    expect(handled.value).toBe('rewind');
    expect(settledIds, 'nothing is published').toEqual([]);

    offsets.set(0, 9n);
    book.settle = takeAll;
    await settler.positions([0]);
    void settler.handle(entries(0, 9n, [9]));
    await vi.advanceTimersByTimeAsync(LINGER_MS);
    expect(batches.at(-1)?.steps).toEqual([{ partition: 0, from: 9n, to: 10n }]);
  });
});

describe('a book that is away', () => {
  test('is asked again, ever more patiently, until it takes the same batch', async () => {
    const { settler, batches, lines, book } = setUp();
    book.settle = () => Promise.reject(new Error('connection lost'));
    const handled = watch(settler.handle(entries(0, 0n, [1])));
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(handled.value).toBe('pending');
    // At most one try each second and a half, once the waits have grown.
    expect(batches.length).toBeGreaterThan(2_000);
    expect(batches.length).toBeLessThan(2_500);
    book.settle = takeAll;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(handled.value).toBe('settled');
    expect(new Set(batches.map((batch) => JSON.stringify(batch.reservations))).size).toBe(1);
    expect(lines[0]).toBe('error the book took no batch');
  });

  test('does not have the unreadable buried at every try', async () => {
    const { settler, letters, book } = setUp();
    book.settle = () => Promise.reject(new Error('connection lost'));
    const handled = watch(settler.handle(entries(0, 0n, Buffer.from('garbage'), [1])));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(letters).toHaveLength(1);
    book.settle = takeAll;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(handled.value).toBe('settled');
    expect(letters).toHaveLength(1);
  });

  test('does not hold up a process that stops', async () => {
    const { settler, book } = setUp();
    book.settle = () => Promise.reject(new Error('connection lost'));
    const running = watch(settler.handle(entries(0, 0n, [1])));
    await vi.advanceTimersByTimeAsync(LINGER_MS);
    const waiting = watch(settler.handle(entries(1, 0n, [2])));
    settler.close();
    await vi.advanceTimersByTimeAsync(0);
    expect([running.value, waiting.value]).toEqual(['rewind', 'rewind']);
  });

  test('what comes after the stop is answered too', async () => {
    const { settler, batches } = setUp();
    const before = watch(settler.handle(entries(0, 0n, [1])));
    settler.close();
    const after = watch(settler.handle(entries(1, 0n, [2])));
    await vi.advanceTimersByTimeAsync(LINGER_MS);
    expect([before.value, after.value]).toEqual(['rewind', 'rewind']);
    expect(batches).toEqual([]);
  });
});
