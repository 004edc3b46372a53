/**
 * Random steps for a waitlist, and a model that says what must come of them. A seed gives the same
 * steps for ever: few buyers and a small cap, so that they often meet. Buyers join and leave in
 * batches, order, and lose their orders, whose units go to the heads.
 */
import { expect } from 'vitest';
import { createDice, type Dice } from '../backends/stock.steps.ts';
import { expectLineHolds, type WaitlistTrial, waitingIn } from './waitlist.trial.ts';

const BUYERS = 12;
const CAP = 6;
const UNITS = 1_000;
const LONG_AGO_MS = 1;

interface Model {
  saleId: string;
  line: string[];
  /** Who has an order of one unit. */
  holders: Set<string>;
}

/** Throws at the first step after which waitlist and model differ. */
export async function compareWithModel(trial: WaitlistTrial, seed: number, steps: number) {
  const dice = createDice(seed);
  const saleId = await trial.sale({ waitlistCap: CAP, units: UNITS });
  const model: Model = { saleId, line: [], holders: new Set() };
  for (let step = 1; step <= steps; step += 1) {
    const does = [joins, joins, leaves, orders, expires][dice(5)] ?? joins;
    await does(trial, model, dice);
    expect(await waitingIn(trial.book, saleId), `step ${step}, ${does.name}`).toEqual(model.line);
  }
  await expectLineHolds(trial.book, saleId);
}

async function joins(trial: WaitlistTrial, model: Model, dice: Dice): Promise<void> {
  const buyerIds = Array.from({ length: 1 + dice(4) }, () => someBuyer(dice));
  const before = new Set(model.line);
  const expected = buyerIds.map((buyerId) => {
    if (model.holders.has(buyerId)) return 'has-order';
    if (model.line.includes(buyerId)) return 'place';
    if (model.line.length >= CAP) return 'waitlist-full';
    model.line.push(buyerId);
    return model.line.length;
  });
  const answers = await Promise.all(
    buyerIds.map((buyerId) =>
      // Who waits already may have to wait for a new list of places, which this does not test.
      before.has(buyerId) ? 'place' : trial.join(model.saleId, buyerId),
    ),
  );
  answers.forEach((answer, index) => {
    const wanted = expected[index];
    if (wanted === 'place') return;
    expect(typeof answer === 'string' ? answer : answer.place).toBe(wanted);
  });
}

async function leaves(trial: WaitlistTrial, model: Model, dice: Dice): Promise<void> {
  const buyerIds = [...new Set([someBuyer(dice), someBuyer(dice)])];
  const expected = buyerIds.map((buyerId) =>
    model.line.includes(buyerId) ? 'left' : 'not-waiting',
  );
  model.line = model.line.filter((buyerId) => !buyerIds.includes(buyerId));
  const left = buyerIds.map((buyerId) => trial.leave(model.saleId, buyerId));
  expect(await Promise.all(left)).toEqual(expected);
}

async function orders(trial: WaitlistTrial, model: Model, dice: Dice): Promise<void> {
  const buyerId = someBuyer(dice);
  if (model.holders.has(buyerId)) return;
  await trial.order(model.saleId, buyerId);
  model.holders.add(buyerId);
  model.line = model.line.filter((waiting) => waiting !== buyerId);
}

async function expires(trial: WaitlistTrial, model: Model, dice: Dice): Promise<void> {
  const buyerId = [...model.holders][dice(Math.max(1, model.holders.size))];
  if (buyerId === undefined) return;
  const order = await trial.book.orderOf(model.saleId, buyerId);
  if (order === undefined) throw new Error(`${buyerId} has no order`);
  await trial.expire(model.saleId, order.orderId);
  model.holders.delete(buyerId);
  const head = model.line.shift();
  if (head === undefined) await trial.giveBack(order.orderId, LONG_AGO_MS);
  else model.holders.add(head);
}

function someBuyer(dice: Dice): string {
  return `buyer-${dice(BUYERS)}`;
}
