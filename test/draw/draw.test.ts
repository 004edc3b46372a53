/** Changing the draw of a sale, on the embedded book and on MariaDB. */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { describeWithMariadb } from '../backends/mariadb.ts';
import { type OpenBook, openMysql, openSqlite } from '../operator/operator.stage.ts';
import { drawPromises } from './draw.promises.ts';

function exercise(title: string, open: OpenBook): void {
  describe(title, () => {
    let opened: Awaited<ReturnType<OpenBook>>;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());
    for (const { promise, check } of drawPromises) test(promise, () => check(opened.book));
  });
}

exercise('a draw in sqlite', openSqlite);
describeWithMariadb('mariadb', () => exercise('a draw in mysql', openMysql));
