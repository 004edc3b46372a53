/**
 * The leaderboard role on a real book and a real board: one test for each promise, each with sales
 * of its own.
 */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { armFailpoints } from '../../origin/failpoints.ts';
import { followPromises } from './follow.promises.ts';
import { createFollowTrial, type OpenFollowed } from './trial.ts';

/** `open` gives a book that is migrated. */
export function exerciseFollowing(name: string, open: () => Promise<OpenFollowed>): void {
  describe(`the leaderboard role on ${name}`, () => {
    let opened: OpenFollowed;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    for (const { promise, check } of followPromises) {
      test(promise, () => check(createFollowTrial(opened)).finally(() => armFailpoints([])));
    }
  });
}
