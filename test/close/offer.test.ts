/** Units of orders rejected while settling, on the embedded book and on MariaDB. */
import { describeWithMariadb } from '../backends/mariadb.ts';
import { exercise } from './close.stage.ts';
import { openMysqlStage, openSqliteStage } from './databases.ts';
import { offerPromises } from './offer.promises.ts';

exercise('offering on sqlite', offerPromises, openSqliteStage);
describeWithMariadb('mariadb', () => {
  exercise('offering on mysql', offerPromises, openMysqlStage);
});
