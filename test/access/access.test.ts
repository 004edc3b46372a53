/** Who may buy, on the embedded book and on MariaDB. */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { describeWithMariadb } from '../backends/mariadb.ts';
import { type OpenBook, openMysql, openSqlite } from '../operator/operator.stage.ts';
import { accessPromises } from './access.promises.ts';
import { accessChangePromises } from './access-changes.promises.ts';

function exercise(title: string, open: OpenBook): void {
  describe(title, () => {
    let opened: Awaited<ReturnType<OpenBook>>;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());
    for (const { promise, check } of [...accessPromises, ...accessChangePromises]) {
      test(promise, () => check(opened.book));
    }
  });
}

exercise('access in sqlite', openSqlite);
describeWithMariadb('mariadb', () => exercise('access in mysql', openMysql));
