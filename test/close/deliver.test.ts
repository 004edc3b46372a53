/** Delivering to the stock store, on the embedded book and on MariaDB. */
import { describeWithMariadb } from '../backends/mariadb.ts';
import { exercise } from './close.stage.ts';
import { openMysqlStage, openSqliteStage } from './databases.ts';
import { deliverPromises } from './deliver.promises.ts';

exercise('delivering on sqlite', deliverPromises, openSqliteStage);
describeWithMariadb('mariadb', () => {
  exercise('delivering on mysql', deliverPromises, openMysqlStage);
});
