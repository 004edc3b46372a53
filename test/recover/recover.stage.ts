/**
 * What recovery is tried with: a book of either kind, the embedded stock store, the embedded log
 * with a settler that can be held, or the log that is none, and a sale that is sold by halves.
 */
import { systemClock } from '../../contract/clock.ts';
import type { Reservation } from '../../contract/log/codec.ts';
import { systemRandom } from '../../contract/random.ts';
import { createSqliteStock } from '../../origin/admit/sqlite-stock.ts';
import type { StockLedger } from '../../origin/admit/stock.ts';
import type { EmbeddedDatabase } from '../../origin/embedded.ts';
import { createDirectLog } from '../../origin/log/direct-log.ts';
import { createSqliteLog } from '../../origin/log/sqlite-log.ts';
import { recoveryRound } from '../../origin/recover/watch.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import { createMysqlBook } from '../../origin/settle/mysql-book.ts';
import { createSettler } from '../../origin/settle/settler.ts';
import { createSqliteBook } from '../../origin/settle/sqlite-book.ts';
import { openTemporaryDatabase } from '../backends/embedded.ts';
import { createTestDatabase } from '../backends/mariadb.ts';
import { createCloseStage, type SaleStage } from '../close/close.stage.ts';
import { createSaleStage } from '../close/sale.stage.ts';
import { memoryLogger } from '../origin/fakes.ts';

export type RecoverStage = Awaited<ReturnType<typeof openSqliteStage>>;
export type LogKind = 'sqlite' | 'direct';

const observe = () => {};
const watch = { observe, observeOrders: observe, observeDead: observe };

export function openSqliteStage(logKind: LogKind) {
  const { database, remove } = openTemporaryDatabase();
  const book = createSqliteBook(database, { clock: systemClock, random: systemRandom });
  return createStage(book, { database, logKind, close: async () => remove() });
}

export async function openMysqlStage(logKind: LogKind) {
  const server = await createTestDatabase();
  const { database, remove } = openTemporaryDatabase();
  const book = createMysqlBook({ url: server.url, random: systemRandom });
  async function close() {
    await book.close();
    await server.drop();
    remove();
  }
  return createStage(book, { database, logKind, close });
}

async function createStage(
  book: OrderBook,
  given: { database: EmbeddedDatabase; logKind: LogKind; close(): Promise<void> },
) {
  await book.migrate();
  const { database } = given;
  const { stock, switchOff } = createSwitch(createSqliteStock(database));
  const { logger } = memoryLogger();
  const log =
    given.logKind === 'direct'
      ? createDirectLog({ book, logger, ...watch })
      : createSqliteLog(database, { lanes: 4, clock: systemClock });
  const stage = createCloseStage(book, stock);
  let consumer: Awaited<ReturnType<typeof log.consume>> | undefined;

  const options = { book, stock, log, random: systemRandom, logger, mayGoOn: () => true };
  return {
    ...stage,
    log,
    /** While it is off the store answers nothing; it keeps what it has. */
    switchOff,
    options,
    /** From here on the log is settled; one that is none settles from the start. */
    async settle(): Promise<void> {
      consumer ??= await log.consume(
        createSettler({ book, log, random: systemRandom, logger, ...watch }),
      );
    },
    /** One round over the sales as the book has them; how many were opened again. */
    async round(change: Partial<typeof options> = {}): Promise<number> {
      const sales = await book.sales();
      return recoveryRound({ ...options, sales: () => sales, ...change });
    },
    /** The sale as it is now: its epoch may be another. */
    async again({ saleId }: SaleStage): Promise<SaleStage> {
      const sale = (await book.sales()).find((candidate) => candidate.saleId === saleId);
      if (sale === undefined) throw new Error(`${saleId} has gone`);
      return createSaleStage({ book, stock }, sale);
    },
    /** Everything that the stock store knows is gone, as after FLUSHALL. */
    flush({ saleId }: SaleStage): void {
      for (const table of ['state', 'buyers', 'outbox', 'released']) {
        database.raw.prepare(`DELETE FROM stock_${table} WHERE sale_id = ?`).run(saleId);
      }
    },
    /** The store forgets its newest reservations, as a replica that lagged; or units. */
    rollBack({ saleId }: SaleStage, orders: number, units = -orders): void {
      database.raw
        .prepare('UPDATE stock_state SET seq = seq - ?, stock = stock - ? WHERE sale_id = ?')
        .run(orders, units, saleId);
    },
    /** The store forgets whose a unit is. */
    forget({ saleId }: SaleStage, buyerId: string): void {
      database.raw
        .prepare('DELETE FROM stock_buyers WHERE sale_id = ? AND buyer_id = ?')
        .run(saleId, buyerId);
    },
    append: (...reservations: Reservation[]) => log.append(reservations),
    async close(): Promise<void> {
      await consumer?.close();
      await log.close();
      await given.close();
    },
  };
}

/** A store that can be away. */
function createSwitch(store: StockLedger) {
  let isOff = false;
  const stock = new Proxy(store, {
    get(target, name: keyof StockLedger) {
      const call = target[name] as (...given: unknown[]) => unknown;
      return async (...given: unknown[]) => {
        if (isOff) throw new Error(`the stock store is away: ${name}`);
        return call.apply(target, given);
      };
    },
  });
  const switchOff = (off = true) => {
    isOff = off;
  };
  return { stock, switchOff };
}
