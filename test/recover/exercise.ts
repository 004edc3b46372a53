/** Tries promises about recovery on both books, each on a stage of its own. */
import { afterEach, describe, onTestFinished, test } from 'vitest';
import { armFailpoints } from '../../origin/failpoints.ts';
import { describeWithMariadb } from '../backends/mariadb.ts';
import {
  type LogKind,
  openMysqlStage,
  openSqliteStage,
  type RecoverStage,
} from './recover.stage.ts';
import type { RecoverPromise } from './selling.ts';

export function exerciseOnBoth(
  what: string,
  promises: readonly RecoverPromise[],
  log: LogKind = 'sqlite',
): void {
  exercise(`${what} on sqlite`, promises, () => openSqliteStage(log));
  describeWithMariadb('mariadb', () =>
    exercise(`${what} on mysql`, promises, () => openMysqlStage(log)),
  );
}

function exercise(
  title: string,
  promises: readonly RecoverPromise[],
  open: () => Promise<RecoverStage>,
): void {
  describe(title, () => {
    afterEach(() => armFailpoints([]));

    for (const { promise, check } of promises) {
      test(promise, async () => {
        const stage = await open();
        onTestFinished(stage.close);
        await check(stage);
      });
    }
  });
}
