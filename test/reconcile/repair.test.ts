/** Repairs on the embedded book and on MariaDB, the stock store and the log embedded in both. */
import { describe, onTestFinished, test } from 'vitest';
import { describeWithMariadb } from '../backends/mariadb.ts';
import { openMysqlStage, openSqliteStage, type RecoverStage } from '../recover/recover.stage.ts';
import { repairPromises } from './repair.promises.ts';

function exercise(title: string, open: () => Promise<RecoverStage>): void {
  describe(title, () => {
    for (const { promise, check } of repairPromises) {
      test(promise, async () => {
        const stage = await open();
        onTestFinished(stage.close);
        await check(stage);
      });
    }
  });
}

exercise('repairs on sqlite', openSqliteStage);
describeWithMariadb('mariadb', () => exercise('repairs on mysql', openMysqlStage));
