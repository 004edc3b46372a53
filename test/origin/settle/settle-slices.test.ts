/**
 * What nobody can settle goes to the dead letters with its coordinates, all else is settled, and no
 * offset moves past an order that is neither.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { decodeRecord } from '../../../contract/log/codec.ts';
import { BookRefusedError } from '../../../origin/settle/book.ts';
import { LINGER_MS } from '../../../origin/settle/settler.ts';
import { reservationOf } from '../fakes.ts';
import { entries, orderIds, type Settle, setUp, takeAll, watch } from './settler.stage.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('what cannot be read', () => {
  test('goes to the dead letters with its coordinates, and the offset moves on', async () => {
    const { settler, batches, letters, lines } = setUp();
    const garbage = Buffer.from('garbage');
    const handled = watch(settler.handle(entries(3, 40n, [1], garbage, new Uint8Array())));
    await vi.advanceTimersByTimeAsync(LINGER_MS);
    const of = { source: 'orders', partition: 3, orderId: '' };
    expect(letters).toEqual([
      { ...of, offset: '41', reason: 'not-protobuf', value: garbage.toString('hex') },
      { ...of, offset: '42', reason: 'unsupported-version', value: '' },
    ]);
    expect(batches[0]).toMatchObject({
      reservations: [reservationOf(1)],
      steps: [{ partition: 3, from: undefined, to: 43n }],
    });
    expect(handled.value).toBe('settled');
    expect(lines.filter((line) => line.includes('dead letters'))).toHaveLength(2);
  });

  test('is buried before the offset moves: dead letters that fail stop the line', async () => {
    const { settler, batches, letters, book } = setUp();
    book.bury = () => Promise.reject(new Error('connection lost'));
    const handled = watch(settler.handle(entries(0, 0n, Buffer.from('garbage'))));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(handled.value).toBe('pending');
    expect(batches).toEqual([]);
    book.bury = async () => {};
    await vi.advanceTimersByTimeAsync(3_000);
    expect(handled.value).toBe('settled');
    expect(letters).toHaveLength(1);
  });
});

describe('what the book refuses', () => {
  const refusing =
    (...bad: number[]): Settle =>
    async (batch) => {
      const found = batch.reservations.find(({ seq }) => bad.includes(seq));
      if (found !== undefined) throw new BookRefusedError(`order ${found.seq} does not fit`);
      return takeAll(batch);
    };

  test('is buried with the coordinates of its own record; all others are settled', async () => {
    const { settler, batches, letters, settledIds } = setUp({ settle: refusing(3, 6) });
    const one = watch(settler.handle(entries(0, 10n, [1, 2], [3, 4])));
    const two = watch(settler.handle(entries(1, 20n, [5], [6])));
    await vi.advanceTimersByTimeAsync(LINGER_MS);
    expect(letters.map(({ value: _, ...letter }) => letter)).toEqual([
      {
        source: 'orders',
        partition: 0,
        offset: '11',
        orderId: orderIds(3)[0],
        reason: 'book-refused: order 3 does not fit',
      },
      {
        source: 'orders',
        partition: 1,
        offset: '21',
        orderId: orderIds(6)[0],
        reason: 'book-refused: order 6 does not fit',
      },
    ]);
    // Each holds its own order and no other of its record.
    expect(letters.map(({ value }) => decodeRecord(Buffer.from(value, 'hex')))).toEqual(
      [3, 6].map((number) => ({ kind: 'reserved', reservations: [reservationOf(number)] })),
    );
    expect(settledIds).toEqual(orderIds(1, 2, 4, 5));
    expect([one.value, two.value]).toEqual(['settled', 'settled']);
    // The offsets move last and once, when everything is either settled or buried.
    const moving = batches.filter(({ steps }) => steps.length > 0);
    expect(moving.map(({ reservations }) => reservations.length)).toEqual([6, 0]);
    expect(batches.at(-1)?.steps).toEqual([
      { partition: 0, from: undefined, to: 12n },
      { partition: 1, from: undefined, to: 22n },
    ]);
  });

  test('is looked for again when the book goes away meanwhile, and buried once', async () => {
    const { settler, letters, settledIds, book } = setUp();
    let calls = 0;
    book.settle = async (batch) => {
      calls += 1;
      // Away when the offsets should move, the first time.
      if (calls === 4) throw new Error('connection lost');
      return refusing(2)(batch);
    };
    const handled = watch(settler.handle(entries(0, 0n, [1, 2])));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(handled.value).toBe('settled');
    expect(letters).toHaveLength(1);
    expect(new Set(settledIds)).toEqual(new Set(orderIds(1)));
  });

  test('by a consumer that was fenced moves nothing', async () => {
    const { settler, book } = setUp();
    book.settle = async (batch) => {
      if (batch.reservations.some(({ seq }) => seq === 2)) throw new BookRefusedError('no');
      return batch.steps.length > 0 ? { kind: 'fenced' } : takeAll(batch);
    };
    const handled = watch(settler.handle(entries(0, 0n, [1, 2])));
    await vi.advanceTimersByTimeAsync(LINGER_MS);
    expect(handled.value).toBe('rewind');
  });
});
