/** Serving the waitlist, on the embedded book and on MariaDB. */
import { describeWithMariadb } from '../backends/mariadb.ts';
import { exercise } from './close.stage.ts';
import { openMysqlStage, openSqliteStage } from './databases.ts';
import { waitlistPromises } from './waitlist-service.promises.ts';

exercise('serving the waitlist on sqlite', waitlistPromises, openSqliteStage);
describeWithMariadb('mariadb', () => {
  exercise('serving the waitlist on mysql', waitlistPromises, openMysqlStage);
});
