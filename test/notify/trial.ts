/** A notify role on a real book, a shop that takes its notices, and a look into the table. */
import { createNotify, type Notify } from '../../origin/notify/notify.ts';
import { type DeliveryRow, listDeliveries } from '../../origin/notify/replay.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import type { DialectStatement, StatementValue } from '../../origin/settle/transaction.ts';
import { answer } from '../../origin/settle/waiting.ts';
import { createResultWriter, type ResultWriter } from '../backends/book.results.ts';
import { evenRandom, memoryLogger } from '../origin/fakes.ts';
import { type Receiver, startReceiver } from './receiver.ts';

/** Longer than any wait that a test means. */
const PATIENCE_MS = 20_000;

export interface NotifyPromise {
  promise: string;
  check(trial: NotifyTrial): Promise<void>;
}

export interface NotifyTrial {
  book: OrderBook;
  /** A sale of the trial's own. */
  writer: ResultWriter;
  shop: Receiver;
  notify: Notify;
  lines: string[];
  outcomes: string[];
  /** What was told of how far it is behind, sale and count. */
  behind: [string, number][];
  /** Runs rounds until `done`, or throws after a while. */
  until(done: () => boolean | Promise<boolean>): Promise<void>;
  /** Nothing waits any more. */
  settled(): Promise<boolean>;
  /** The shop got so many requests. */
  arrived(count: number): () => boolean;
  deliveries(state?: DeliveryRow['state']): Promise<DeliveryRow[]>;
  /** Changes rows behind the role's back. */
  run(statement: DialectStatement, ...values: StatementValue[]): Promise<void>;
  /** Everything that waits is due now: time passes by SQL, since the book's clock is its own. */
  passTime(): Promise<void>;
  /** Another role on the same book and shop, as after a restart. */
  another(): Notify;
  end(): Promise<void>;
}

const MAKE_DUE = {
  mysql: "UPDATE deliveries SET due_at_ms = 1 WHERE state = 'pending'",
  sqlite: "UPDATE book_deliveries SET due_at_ms = 1 WHERE state = 'pending'",
};
const EMPTY = { mysql: 'DELETE FROM deliveries', sqlite: 'DELETE FROM book_deliveries' };

/** Empties the table first, so one book serves many trials, one after the other. */
export async function createNotifyTrial(book: OrderBook): Promise<NotifyTrial> {
  const shop = await startReceiver();
  const { logger, lines } = memoryLogger();
  const outcomes: string[] = [];
  const behind: [string, number][] = [];
  const roles: Notify[] = [];
  function another(): Notify {
    const role = createNotify({
      book,
      shop,
      fetch,
      random: evenRandom,
      logger,
      observe: (outcome) => void outcomes.push(outcome),
      observeBehind: (saleId, results) => void behind.push([saleId, results]),
    });
    roles.push(role);
    return role;
  }
  async function run(statement: DialectStatement, ...values: StatementValue[]) {
    await book.transact(function* (transaction) {
      yield* answer(transaction.run(statement, ...values));
    });
  }
  await run(EMPTY);
  const notify = another();

  const deliveries = (state?: DeliveryRow['state']) =>
    listDeliveries(book, { state, after: 0, limit: 1_000 });

  return {
    book,
    writer: await createResultWriter(book),
    shop,
    notify,
    lines,
    outcomes,
    behind,
    async until(done) {
      const endsAtMs = Date.now() + PATIENCE_MS;
      while (!(await done())) {
        if (Date.now() > endsAtMs) throw new Error(`never came: ${lines.join(', ')}`);
        await notify.round(() => true);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    },
    settled: async () => (await deliveries('pending')).length === 0,
    arrived: (count) => () => shop.received.length >= count,
    deliveries,
    run,
    passTime: () => run(MAKE_DUE),
    another,
    async end() {
      await shop.close();
      for (const role of roles) await role.close();
    },
  };
}
