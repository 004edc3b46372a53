/**
 * Holds promises about paying and sweeping against the embedded book and against MariaDB. The tests
 * of one list share a book and a provider; each makes sales of its own.
 */
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { armFailpoints } from '../../origin/failpoints.ts';
import { describeWithMariadb } from '../backends/mariadb.ts';
import { type OpenStage, openMysqlStage, openSqliteStage } from '../close/databases.ts';
import { openPayStage, type PayStage } from './pay.stage.ts';

export interface PayPromise {
  promise: string;
  check(stage: PayStage): Promise<void>;
}

/** Longer than a thousand races take on two busy cores. */
const LIMIT_MS = 120_000;

export function exercise(title: string, promises: readonly PayPromise[]): void {
  exerciseOn(`${title} on sqlite`, promises, openSqliteStage);
  describeWithMariadb('mariadb', () => {
    exerciseOn(`${title} on mysql`, promises, openMysqlStage);
  });
}

function exerciseOn(
  title: string,
  promises: readonly PayPromise[],
  open: () => Promise<OpenStage>,
): void {
  describe(title, () => {
    let stage: PayStage;
    beforeAll(async () => {
      stage = await openPayStage(open);
    });
    afterEach(() => {
      armFailpoints([]);
      stage.fake.heal();
    });
    afterAll(() => stage.close());

    for (const { promise, check } of promises) test(promise, () => check(stage), LIMIT_MS);
  });
}
