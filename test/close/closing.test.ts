/** Closing orders, on the embedded book and on MariaDB. */
import { describeWithMariadb } from '../backends/mariadb.ts';
import { exercise } from './close.stage.ts';
import { closingPromises } from './closing.promises.ts';
import { openMysqlStage, openSqliteStage } from './databases.ts';

exercise('closing orders on sqlite', closingPromises, openSqliteStage);
describeWithMariadb('mariadb', () => {
  exercise('closing orders on mysql', closingPromises, openMysqlStage);
});
