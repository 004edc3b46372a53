/** The record of changes, on the embedded book and on MariaDB. */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { describeWithMariadb } from '../backends/mariadb.ts';
import { changePromises } from './changes.promises.ts';
import { type OpenBook, openMysql, openSqlite } from './operator.stage.ts';

function exercise(title: string, open: OpenBook): void {
  describe(title, () => {
    let opened: Awaited<ReturnType<OpenBook>>;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());
    for (const { promise, check } of changePromises) test(promise, () => check(opened.book));
  });
}

exercise('changes in sqlite', openSqlite);
describeWithMariadb('mariadb', () => exercise('changes in mysql', openMysql));
