/**
 * The lease suite on the embedded database, with a clock in the hands of the test: an expiry costs
 * no waiting.
 */
import { createSqliteLease } from '../../origin/lease/sqlite-lease.ts';
import { openTemporaryDatabase } from './embedded.ts';
import { exerciseLease } from './lease.exercise.ts';

exerciseLease('sqlite', async () => {
  const { database, remove } = openTemporaryDatabase();
  let nowMs = 1_790_000_000_000;
  return {
    lease: createSqliteLease(database, { nowMs: () => nowMs }),
    async passTime(durationMs) {
      nowMs += durationMs;
    },
    nowMs: async () => nowMs,
    close: async () => remove(),
  };
});
