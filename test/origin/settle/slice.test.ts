/**
 * Reading a run of log entries: what can be settled, where each order came from, what goes to the
 * dead.
 */
import { expect, test } from 'vitest';
import { encodeBarrier, encodeReservations } from '../../../contract/log/codec.ts';
import { readSlice } from '../../../origin/settle/slice.ts';
import { reservationOf } from '../fakes.ts';

function entry(offset: bigint, value: Uint8Array) {
  return { partition: 3, offset, value, appendedAtMs: 0 };
}
function recordOf(...numbers: number[]): Uint8Array {
  const reservations = numbers.map((number) => reservationOf(number));
  return encodeReservations(reservations, 1)[0]?.value ?? new Uint8Array();
}

test('keeps the order of the log and remembers each order’s entry', () => {
  const entries = [entry(5n, recordOf(1, 2)), entry(8n, recordOf(3))];
  const slice = readSlice(entries);
  expect(slice).toMatchObject({ partition: 3, next: 9n, unreadable: [] });
  expect(slice.reservations).toEqual([1, 2, 3].map((number) => reservationOf(number)));
  const offsets = slice.reservations.map((each) => slice.entryOf.get(each)?.offset);
  expect(offsets).toEqual([5n, 5n, 8n]);
});

test('steps over what cannot be read, and says why', () => {
  const bad = entry(6n, Buffer.from('not protobuf'));
  const slice = readSlice([entry(5n, recordOf(1)), bad, entry(7n, new Uint8Array())]);
  expect(slice.next).toBe(8n);
  expect(slice.reservations).toHaveLength(1);
  expect(slice.unreadable.map(({ entry, reason }) => [entry.offset, reason])).toEqual([
    [6n, 'not-protobuf'],
    [7n, 'unsupported-version'],
  ]);
});

test('moves on past a slice of nothing but poison', () => {
  const slice = readSlice([entry(6n, new Uint8Array())]);
  expect(slice).toMatchObject({ next: 7n, reservations: [] });
});

test('passes over a barrier', () => {
  const barrier = entry(6n, encodeBarrier({ saleId: 'phone', epoch: 4 }));
  const slice = readSlice([entry(5n, recordOf(1)), barrier]);
  expect(slice).toMatchObject({ next: 7n, unreadable: [] });
  expect(slice.reservations).toHaveLength(1);
});

test('is never asked for nothing', () => {
  expect(() => readSlice([])).toThrow(RangeError);
});
