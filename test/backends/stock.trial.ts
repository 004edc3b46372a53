/** One sale of its own on a stock ledger under test, and short ways to ask it things. */
import type {
  DeliveryReply,
  FillCall,
  FreezeCall,
  HoldCall,
  LoadCall,
  LoadReply,
  ReleaseCall,
  ReserveCall,
  ReserveReply,
  ReserveRequest,
  ReserveVerdict,
  StockLedger,
  StockTerms,
} from '../../origin/admit/stock.ts';

export const NOW_MS = 1_790_000_000_000;

export interface StockPromise {
  promise: string;
  check(trial: Trial): Promise<void>;
}

export interface Trial {
  stock: StockLedger;
  saleId: string;
  load(units: number, epoch?: number): Promise<LoadReply>;
  /** Of epoch 2, by `token-a`, unless `call` says otherwise; so are the next two. */
  freeze(call?: Partial<FreezeCall>): ReturnType<StockLedger['freeze']>;
  fill(call: Partial<FillCall>): ReturnType<StockLedger['fill']>;
  /** With 5 units. */
  reopen(call?: Partial<LoadCall>): Promise<LoadReply>;
  /** Of epoch 1, at most 4 units a buyer, at NOW_MS, unless `call` says otherwise. */
  reserve(requests: readonly ReserveRequest[], call?: Partial<ReserveCall>): Promise<ReserveReply>;
  /** The verdicts of `reserve`; throws when the store is recovering. */
  verdicts(requests: readonly ReserveRequest[]): Promise<ReserveVerdict[]>;
  release(call: Partial<ReleaseCall>): Promise<DeliveryReply>;
  hold(call: Partial<HoldCall>): Promise<DeliveryReply>;
  /** A second sale on the same store. */
  neighbour(): Trial;
}

/** `order(7)` is an id as order ids are: 22 characters of base64url. */
export function order(number: number): string {
  return `order_${String(number).padStart(16, '0')}`;
}

/** The request of buyer `buyer-<number>` for the order of the same number. */
export function request(number: number, change: Partial<ReserveRequest> = {}): ReserveRequest {
  return { orderId: order(number), buyerId: `buyer-${number}`, quantity: 1, ...change };
}

/** Of an open sale in epoch 1; `counts` are all that differ from 0. */
export function termsOf(counts: Partial<StockTerms>): StockTerms {
  const open = { epoch: 1, frozen: false, lineage: 'same' } as const;
  return { ...open, stock: 0, takenUnits: 0, seq: 0, outbox: 0, ...counts };
}

export function createTrial(stock: StockLedger): Trial {
  const saleId = `trial-${crypto.randomUUID().slice(0, 23)}`;
  const defaults = { saleId, epoch: 1, perBuyer: 4, nowMs: NOW_MS };
  const attempt = { saleId, epoch: 2, token: 'token-a' };

  async function verdicts(requests: readonly ReserveRequest[]): Promise<ReserveVerdict[]> {
    const reply = await stock.reserve({ ...defaults, requests });
    if (reply.kind === 'recovering') throw new Error('the store is recovering');
    return reply.verdicts;
  }

  return {
    stock,
    saleId,
    load: (units, epoch = 1) => stock.load({ saleId, epoch, units }),
    freeze: (call = {}) => stock.freeze({ ...attempt, ...call }),
    fill: (call) => stock.fill({ ...attempt, holdings: [], releasedIds: [], ...call }),
    reopen: (call = {}) => stock.load({ ...attempt, units: 5, ...call }),
    reserve: (requests, call = {}) => stock.reserve({ ...defaults, requests, ...call }),
    verdicts,
    release: (call) =>
      stock.release({
        saleId,
        epoch: 1,
        orderId: order(1),
        buyerId: 'buyer-1',
        units: 1,
        ...call,
      }),
    hold: (call) =>
      stock.hold({
        saleId,
        epoch: 1,
        orderId: order(1),
        buyerId: 'buyer-1',
        quantity: 1,
        ...call,
      }),
    neighbour: () => createTrial(stock),
  };
}
