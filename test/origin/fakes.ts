/**
 * Ports made up for a test: each method that a test does not give throws its name, so that nothing
 * is called unnoticed. Also a sale, reservations, a logger that remembers, and chance that is none.
 */
import type { Reservation } from '../../contract/log/codec.ts';
import type { Random } from '../../contract/random.ts';
import type { StockLedger, StockTerms } from '../../origin/admit/stock.ts';
import type { OrderLog } from '../../origin/log/log.ts';
import type { Logger } from '../../origin/logger.ts';
import type { BookOrder, BookTerms, OrderBook, Sale } from '../../origin/settle/book.ts';

function port<Port extends object>(name: string, given: Partial<Port>): Port {
  return new Proxy(given, {
    get(target, method) {
      if (method in target) return target[method as keyof Port];
      return () => {
        throw new Error(`${name}.${String(method)} was called, which this test does not expect`);
      };
    },
  }) as Port;
}

export const fakeStock = (given: Partial<StockLedger>) => port<StockLedger>('stock', given);
export const fakeBook = (given: Partial<OrderBook>) => port<OrderBook>('book', given);
export const fakeLog = (given: Partial<OrderLog>) =>
  port<OrderLog>('log', { name: 'orders', ...given });

/** Always in the middle: jitter becomes a known number. */
export const evenRandom: Random = { fraction: () => 0.5, bytes: (count) => new Uint8Array(count) };

export interface MemoryLogger {
  logger: Logger;
  /** `warn the log took no batch`, … */
  lines: string[];
}

export function memoryLogger(): MemoryLogger {
  const lines: string[] = [];
  const at = (level: string) => (data: unknown, text?: string) => {
    lines.push(`${level} ${text ?? String(data)}`);
  };
  const logger = { info: at('info'), warn: at('warn'), error: at('error') } as unknown as Logger;
  return { logger, lines };
}

export function saleOf(change: Partial<Sale> = {}): Sale {
  return {
    saleId: 'phone',
    version: 1,
    title: 'Phone',
    price: 199_900,
    currency: 'CNY',
    pictureUrl: undefined,
    units: 100,
    perBuyer: 2,
    opensAtMs: 1_000,
    closesAtMs: 2_000,
    paused: false,
    ratePerSecond: 1_000,
    seed: 'A'.repeat(43),
    shareSteps: [{ atMs: 0, share: 1 }],
    beacon: undefined,
    payWindowMs: 300_000,
    freeOnPaymentFailure: false,
    waitlistCap: 100,
    waiting: 0,
    score: 'fastest',
    epoch: 3,
    recovering: false,
    loaded: true,
    soldBy: 'store',
    ...change,
  };
}

/** `order-1`, `buyer-1`, seq 1, and so on; ids are as long as real ones. */
export function reservationOf(number: number, change: Partial<Reservation> = {}): Reservation {
  return {
    saleId: 'phone',
    epoch: 3,
    bucket: 0,
    orderId: `order-${number}`.padEnd(22, '-'),
    buyerId: `buyer-${number}`,
    quantity: 1,
    seq: number,
    reservedAtMs: 1_000 + number,
    ...change,
  };
}

export const reservationsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => reservationOf(index + 1));

export function bookOrderOf(reservation: Reservation, change: Partial<BookOrder> = {}): BookOrder {
  const { orderId, saleId, buyerId, quantity, reservedAtMs } = reservation;
  return {
    ...{ orderId, saleId, buyerId, quantity, reservedAtMs },
    state: 'reserved',
    reason: undefined,
    settledAtMs: 5_000,
    payBeforeMs: 305_000,
    closedBy: undefined,
    ...change,
  };
}

export function stockTermsOf(change: Partial<StockTerms> = {}): StockTerms {
  const here = { epoch: 3, frozen: false, lineage: 'same' } as const;
  return { ...here, stock: 90, takenUnits: 10, seq: 8, outbox: 0, ...change };
}

/** Agrees with `stockTermsOf()`: ten units taken by eight orders, all settled and reserved. */
export function bookTermsOf(change: Partial<BookTerms> = {}): BookTerms {
  return {
    units: 100,
    free: 90,
    reserved: 10,
    paid: 0,
    settledOrders: 8,
    settledUnits: 10,
    pendingReleaseUnits: 0,
    pendingReleases: 0,
    epoch: 3,
    ...change,
  };
}

/** A call that the test answers when it likes. */
export interface Pending<Argument, Value> {
  argument: Argument;
  resolve(value: Value): void;
  reject(error: unknown): void;
}

/** A function whose calls wait in `calls` until the test answers them. */
export function heldCalls<Argument, Value = void>() {
  const calls: Pending<Argument, Value>[] = [];
  const call = (argument: Argument) =>
    new Promise<Value>((resolve, reject) => void calls.push({ argument, resolve, reject }));
  return { calls, call };
}
