// How much of what waits one call gets.
import { expect, test } from 'vitest';
import { isTooMuch, SLICE_BYTES, SLICE_ENTRIES, sliceLength } from '../../../origin/log/slices.ts';

const entriesOf = (...sizes: number[]) =>
  sizes.map((size, index) => ({
    partition: 0,
    offset: BigInt(index),
    value: new Uint8Array(size),
    appendedAtMs: 0,
  }));

test('a few small entries are one slice', () => {
  expect(sliceLength(entriesOf(10, 10, 10))).toBe(3);
  expect(sliceLength([])).toBe(0);
});

test('no slice has more entries than the limit', () => {
  const sizes = Array.from({ length: SLICE_ENTRIES }, () => 1);
  expect(sliceLength(entriesOf(...sizes))).toBe(SLICE_ENTRIES);
  expect(sliceLength(entriesOf(...sizes, 1))).toBe(SLICE_ENTRIES);
});

test('no slice of several entries has more bytes than the limit', () => {
  expect(sliceLength(entriesOf(SLICE_BYTES - 1, 1, 1))).toBe(2);
  expect(sliceLength(entriesOf(SLICE_BYTES, 1))).toBe(1);
});

test('an entry larger than the limit is a slice by itself', () => {
  expect(sliceLength(entriesOf(SLICE_BYTES + 1, 1))).toBe(1);
});

test('more than two slices are too much, by entries or by bytes', () => {
  expect(isTooMuch({ entries: 2 * SLICE_ENTRIES, bytes: 2 * SLICE_BYTES })).toBe(false);
  expect(isTooMuch({ entries: 2 * SLICE_ENTRIES + 1, bytes: 0 })).toBe(true);
  expect(isTooMuch({ entries: 1, bytes: 2 * SLICE_BYTES + 1 })).toBe(true);
});
