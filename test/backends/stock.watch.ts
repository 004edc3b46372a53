/**
 * Watches a stock ledger from outside: it is told each step with its reply, keeps its own account,
 * and throws a BrokenInvariantError the moment a reply contradicts it. It knows nothing of any
 * adapter.
 */
import type {
  DeliveryReply,
  LoadReply,
  ReserveReply,
  StockTerms,
} from '../../origin/admit/stock.ts';
import type { Step } from './stock.steps.ts';

export class BrokenInvariantError extends Error {
  readonly code = 'broken-invariant';
}

interface Account {
  epoch: number;
  /** Undefined while it is open. */
  frozenBy: string | undefined;
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
          return watchLoad(accounts, step, reply as LoadReply);
        case 'freeze':
          return watchFreeze(accounts, step, reply);
        case 'fill':
          return watchFill(account, step, reply);
        case 'reserve': {
          const { kind } = reply as ReserveReply;
          if (kind === 'recovering') return hold(!isOpen(account, step.epoch), 'it recovers');
          if (account === undefined) throw new BrokenInvariantError('reserved without a load');
          return watchReserve(account, step, reply as ReserveReply & { kind: 'done' });
        }
        case 'release':
          return watchRelease(account, step, reply as DeliveryReply);
        case 'hold':
          return watchHold(account, step, reply as DeliveryReply);
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

function watchLoad(
  accounts: Map<string, Account>,
  { saleId, epoch, units, token }: Step & { kind: 'load' },
  reply: LoadReply,
): void {
  const account = accounts.get(saleId);
  hold((reply === 'newer') === isLater(account, epoch), 'only an earlier epoch is too old');
  if (reply === 'newer') return;
  const present = account?.epoch === epoch ? account : undefined;
  const isLoaded = present !== undefined && present.frozenBy === undefined;
  const mayLoad = isLoaded || present?.frozenBy === token;
  hold(mayLoad === (reply === 'loaded'), 'only who froze it loads it');
  if (isLoaded || !mayLoad) return;
  const kept = present ?? newAccount(epoch, undefined);
  accounts.set(saleId, { ...kept, frozenBy: undefined, loadedUnits: units });
}

function watchFreeze(
  accounts: Map<string, Account>,
  { saleId, epoch, token }: Step & { kind: 'freeze' },
  reply: unknown,
): void {
  const account = accounts.get(saleId);
  hold((reply === 'newer') === isLater(account, epoch), 'only an earlier epoch is too old');
  hold((reply === 'loaded') === isOpen(account, epoch), 'only an open epoch is not frozen');
  const isMine = account?.epoch === epoch && account.frozenBy === token;
  if (reply === 'frozen' && !isMine) accounts.set(saleId, newAccount(epoch, token));
}

function watchFill(
  account: Account | undefined,
  { epoch, token, holdings, releasedIds }: Step & { kind: 'fill' },
  reply: unknown,
): void {
  const isMine = account?.epoch === epoch && account.frozenBy === token;
  hold(isMine === (reply === 'filled'), 'only who froze it fills it');
  if (!isMine) return;
  for (const { buyerId, orderId } of holdings) account.live.set(buyerId, orderId);
  for (const orderId of releasedIds) account.released.add(orderId);
}

function watchReserve(
  account: Account,
  step: Step & { kind: 'reserve' },
  reply: ReserveReply & { kind: 'done' },
): void {
  hold(isOpen(account, step.epoch), 'only the present epoch reserves');
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

function watchRelease(
  account: Account | undefined,
  step: Step & { kind: 'release' },
  reply: DeliveryReply,
): void {
  const { orderId, buyerId, units } = step;
  if (reply === 'newer') account?.released.add(step.orderId);
  if (!isTaken(account, step.epoch, reply)) return;
  const wasReleased = account.released.has(orderId);
  hold((reply === 'already') === wasReleased, `${orderId} is released once`);
  if (wasReleased) return;
  account.released.add(orderId);
  account.returnedUnits += units;
  if (account.live.get(buyerId) === orderId) account.live.delete(buyerId);
}

/** Seen from outside a hold takes no units: the terms that follow it show that. */
function watchHold(
  account: Account | undefined,
  step: Step & { kind: 'hold' },
  reply: DeliveryReply,
): void {
  const { orderId, buyerId } = step;
  if (!isTaken(account, step.epoch, reply)) return;
  const wasReleased = account.released.has(orderId);
  if (reply === 'already') {
    const isThere = wasReleased || account.live.get(buyerId) === orderId;
    hold(isThere, `${orderId} is held or released already`);
    return;
  }
  hold(!wasReleased, `${orderId} is not held once released`);
  account.live.set(buyerId, orderId);
}

/** Whether a release or a hold reached its epoch; throws when the reply says it wrongly. */
function isTaken(
  account: Account | undefined,
  epoch: number,
  reply: DeliveryReply,
): account is Account {
  const isPresent = isOpen(account, epoch);
  const isNewer = isLater(account, epoch);
  hold((reply === 'newer') === isNewer, 'what a later epoch knows is not offered again');
  hold(
    (reply === 'recovering') === (!isPresent && !isNewer),
    'what no store took is offered again',
  );
  return isPresent;
}

function watchTerms(account: Account | undefined, terms: StockTerms | undefined): void {
  hold((terms === undefined) === (account === undefined), 'terms are there once it was loaded');
  if (terms === undefined || account === undefined) return;
  hold(terms.epoch === account.epoch, 'the epoch is the last one');
  hold(terms.frozen === (account.frozenBy !== undefined), 'frozen until it is loaded');
  hold(terms.stock === freeUnits(account), 'the stock is what was not handed out');
  hold(terms.takenUnits === account.handedOutUnits, 'units taken are units handed out');
  hold(terms.seq === account.seq, 'seq is the number of reservations');
}

function isOpen(account: Account | undefined, epoch: number): account is Account {
  return account?.epoch === epoch && account.frozenBy === undefined;
}

function isLater(account: Account | undefined, epoch: number): boolean {
  return account !== undefined && account.epoch > epoch;
}

function newAccount(epoch: number, frozenBy: string | undefined): Account {
  const counts = { loadedUnits: 0, returnedUnits: 0, handedOutUnits: 0, seq: 0 };
  return { epoch, frozenBy, ...counts, live: new Map(), released: new Set() };
}

function freeUnits({ loadedUnits, returnedUnits, handedOutUnits }: Account): number {
  return loadedUnits + returnedUnits - handedOutUnits;
}

function hold(holds: boolean, invariant: string): void {
  if (!holds) throw new BrokenInvariantError(`broken: ${invariant}`);
}
