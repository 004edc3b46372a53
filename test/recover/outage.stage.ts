/** The rounds of one process that watches over the store, by a clock that a test moves. */

import { expect } from 'vitest';
import { createOrderIdMaker } from '../../contract/ids.ts';
import type { Reservation } from '../../contract/log/codec.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import { createOutageRound, type OutageTurn } from '../../origin/recover/outage-round.ts';
import { recoveryRound } from '../../origin/recover/watch.ts';
import type { Sale } from '../../origin/settle/book.ts';
import { pause } from '../../origin/timer.ts';
import type { SaleStage } from '../close/close.stage.ts';
import type { RecoverStage } from './recover.stage.ts';

export const AFTER_MS = 5_000;

export type Watcher = ReturnType<typeof createWatcher>;

export function createWatcher(stage: RecoverStage, { draws = true } = {}) {
  const { book, options } = stage;
  let aheadMs = 0;
  let known: Sale[] = [];
  const round = createOutageRound({
    ...options,
    sales: () => known,
    nowMs: () => Date.now() + aheadMs,
    policy: { draws, afterMs: AFTER_MS },
  });

  /** As a role runs it; whether the store serves. */
  async function look(turn: Partial<OutageTurn> = {}): Promise<boolean> {
    known = await book.sales();
    const serves = await round({ mayGoOn: () => true, ...turn });
    const sales = await book.sales();
    if (serves && !turn.isUnsure) await recoveryRound({ ...options, sales: () => sales });
    return serves;
  }

  return {
    look,
    /** Two looks, so long apart. */
    async watch(forMs = AFTER_MS, turn: Partial<OutageTurn> = {}): Promise<void> {
      await look(turn);
      aheadMs += forMs;
      await look(turn);
    },
  };
}

/** What an API process appends for a click that it let in. */
export function entryOf(
  { sale, saleId }: SaleStage,
  buyerId: string,
  { key = 'entry', quantity = 1 } = {},
): Reservation {
  const orderId = createOrderIdMaker(nodeHashing, saleId)(buyerId, key);
  const where = { epoch: sale.epoch, bucket: 0, seq: 1, reservedAtMs: Date.now() };
  return { saleId, orderId, buyerId, quantity, ...where };
}

/** Why an order was rejected; undefined when it was not. */
export async function reasonOf({ book }: RecoverStage, orderId: string) {
  return (await book.order(orderId))?.reason;
}

/** Appends entries and waits until all of them are in the book. */
export async function enter(
  stage: RecoverStage,
  sale: SaleStage,
  ...entries: Reservation[]
): Promise<void> {
  await stage.append(...entries);
  for (;;) {
    const settled = new Set((await sale.rows()).map(({ orderId }) => orderId));
    if (entries.every(({ orderId }) => settled.has(orderId))) return;
    await pause(10);
  }
}

/** A sale that sold some and whose store then went away for long. */
export async function cutOff(
  stage: RecoverStage,
  { units, buyers, isUnsure }: { units: number; buyers: string[]; isUnsure?: boolean },
) {
  const sale = await stage.sale(units);
  const orderIds = await sale.orders(buyers);
  const watcher = createWatcher(stage);
  stage.switchOff();
  await watcher.watch(undefined, isUnsure === undefined ? {} : { isUnsure });
  return { watcher, sale, orderIds };
}

/** The store answers again; the sale as it then is. */
export async function comeBack(
  stage: RecoverStage,
  watcher: Watcher,
  sale: SaleStage,
): Promise<SaleStage> {
  stage.switchOff(false);
  await watcher.watch();
  for (let round = 0; round < 3; round += 1) await watcher.look();
  const back = await stage.again(sale);
  expect(back.sale).toMatchObject({ soldBy: 'store', loaded: true, recovering: false });
  return back;
}
