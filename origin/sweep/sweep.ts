/**
 * One round of the sweep: closes what settled although it was cancelled, closes what nobody paid in
 * time, tells the stock store what came free, and now and then forgets old results and events. A
 * slow provider must not hold up the rest, so payments that are due have rounds of their own
 * (`payments.workDue` every PAY_EVERY_MS). Each step looks at the book again under a lock: two
 * sweeps do no harm.
 */
import type { StockLedger } from '../admit/stock.ts';
import { DELIVER_EVERY_MS, deliverRound } from '../close/deliver.ts';
import type { Logger } from '../logger.ts';
import type { OrderBook, Sale } from '../settle/book.ts';
import { levelOf } from '../told-errors.ts';
import { EXPIRE_BATCH, expireDue } from './expire.ts';
import { EVENTS_BATCH, FORGET_EVENTS_EVERY_MS, forgetEvents } from './forget-events.ts';
import { FORGET_BATCH, forgetResults } from './forget-results.ts';
import { closeStray, STRAY_BATCH } from './stray-cancellations.ts';

/** What the book freed waits this long at most before the stock store learns of it. */
export const SWEEP_EVERY_MS = DELIVER_EVERY_MS;
/** What is due waits this long at most before its provider is asked. */
export const PAY_EVERY_MS = 500;
const FORGET_EVERY_MS = 60_000;

export interface SweepOptions {
  book: OrderBook;
  stock: StockLedger;
  sales(): readonly Sale[];
  nowMs(): number;
  logger: Logger;
  observe?(step: 'stray' | 'due' | 'forgotten', count: number): void;
}

export type SweepRound = (mayGoOn: () => boolean) => Promise<void>;

export function createSweep(options: SweepOptions): SweepRound {
  const { book, stock, logger, nowMs } = options;
  let forgetAtMs = 0;
  let forgetEventsAtMs = 0;

  function count(step: 'stray' | 'due' | 'forgotten', done: number): void {
    if (done > 0) options.observe?.(step, done);
  }

  async function forget(mayGoOn: () => boolean): Promise<void> {
    if (nowMs() < forgetAtMs) return;
    forgetAtMs = nowMs() + FORGET_EVERY_MS;
    for (const { saleId } of options.sales()) {
      for (let full = true; full && mayGoOn(); ) {
        const forgotten = await forgetResults(book, saleId);
        count('forgotten', forgotten);
        full = forgotten === FORGET_BATCH;
      }
    }
  }

  async function forgetTaken(mayGoOn: () => boolean): Promise<void> {
    if (nowMs() < forgetEventsAtMs) return;
    forgetEventsAtMs = nowMs() + FORGET_EVENTS_EVERY_MS;
    for (let full = true; full && mayGoOn(); ) {
      const forgotten = await forgetEvents(book);
      count('forgotten', forgotten);
      full = forgotten === EVENTS_BATCH;
    }
  }

  const steps: Record<string, (mayGoOn: () => boolean) => Promise<unknown>> = {
    async stray(mayGoOn) {
      for (let full = true; full && mayGoOn(); ) {
        const closed = await closeStray(book, mayGoOn);
        count('stray', closed);
        full = closed === STRAY_BATCH;
      }
    },
    async due(mayGoOn) {
      for (let full = true; full && mayGoOn(); ) {
        const expired = await expireDue(book, { limit: EXPIRE_BATCH });
        count('due', expired);
        full = expired === EXPIRE_BATCH;
      }
    },
    deliver: (mayGoOn) => deliverRound({ stock, book, mayGoOn }),
    forget,
    'forget-events': forgetTaken,
  };

  return async (mayGoOn) => {
    for (const [step, work] of Object.entries(steps)) {
      if (!mayGoOn()) return;
      // One that fails must not keep the others from their work.
      await work(mayGoOn).catch((error: unknown) => {
        logger[levelOf(error)](
          { error, step },
          'a step of the sweep failed; the next round tries again',
        );
      });
    }
  };
}
