/**
 * Makes the stock of sales anew from the book: freeze, bring the outbox to the log, a barrier in
 * every partition, settle past them, snapshot, load, reopen. Each step is harmless when it is
 * repeated, and a holder of the lease that slept finds its token gone; whoever comes next begins
 * with the first step and a token of its own.
 */
import { toBase64Url } from '../../contract/base64url.ts';
import type { Random } from '../../contract/random.ts';
import { MAX_FILL, type StockLedger } from '../admit/stock.ts';
import { failpoint } from '../failpoints.ts';
import { confirmAppended } from '../log/appender.ts';
import type { OrderLog } from '../log/log.ts';
import { RELAY_BATCH } from '../log/relay.ts';
import type { Logger } from '../logger.ts';
import type { OrderBook, Sale } from '../settle/book.ts';
import { reopen } from './reopen.ts';
import { type Barrier, isSettledPast } from './settled-past.ts';
import { type StockSnapshot, takeSnapshot } from './take-snapshot.ts';

const TOKEN_BYTES = 9;

/** What was done for a sale that is being recovered, and by which token. */
export interface Attempt extends Barrier {
  token: string;
}

export interface RecoverOptions {
  book: OrderBook;
  stock: StockLedger;
  log: OrderLog;
  random: Random;
  logger: Logger;
  /** False once the lease is lost: a successor goes on. */
  mayGoOn(): boolean;
  /** By sale: a round goes on where the one before it stopped. Without it each begins anew. */
  attempts?: Map<string, Attempt>;
  observe?(recovered: { saleId: string; seconds: number }): void;
}

type RecoveringSale = Pick<Sale, 'saleId' | 'epoch'>;

/**
 * Sales that are `recovering`; how many were opened again. One that fails does not keep the others
 * shut; what it failed with is thrown at the end.
 */
export async function recoverSales(
  options: RecoverOptions,
  sales: readonly RecoveringSale[],
): Promise<number> {
  const { attempts = new Map<string, Attempt>(), mayGoOn } = options;
  const failures: unknown[] = [];
  let opened = 0;
  async function each(work: (sale: RecoveringSale) => Promise<number>): Promise<void> {
    for (const sale of sales) {
      if (!mayGoOn()) return;
      await work(sale).then(
        (count) => {
          opened += count;
        },
        (error: unknown) => failures.push(error),
      );
    }
  }
  await each(async (sale) => {
    if (attempts.get(sale.saleId)?.epoch === sale.epoch) return 0;
    const attempt = await prepare(options, sale);
    if (attempt === 'loaded') return open(options, sale, undefined);
    if (attempt !== undefined) attempts.set(sale.saleId, attempt);
    return 0;
  });
  failpoint('recover.after-barrier');
  await each(async (sale) => {
    const attempt = attempts.get(sale.saleId);
    if (attempt === undefined || !(await isSettledPast(options, attempt)) || !mayGoOn()) return 0;
    attempts.delete(sale.saleId);
    if (!(await rebuild(options, sale, attempt.token))) return 0;
    const seconds = (performance.now() - attempt.startedAt) / 1000;
    options.observe?.({ saleId: sale.saleId, seconds });
    return 1;
  });
  if (failures.length > 0) throw failures[0];
  return opened;
}

/** Stops the sale, and puts a barrier behind all that was handed out. */
async function prepare(
  options: RecoverOptions,
  sale: RecoveringSale,
): Promise<Attempt | 'loaded' | undefined> {
  const { stock, log, random, logger, mayGoOn } = options;
  const { saleId, epoch } = sale;
  const startedAt = performance.now();
  const token = toBase64Url(random.bytes(TOKEN_BYTES));
  const reply = await stock.freeze({ saleId, epoch, token });
  failpoint('recover.after-freeze');
  // Whoever loaded it died before it could say so.
  if (reply === 'loaded') return 'loaded';
  if (reply === 'newer') {
    logger.error({ saleId, epoch }, 'the stock store is of a later epoch than the recovery');
    return undefined;
  }
  await emptyOutbox(options, saleId);
  if (!mayGoOn()) return undefined;
  return { epoch, token, barrier: await log.barrier({ saleId, epoch }), startedAt };
}

/** Whatever its epoch and age: nothing is added to a frozen bucket's. */
async function emptyOutbox({ stock, log, mayGoOn }: RecoverOptions, saleId: string): Promise<void> {
  while (mayGoOn()) {
    const query = { saleId, beforeMs: Number.MAX_SAFE_INTEGER, limit: RELAY_BATCH };
    const reservations = await stock.pending(query);
    if (reservations.length === 0) return;
    await log.append(reservations);
    await confirmAppended(stock, reservations);
  }
}

/** Whether the sale is open again. */
async function rebuild(
  options: RecoverOptions,
  { saleId, epoch }: RecoveringSale,
  token: string,
): Promise<boolean> {
  const { book, stock, logger, mayGoOn } = options;
  const snapshot = await takeSnapshot(book, { saleId, epoch });
  if (snapshot === undefined) return false;
  const key = { saleId, epoch, token };
  for (const part of partsOf(snapshot)) {
    if (!mayGoOn()) return false;
    if ((await stock.fill({ ...key, ...part })) === 'lost') {
      logger.warn({ saleId, epoch }, 'the stock store lost what a recovery wrote; it begins again');
      return false;
    }
  }
  const loaded = await stock.load({ ...key, units: snapshot.units });
  failpoint('recover.after-load');
  if (loaded === 'loaded') return (await open(options, { saleId, epoch }, snapshot)) === 1;
  logger.warn({ saleId, epoch }, 'the stock store lost what a recovery wrote; it begins again');
  return false;
}

function* partsOf({ holdings, releasedIds }: StockSnapshot) {
  const length = Math.max(holdings.length, releasedIds.length);
  for (let start = 0; start < length; start += MAX_FILL) {
    const end = start + MAX_FILL;
    yield { holdings: holdings.slice(start, end), releasedIds: releasedIds.slice(start, end) };
  }
}

async function open(
  { book, logger }: RecoverOptions,
  sale: RecoveringSale,
  snapshot: StockSnapshot | undefined,
): Promise<number> {
  const counts = { units: snapshot?.units, holdings: snapshot?.holdings.length };
  const opened = await reopen(book, { ...sale, ...counts });
  if (opened) logger.info({ ...sale, ...counts }, 'a sale was recovered and is open again');
  return opened ? 1 : 0;
}
