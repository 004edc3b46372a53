/**
 * The waitlist's promises, on every database that keeps its line, and random steps against a model.
 * A failed random run names its seed; WAITLIST_SEED runs that one again.
 */
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { armFailpoints } from '../../origin/failpoints.ts';
import type { OpenBook } from '../backends/book.exercise.ts';
import { joinPromises } from './join-promises.ts';
import { placePromises } from './place-promises.ts';
import { compareWithModel } from './waitlist.steps.ts';
import { createWaitlistTrial } from './waitlist.trial.ts';

const RANDOM_STEPS = 120;

/** `open` gives a book that is migrated. */
export function exerciseWaitlist(name: string, open: () => Promise<OpenBook>): void {
  describe(`the waitlist on ${name}`, () => {
    let opened: OpenBook;
    beforeAll(async () => {
      opened = await open();
    });
    afterEach(() => armFailpoints([]));
    afterAll(() => opened.close());

    for (const { promise, check } of [...joinPromises, ...placePromises]) {
      test(promise, () => check(createWaitlistTrial(opened.book)));
    }

    const chosen = Number(process.env.WAITLIST_SEED ?? Math.floor(Math.random() * 2 ** 32));
    for (const seed of [1, chosen]) {
      test(`random steps come out as in the model (WAITLIST_SEED=${seed})`, () =>
        compareWithModel(createWaitlistTrial(opened.book), seed, RANDOM_STEPS));
    }
  });
}
