/** Selling without the stock store, on the embedded book and on MariaDB. */
import { afterEach, describe, onTestFinished, test } from 'vitest';
import { armFailpoints } from '../../origin/failpoints.ts';
import { describeWithMariadb } from '../backends/mariadb.ts';
import { outagePromises } from './outage.promises.ts';
import { outageDeaths } from './outage-deaths.promises.ts';
import { openMysqlStage, openSqliteStage, type RecoverStage } from './recover.stage.ts';

function exercise(title: string, open: () => Promise<RecoverStage>): void {
  describe(title, () => {
    afterEach(() => armFailpoints([]));

    for (const { promise, check } of [...outagePromises, ...outageDeaths]) {
      test(promise, async () => {
        const stage = await open();
        onTestFinished(stage.close);
        await check(stage);
      });
    }
  });
}

exercise('an outage on sqlite', openSqliteStage);
describeWithMariadb('mariadb', () => exercise('an outage on mysql', openMysqlStage));
