/** What must hold of a sale in the book after every step, whatever it was. */
import { expect } from 'vitest';
import type { SaleStage } from './sale.stage.ts';
import { LIVE } from './stage.statements.ts';

/** Whatever happened: counters as the rows say, results without gaps and complete. */
export async function expectWhole(stage: SaleStage): Promise<void> {
  const [rows, counters, line] = [await stage.rows(), await stage.counters(), await stage.line()];
  const unitsIn = (state: string) =>
    rows.filter((row) => row.state === state).reduce((sum, row) => sum + row.quantity, 0);
  expect(counters).toMatchObject({ reserved: unitsIn('reserved'), paid: unitsIn('paid') });
  const { units = 0, free = 0, reserved = 0, paid = 0, waiting, resultSeq } = counters ?? {};
  expect(free + reserved + paid, 'units').toBe(units);
  expect(waiting, 'waiting').toBe(line.filter(({ state }) => state === 'waiting').length);
  const live = rows.filter(({ state }) => LIVE.has(state));
  expect(new Set(live.map(({ buyerId }) => buyerId)).size, 'live orders').toBe(live.length);

  const results = await stage.results();
  expect(results.map(({ seq }) => seq)).toEqual(results.map((_, index) => index + 1));
  expect(resultSeq).toBe(results.length);
  const told = new Map<string, string>();
  for (const { orders } of results) {
    for (const { orderId, state } of orders) told.set(orderId, state);
  }
  expect(Object.fromEntries(told)).toEqual(
    Object.fromEntries(rows.map(({ orderId, state }) => [orderId, state])),
  );
}
