/** Races around closing, on the embedded book and on MariaDB. */
import { expect, test } from 'vitest';
import { answer } from '../../origin/settle/waiting.ts';
import { pause } from '../../origin/timer.ts';
import { describeWithMariadb } from '../backends/mariadb.ts';
import { exercise } from './close.stage.ts';
import { openMysqlStage, openSqliteStage } from './databases.ts';
import { expectWhole } from './expect-whole.ts';
import { racingPromises } from './racing.promises.ts';
import { ADD_WAITING, JOIN } from './stage.statements.ts';

exercise('racing on sqlite', racingPromises, openSqliteStage);
describeWithMariadb('mariadb', () => {
  exercise('racing on mysql', racingPromises, openMysqlStage);

  test('a closing waits for who is just joining, and serves them', async () => {
    const stage = await openMysqlStage();
    const sale = await stage.sale(1);
    const [orderId = ''] = await sale.orders(['anna']);
    const { book } = stage;
    let closing: Promise<unknown> | undefined;
    await book.transact(function* (transaction) {
      yield* answer(transaction.run(ADD_WAITING, 1, sale.saleId));
      closing = sale.expire(orderId);
      // Long enough for the closing to come to the lock of the sale's row.
      yield* answer(pause(100));
      yield* answer(transaction.run(JOIN, sale.saleId, 'bert', 1, 1, 1));
    });
    await closing;
    expect(await sale.row('bert')).toMatchObject({ state: 'reserved' });
    expect(await sale.counters()).toMatchObject({ free: 0, reserved: 1, waiting: 0 });
    await expectWhole(sale);
    await stage.close();
  });
});
