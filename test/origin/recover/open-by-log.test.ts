/** Opening sales that are sold by the log: what is waited for, and what a lost lease stops. */
import { expect, test } from 'vitest';
import { createOpening } from '../../../origin/recover/open-by-log.ts';
import { fakeBook, fakeLog, memoryLogger, saleOf } from '../fakes.ts';

/** Two partitions; the book is at `settled` of each. */
function setUp(settled: bigint) {
  const done: string[] = [];
  const open = createOpening({
    book: fakeBook({
      offsets: async () => new Map([0, 1].map((partition) => [partition, settled])),
      async transact() {
        done.push('opened');
        return 3 as never;
      },
    }),
    log: fakeLog({
      async barrier({ epoch }) {
        done.push(`barrier of ${epoch}`);
        return new Map([0, 1].map((partition) => [partition, 7n]));
      },
    }),
    logger: memoryLogger().logger,
  });
  return { open, done };
}

const sales = [saleOf({ soldBy: 'log', loaded: false, recovering: true })];

test('a sale is opened once the book is past the barrier', async () => {
  const { open, done } = setUp(8n);
  await open(sales, () => true);
  expect(done).toEqual(['barrier of 3', 'opened']);
});

test('who lost the lease opens nothing, whatever was settled', async () => {
  for (const looks of [0, 1, 2]) {
    const { open, done } = setUp(8n);
    let left = looks;
    await open(sales, () => left-- > 0);
    expect(done, `${looks} looks`).toEqual(looks === 0 ? [] : ['barrier of 3']);
  }
});

test('what is not settled is waited for in later rounds, with one barrier', async () => {
  const { open, done } = setUp(7n);
  for (const epoch of [3, 3, 5]) {
    let left = 3;
    await open([saleOf({ ...sales[0], epoch })], () => left-- > 0);
  }
  expect(done).toEqual(['barrier of 3', 'barrier of 5']);
});
