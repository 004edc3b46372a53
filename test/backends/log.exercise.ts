/**
 * The suite that every OrderLog adapter must pass, one test for each promise of the port. Each test
 * has a store of its own, so that offsets begin at its own beginning.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { barrierPromises } from './log.barrier-promises.ts';
import { consumingPromises } from './log.consuming-promises.ts';
import { stoppingPromises } from './log.stopping-promises.ts';
import { tellingPromises } from './log.telling-promises.ts';
import { createTrialBook, type LogStore, type LogTrial } from './log.trial.ts';

const logPromises = {
  ...barrierPromises,
  ...consumingPromises,
  ...stoppingPromises,
  ...tellingPromises,
};

export function exerciseLog(name: string, createStore: () => Promise<LogStore>): void {
  describe(`the order log on ${name}`, () => {
    let trial: LogTrial;
    beforeEach(async () => {
      const store = await createStore();
      trial = { store, log: await store.open(), book: createTrialBook() };
    });
    afterEach(async () => {
      await trial.log.close();
      await trial.store.remove();
      expect(trial.book.errors).toEqual([]);
    });

    for (const [promise, check] of Object.entries(logPromises)) {
      test(promise, () => check(trial));
    }
  });
}
