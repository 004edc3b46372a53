/**
 * Random steps of a sale's life: clicks, settling, paying, closing, topping up, waiting.
 * A step names what it is about by a number, and means whatever is there under that number when its
 * turn comes, so that any part of a sequence is a sequence.
 */
import fc from 'fast-check';
import type { Reservation } from '../../contract/log/codec.ts';
import { topUp } from '../../origin/close/top-up.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import type { SaleStage } from './sale.stage.ts';

const BUYERS = 6;
const MOST = 3;

const quantity = fc.integer({ min: 1, max: MOST });
const buyer = fc.integer({ min: 0, max: BUYERS - 1 }).map((number) => `buyer-${number}`);
const pick = fc.nat({ max: 9 });

export const lifeStep = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('click'), buyer, quantity, key: pick }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('settle'), count: pick }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('close'),
      to: fc.constantFrom('expired', 'cancelled'),
      pick,
      count: quantity,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pay'), pick }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('refund'), pick, restock: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('top-up'), id: fc.nat({ max: 2 }), units: quantity }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('join'), buyer, quantity }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave'), buyer }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('deliver') }) },
);
export type LifeStep = typeof lifeStep extends fc.Arbitrary<infer Step> ? Step : never;

export interface Life {
  book: OrderBook;
  sale: SaleStage;
  /** Handed out by the stock store, not settled yet. */
  inFlight: Reservation[];
  /** How many of each kind did something. */
  done: Map<string, number>;
}

/** Takes a step, if it means anything now. */
export async function takeLifeStep(life: Life, step: LifeStep): Promise<void> {
  const happened = await act(life, step);
  if (happened) life.done.set(step.kind, (life.done.get(step.kind) ?? 0) + 1);
}

async function act({ book, sale, inFlight }: Life, step: LifeStep): Promise<boolean> {
  switch (step.kind) {
    case 'click': {
      const how = { quantity: step.quantity, key: `click-${step.key}` };
      const reservation = await sale.reserve(step.buyer, how);
      if (reservation !== undefined) inFlight.push(reservation);
      return reservation !== undefined;
    }
    case 'settle': {
      const batch = inFlight.splice(0, step.count);
      if (batch.length > 0) await sale.settle(...batch);
      return batch.length > 0;
    }
    case 'close': {
      const ids = await idsIn(sale, 'reserved');
      const chosen = Array.from({ length: step.count }, (_, index) => at(ids, step.pick + index));
      return (await sale.close(step.to, [...new Set(chosen)])).length > 0;
    }
    case 'pay':
      return sale.pay(at(await idsIn(sale, 'reserved'), step.pick));
    case 'refund': {
      const { restock, pick: index } = step;
      const ids = [at(await idsIn(sale, 'paid'), index)];
      return (await sale.close('refunded', ids, { restock })).length > 0;
    }
    case 'top-up': {
      const { id, units } = step;
      const command = { saleId: sale.saleId, topUpId: `top-up-${id}`, units };
      return (await topUp(book, command)) === 'added';
    }
    case 'join':
      return sale.tryJoin(step.buyer, step.quantity);
    case 'leave':
      return sale.leave(step.buyer);
    case 'deliver':
      return (await sale.deliver()) > 0;
  }
}

async function idsIn(sale: SaleStage, state: string): Promise<string[]> {
  const rows = await sale.rows();
  return rows.filter((row) => row.state === state).map(({ orderId }) => orderId);
}

/** An id that is none when there is nothing. */
function at(ids: readonly string[], index: number): string {
  return ids[index % Math.max(1, ids.length)] ?? 'nothing-there';
}
