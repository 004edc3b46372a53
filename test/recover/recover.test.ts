/** Recovery on the embedded book and on MariaDB, the stock store and the log embedded in both. */
import { afterEach, describe, onTestFinished, test } from 'vitest';
import { armFailpoints } from '../../origin/failpoints.ts';
import { describeWithMariadb } from '../backends/mariadb.ts';
import { latePromises } from './late.promises.ts';
import { recoverPromises } from './recover.promises.ts';
import { openMysqlStage, openSqliteStage, type RecoverStage } from './recover.stage.ts';

function exercise(title: string, open: () => Promise<RecoverStage>): void {
  describe(title, () => {
    afterEach(() => armFailpoints([]));

    for (const { promise, check } of [...recoverPromises, ...latePromises]) {
      test(promise, async () => {
        const stage = await open();
        onTestFinished(stage.close);
        await check(stage);
      });
    }
  });
}

exercise('recovery on sqlite', openSqliteStage);
describeWithMariadb('mariadb', () => exercise('recovery on mysql', openMysqlStage));
