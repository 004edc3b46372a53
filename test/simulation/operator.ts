/**
 * What the operator of the sale does: makes it, adds units, cancels, refunds, pauses. A command
 * that got no answer is given again, with the same id.
 */
import type { OrderState } from '../../contract/order.ts';
import type { NewSale } from '../../contract/sale.ts';
import { topUp } from '../../origin/close/top-up.ts';
import { createSale, saleFrom } from '../../origin/sales/create-sale.ts';
import { cancelOrder } from '../../origin/sweep/cancel-order.ts';
import type { Request, Requests } from './requests.ts';
import { SALE_ID, type World } from './world.ts';

const GIVE_AGAIN_MS = 2_500;
const PAUSE_MS = [100, 1_500] as const;

export interface Operator {
  /** Asks until the sale is there. */
  makeSale(): void;
  act(): void;
}

export function createOperator(world: World, requests: Requests): Operator {
  const { dice, schedule, history } = world;
  const insist = createInsist(world, requests);
  let topUps = 0;

  function order(state?: OrderState): string | undefined {
    const known = [...history.promised().keys()];
    return dice.pickMaybe(known.filter((id) => state === undefined || history.last(id) === state));
  }

  function addUnits(): void {
    topUps += 1;
    const wanted = { saleId: SALE_ID, topUpId: `top-up-${topUps}`, units: dice.whole(1, 2) };
    insist({
      about: `the operator adds ${wanted.units} units (${wanted.topUpId})`,
      ask: ({ book }) => topUp(book, wanted),
    });
  }

  function refund(): void {
    const orderId = order('paid') ?? order();
    if (orderId === undefined) return;
    const restock = dice.chance(0.6);
    insist({
      about: `the operator refunds ${orderId}${restock ? '' : ', without its units'}`,
      ask: ({ payments }) => payments.refund(orderId, { restock }),
    });
  }

  function cancel(): void {
    const orderId = order();
    if (orderId === undefined) return;
    insist({
      about: `the operator cancels ${orderId}`,
      ask: ({ book, orders, payments }) =>
        cancelOrder({ book, orders, hurry: payments.workOn }, { orderId, by: 'operator' }),
    });
  }

  function pauseAWhile(): void {
    const change = (paused: boolean, about: string) =>
      insist({ about, ask: ({ book }) => book.changeSale(SALE_ID, { paused }) });
    change(true, 'the operator pauses the sale');
    schedule.after(dice.whole(...PAUSE_MS), undefined, () =>
      change(false, 'the operator goes on with the sale'),
    );
  }

  return {
    makeSale: () => makeSale(world, insist),
    act: () =>
      dice.pickBy([
        [addUnits, 2],
        [refund, 3],
        [cancel, 2],
        [pauseAWhile, 1],
      ])(),
  };
}

type Insist = <Reply>(command: Request<Reply>) => void;

/** Gives a command until an answer comes. */
function createInsist({ schedule }: World, requests: Requests): Insist {
  return (command) => {
    let isAnswered = false;
    function give(): void {
      if (isAnswered) return;
      requests.send({
        ...command,
        told() {
          isAnswered = true;
        },
      });
      schedule.after(GIVE_AGAIN_MS, undefined, give);
    }
    give();
  };
}

function makeSale(world: World, insist: Insist): void {
  const { dice, scenario } = world;
  const { payWindowMs } = scenario;
  const sale = saleFrom(newSale(world), { payWindowMs, random: dice.random });
  // A part of the crowd is drawn at first, all of it a little later.
  if (scenario.share < 1) sale.shareSteps.push({ atMs: sale.opensAtMs + 5_000, share: 1 });
  insist({
    about: `the operator makes the sale of ${sale.units} units`,
    ask: ({ book, stock }) => createSale({ book, stock }, sale),
  });
}

function newSale({ scenario, schedule }: World): NewSale {
  const opensAtMs = schedule.nowMs() + scenario.opensInMs;
  return {
    saleId: SALE_ID,
    title: 'Phone',
    price: scenario.price,
    currency: 'EUR',
    units: scenario.units,
    perBuyer: scenario.perBuyer,
    opensAt: new Date(opensAtMs).toISOString(),
    closesAt: new Date(opensAtMs + scenario.closesInMs).toISOString(),
    ratePerSecond: 100,
    share: scenario.share,
    payWindowMs: scenario.payWindowMs,
    freeOnPaymentFailure: scenario.freeOnPaymentFailure,
    waitlistCap: scenario.waitlistCap,
    score: 'fastest',
  };
}
