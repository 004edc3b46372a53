/**
 * Recovery, and selling without the stock store, where what is appended settles at once: the same
 * promises, but those that hold settling back while something lies in a log.
 */
import { expect, test } from 'vitest';
import { exerciseOnBoth } from './exercise.ts';
import { latePromises } from './late.promises.ts';
import { outagePromises } from './outage.promises.ts';
import { outageDeaths } from './outage-deaths.promises.ts';
import { recoverPromises } from './recover.promises.ts';

/** Nothing is ever in the log and not in the book. */
const HELD_BACK = [
  'the snapshot waits until all that the log had is in the book',
  'who was queued before settles before anybody is entered',
];
const all = [...recoverPromises, ...latePromises, ...outagePromises, ...outageDeaths];
const apply = all.filter(({ promise }) => !HELD_BACK.includes(promise));

test('only these two do not apply', () => {
  expect(apply).toHaveLength(all.length - HELD_BACK.length);
});

exerciseOnBoth('recovery without a log', apply, 'direct');
