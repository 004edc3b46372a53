/** The verdict of a soak: a heap that breathes is flat, one that grows all the time is not. */
import { expect, test } from 'vitest';
import { judgeGrowth } from './memory.ts';

const BREATHS = [0, 6, 3, 8, 1];

test('a heap that fills up first and then breathes is flat', () => {
  const samples = Array.from({ length: 60 }, (_, index) => ({
    api: Math.min(100, 40 + 10 * index) + (BREATHS[index % BREATHS.length] ?? 0),
  }));
  expect(judgeGrowth(samples)).toEqual([{ name: 'api', from: 103, to: 103, isFlat: true }]);
});

test('a heap that grows all the time is not', () => {
  const samples = Array.from({ length: 60 }, (_, index) => ({ api: 100 + index, redis: 5 }));
  const [api, redis] = judgeGrowth(samples);
  expect(api).toMatchObject({ name: 'api', isFlat: false });
  expect(redis).toMatchObject({ name: 'redis', isFlat: true });
});
