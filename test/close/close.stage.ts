/**
 * What closing is tried with: a book, an embedded stock store, and sales of its own in both. A
 * suite is a list of promises, each tried on such a stage.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { StockLedger } from '../../origin/admit/stock.ts';
import { armFailpoints } from '../../origin/failpoints.ts';
import type { OrderBook, Sale } from '../../origin/settle/book.ts';
import { answer } from '../../origin/settle/waiting.ts';
import { newSale } from '../backends/book.trial.ts';
import { createSaleStage, PER_BUYER, type SaleStage, type Stores } from './sale.stage.ts';
import { SET_EPOCH } from './stage.statements.ts';

export { expectWhole } from './expect-whole.ts';
export type { SaleStage } from './sale.stage.ts';

const NEVER_MS = 4_102_444_800_000;

export interface CloseStage extends Stores {
  /** A sale that is loaded and never ends, unless `details` say otherwise. */
  sale(units: number, details?: Partial<Sale>): Promise<SaleStage>;
  /** Begins a later epoch in both stores with so many units; without any in the book alone. */
  newEpoch(saleId: string, next: { epoch: number; units?: number }): Promise<void>;
}

export interface OpenStage extends CloseStage {
  close(): Promise<void>;
}

export interface ClosePromise {
  promise: string;
  check(stage: CloseStage): Promise<void>;
}

export function exercise(
  title: string,
  promises: readonly ClosePromise[],
  open: () => Promise<OpenStage>,
): void {
  describe(title, () => {
    let stage: OpenStage;
    beforeAll(async () => {
      stage = await open();
    });
    afterEach(() => armFailpoints([]));
    afterAll(() => stage.close());

    for (const { promise, check } of promises) test(promise, () => check(stage));
  });
}

/** `kind-0`, `kind-1`, … */
export function names(kind: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${kind}-${index}`);
}

export function createCloseStage(book: OrderBook, stock: StockLedger): CloseStage {
  const name = crypto.randomUUID().slice(0, 8);
  let sales = 0;
  return {
    book,
    stock,
    async sale(units, details = {}) {
      sales += 1;
      const times = { opensAtMs: 1, closesAtMs: NEVER_MS, perBuyer: PER_BUYER };
      const sale = newSale({ saleId: `${name}-${sales}`, units, ...times, ...details });
      expect(await book.createSale(sale)).toBe('created');
      if (sale.loaded) await stock.load({ saleId: sale.saleId, epoch: sale.epoch, units });
      return createSaleStage({ book, stock }, sale);
    },
    async newEpoch(saleId, { epoch, units }) {
      await book.transact(function* (transaction) {
        yield* answer(transaction.run(SET_EPOCH, epoch, saleId));
      });
      if (units !== undefined) await stock.load({ saleId, epoch, units });
    },
  };
}
