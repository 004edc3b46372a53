/**
 * The suite that every StockLedger adapter must pass: one test for each promise of the port. The
 * promises are a list, so that a deliberately broken adapter can be held against them as well.
 */
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { StockLedger } from '../../origin/admit/stock.ts';
import { bookkeepingPromises } from './stock.bookkeeping-promises.ts';
import { holdPromises } from './stock.hold-promises.ts';
import { recoveryPromises } from './stock.recovery-promises.ts';
import { reservePromises } from './stock.reserve-promises.ts';
import type { StockPromise } from './stock.trial.ts';
import { createTrial } from './stock.trial.ts';

export const stockPromises: readonly StockPromise[] = [
  ...reservePromises,
  ...bookkeepingPromises,
  ...holdPromises,
  ...recoveryPromises,
];

export interface OpenStock {
  stock: StockLedger;
  close(): Promise<void>;
}

export function exerciseStock(name: string, open: () => Promise<OpenStock>): void {
  describe(`the stock ledger on ${name}`, () => {
    let opened: OpenStock;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    for (const { promise, check } of stockPromises) {
      test(promise, () => check(createTrial(opened.stock)));
    }
  });
}

/** The promises that `stock` breaks. */
export async function brokenPromises(stock: StockLedger): Promise<string[]> {
  const broken: string[] = [];
  for (const { promise, check } of stockPromises) {
    await check(createTrial(stock)).catch(() => broken.push(promise));
  }
  return broken;
}
