/** Topping up, on the embedded book and on MariaDB. */
import { describeWithMariadb } from '../backends/mariadb.ts';
import { exercise } from './close.stage.ts';
import { openMysqlStage, openSqliteStage } from './databases.ts';
import { topUpPromises } from './top-up.promises.ts';

exercise('topping up on sqlite', topUpPromises, openSqliteStage);
describeWithMariadb('mariadb', () => {
  exercise('topping up on mysql', topUpPromises, openMysqlStage);
});
