/**
 * Random steps on a stock ledger: few sales, buyers and orders, so that they often meet. A seed
 * gives the same steps for ever; no step depends on a reply, so two adapters can be given the same
 * ones.
 */
import type {
  FillCall,
  FreezeCall,
  HoldCall,
  LoadCall,
  ReleaseCall,
  ReserveCall,
  StockLedger,
} from '../../origin/admit/stock.ts';
import { createFractions } from '../fractions.ts';
import { NOW_MS, order } from './stock.trial.ts';

export type Step =
  | ({ kind: 'load' } & LoadCall)
  | ({ kind: 'freeze' } & FreezeCall)
  | ({ kind: 'fill' } & FillCall)
  | ({ kind: 'reserve' } & ReserveCall)
  | { kind: 'confirm'; saleId: string; orderIds: string[] }
  | { kind: 'find'; saleId: string; buyerId: string }
  | { kind: 'pending'; saleId: string; beforeMs: number; limit: number }
  | ({ kind: 'release' } & ReleaseCall)
  | ({ kind: 'hold' } & HoldCall)
  | { kind: 'terms'; saleId: string };

const PER_BUYER = 3;
const BUYERS = 60;
/** Each buyer clicks with a few Idempotency-Keys, so orders belong to one buyer as real ones do. */
const ORDERS_PER_BUYER = 4;

/** A whole number from 0 up to, not including, `below`. */
export type Dice = (below: number) => number;

export function createDice(seed: number): Dice {
  const fraction = createFractions(seed);
  return (below) => Math.floor(fraction() * below);
}

/** What a sale is likely to be by now; an adapter may know better. */
interface Likely {
  epoch: number;
  /** Undefined while it is open. */
  frozenBy: string | undefined;
}

/**
 * Steps over `saleIds`; later epochs come now and then, some by way of a recovery with its rivals,
 * and some calls are of a wrong epoch.
 */
export function randomSteps(dice: Dice, count: number, saleIds: readonly string[]): Step[] {
  const sales = new Map<string, Likely>();
  return Array.from({ length: count }, (_, index) => {
    const saleId = saleIds[dice(saleIds.length)] ?? 'none';
    const likely = sales.get(saleId) ?? { epoch: 1, frozenBy: undefined };
    const recovery = dice(100) < (likely.frozenBy === undefined ? 3 : 45);
    const step = recovery
      ? recoveryStep(dice, { saleId, ...likely })
      : randomStep(dice, { saleId, epoch: likely.epoch, nowMs: NOW_MS + index });
    sales.set(saleId, likelyAfter(likely, step));
    return step;
  });
}

function likelyAfter(likely: Likely, step: Step): Likely {
  if (step.kind !== 'load' && step.kind !== 'freeze') return likely;
  const { kind, epoch, token } = step;
  const isLater = epoch > likely.epoch;
  if (kind === 'freeze' && (isLater || likely.frozenBy !== undefined)) {
    return { epoch: Math.max(epoch, likely.epoch), frozenBy: token };
  }
  if (kind === 'load' && token === undefined && isLater) return { epoch, frozenBy: undefined };
  const opens = kind === 'load' && epoch === likely.epoch && token === likely.frozenBy;
  return opens ? { epoch, frozenBy: undefined } : likely;
}

function recoveryStep(dice: Dice, now: { saleId: string } & Likely): Step {
  const { saleId, frozenBy } = now;
  const anyone = `token-${dice(3)}`;
  const token = dice(8) === 0 ? anyone : (frozenBy ?? anyone);
  const epoch = dice(12) === 0 ? Math.max(1, now.epoch - 1 + dice(3)) : now.epoch;
  const roll = dice(10);
  if (frozenBy === undefined && roll < 6) {
    return { kind: 'freeze', saleId, epoch: Math.max(1, now.epoch - 1 + dice(4)), token };
  }
  if (roll < 2) return { kind: 'freeze', saleId, epoch, token };
  if (roll < 7) {
    const holdings = Array.from({ length: dice(20) }, () => {
      return { ...randomOrder(dice), quantity: 1 + dice(PER_BUYER) };
    });
    const releasedIds = Array.from({ length: dice(20) }, () => randomOrder(dice).orderId);
    return { kind: 'fill', saleId, epoch, token, holdings, releasedIds };
  }
  return { kind: 'load', saleId, epoch, token, units: dice(80) };
}

function randomStep(dice: Dice, now: { saleId: string; epoch: number; nowMs: number }): Step {
  const { saleId, nowMs } = now;
  const other = dice(2) === 0 ? now.epoch + 1 : 1 + dice(now.epoch);
  const epoch = dice(20) === 0 ? other : now.epoch;
  const roll = dice(100);
  if (roll < 1) return { kind: 'load', saleId, epoch: now.epoch + dice(3), units: dice(80) };
  if (roll < 3) return { kind: 'load', saleId, epoch: Math.max(1, now.epoch - 1), units: 9 };
  // A new sale's; of one that is open or frozen it changes nothing.
  if (roll < 4) return { kind: 'load', saleId, epoch: now.epoch, units: dice(80) };
  if (roll < 54) {
    const requests = Array.from({ length: 1 + dice(dice(10) === 0 ? 128 : 6) }, () => {
      const { orderId, buyerId } = randomOrder(dice);
      return { orderId, buyerId, quantity: 1 + dice(PER_BUYER) };
    });
    return { kind: 'reserve', saleId, epoch, perBuyer: PER_BUYER, nowMs, requests };
  }
  if (roll < 64) {
    const orderIds = Array.from({ length: dice(6) }, () => randomOrder(dice).orderId);
    return { kind: 'confirm', saleId, orderIds };
  }
  if (roll < 74) return { kind: 'find', saleId, buyerId: randomOrder(dice).buyerId };
  if (roll < 80)
    return { kind: 'pending', saleId, beforeMs: nowMs - dice(30), limit: 1 + dice(20) };
  if (roll < 87) return { kind: 'release', saleId, epoch, ...randomOrder(dice), units: dice(4) };
  // Units that were added to the sale.
  if (roll < 89) {
    const orderId = order(BUYERS * ORDERS_PER_BUYER + dice(99));
    return { kind: 'release', saleId, epoch, orderId, buyerId: '', units: dice(4) };
  }
  if (roll < 96) {
    return { kind: 'hold', saleId, epoch, ...randomOrder(dice), quantity: 1 + dice(PER_BUYER) };
  }
  return { kind: 'terms', saleId };
}

function randomOrder(dice: Dice): { orderId: string; buyerId: string } {
  const buyer = dice(BUYERS);
  const orderId = order(buyer * ORDERS_PER_BUYER + dice(ORDERS_PER_BUYER));
  return { orderId, buyerId: `{buyer}|${buyer}` };
}

export async function takeStep(stock: StockLedger, step: Step): Promise<unknown> {
  switch (step.kind) {
    case 'load':
      return stock.load(step);
    case 'freeze':
      return stock.freeze(step);
    case 'fill':
      return stock.fill(step);
    case 'reserve':
      return stock.reserve(step);
    case 'confirm':
      return stock.confirm(step.saleId, step.orderIds);
    case 'find':
      return stock.find(step.saleId, step.buyerId);
    case 'pending':
      return stock.pending(step);
    case 'release':
      return stock.release(step);
    case 'hold':
      return stock.hold(step);
    case 'terms':
      return stock.terms(step.saleId);
  }
}
