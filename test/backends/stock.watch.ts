/**
 * Watches a stock ledger from outside: it is told each step with its reply, keeps its own account,
 * and throws a BrokenInvariantError the moment a reply contradicts it. It knows nothing of any
 * adapter.
 */
import type { ReserveReply, StockTerms } from '../../origin/admit/stock.ts';
import type { Step } from './stock.steps.ts';

export class BrokenInvariantError extends Error {
  readonly code = 'broken-invariant';
}

interface Account {
  epoch: number;
  loadedUnits: number;
  returnedUnits: number;
  handedOutUnits: number;
  seq: number;
  live: Map<string, string>;
  released: Set<string>;
}

export interface StockWatch {
  saw(step: Step, reply: unknown): void;
}

export function createStockWatch(): StockWatch {
  const accounts = new Map<string, Account>();

  return {
    saw(step, reply) {
      const account = accounts.get(step.saleId);
      switch (step.kind) {
        case 'load':
          if (reply !== 'loaded' || account?.epoch === step.epoch) return;
          accounts.set(step.saleId, newAccount(step.epoch, step.units));
          return;
        case 'reserve': {
          const { kind } = reply as ReserveReply;
          if (kind === 'recovering') return hold(account?.epoch !== step.epoch, 'it recovers');
          if (account === undefined) throw new BrokenInvariantError('reserved without a load');
          return watchReserve(account, step, reply as ReserveReply & { kind: 'done' });
        }
        case 'release':
          if (reply !== 'applied') return;
          if (account === undefined) throw new BrokenInvariantError('released without a load');
          hold(!account.released.has(step.orderId), `${step.orderId} is released once`);
          account.released.add(step.orderId);
          account.returnedUnits += step.units;
          if (account.live.get(step.buyerId) === step.orderId) account.live.delete(step.buyerId);
          return;
        case 'hold':
          return watchHold(account, step, reply);
        case 'terms':
          return watchTerms(account, reply as StockTerms | undefined);
        case 'confirm':
        case 'find':
        case 'pending':
          return;
      }
    },
  };
}

function watchReserve(
  account: Account,
  step: Step & { kind: 'reserve' },
  reply: ReserveReply & { kind: 'done' },
): void {
  hold(account.epoch === step.epoch, 'only the present epoch reserves');
  step.requests.forEach(({ orderId, buyerId, quantity }, index) => {
    const verdict = reply.verdicts[index];
    const wasReleased = account.released.has(orderId);
    hold(wasReleased === (verdict?.kind === 'resolved'), `${orderId} is resolved once released`);
    if (verdict?.kind === 'held') {
      hold(account.live.get(buyerId) === verdict.orderId, `${buyerId} holds what was handed out`);
    }
    if (verdict?.kind === 'sold-out') {
      hold(quantity > freeUnits(account), `sold out only when fewer than ${quantity} are left`);
    }
    if (verdict?.kind !== 'reserved') return;
    hold(!account.live.has(buyerId), `${buyerId} has one live order`);
    hold(quantity <= freeUnits(account), 'never oversold');
    account.seq += 1;
    hold(verdict.seq === account.seq, 'seq counts every reservation');
    account.handedOutUnits += quantity;
    account.live.set(buyerId, orderId);
  });
  hold(reply.stockLeft === freeUnits(account), 'the stock left is what was not handed out');
}

/** Seen from outside a hold takes no units: the terms that follow it show that. */
function watchHold(account: Account | undefined, step: Step & { kind: 'hold' }, reply: unknown) {
  const { orderId, buyerId } = step;
  if (reply === 'other-epoch')
    return hold(account?.epoch !== step.epoch, 'only others are refused');
  if (account === undefined) throw new BrokenInvariantError('held without a load');
  hold(account.epoch === step.epoch, 'only the present epoch holds');
  const wasReleased = account.released.has(orderId);
  if (reply === 'already') {
    const isThere = wasReleased || account.live.get(buyerId) === orderId;
    return hold(isThere, `${orderId} is held or released already`);
  }
  hold(!wasReleased, `${orderId} is not held once released`);
  account.live.set(buyerId, orderId);
}

function watchTerms(account: Account | undefined, terms: StockTerms | undefined): void {
  hold((terms === undefined) === (account === undefined), 'terms are there once it was loaded');
  if (terms === undefined || account === undefined) return;
  hold(terms.epoch === account.epoch, 'the epoch is the last one loaded');
  hold(terms.stock === freeUnits(account), 'the stock is what was not handed out');
  hold(terms.takenUnits === account.handedOutUnits, 'units taken are units handed out');
  hold(terms.seq === account.seq, 'seq is the number of reservations');
}

function newAccount(epoch: number, loadedUnits: number): Account {
  const counts = { loadedUnits, returnedUnits: 0, handedOutUnits: 0, seq: 0 };
  return { epoch, ...counts, live: new Map(), released: new Set() };
}

function freeUnits({ loadedUnits, returnedUnits, handedOutUnits }: Account): number {
  return loadedUnits + returnedUnits - handedOutUnits;
}

function hold(holds: boolean, invariant: string): void {
  if (!holds) throw new BrokenInvariantError(`broken: ${invariant}`);
}
