/**
 * Gathers all reservations that wait in one event-loop turn into one call a sale, since a call of
 * the stock store costs a round trip whether it carries one request or a hundred (measured on two
 * cores: see bench/README.md). A call is never held back to fill up.
 */
import type { Sale } from '../settle/book.ts';
import {
  MAX_RESERVE_BATCH,
  type ReserveRequest,
  type ReserveVerdict,
  type StockLedger,
} from './stock.ts';

export type BatchedVerdict = ReserveVerdict | { kind: 'recovering' };

export interface ReserveBatcher {
  /** `nowMs` is written into the outbox entry. Rejects when the store's answer is lost. */
  reserve(sale: Sale, request: ReserveRequest): Promise<BatchedVerdict>;
}

export interface ReserveBatcherOptions {
  stock: StockLedger;
  nowMs(): number;
  observe(batch: { size: number; seconds: number; saleId: string; stockLeft: number }): void;
}

interface Waiting {
  request: ReserveRequest;
  resolve(verdict: BatchedVerdict): void;
  reject(error: unknown): void;
}

export function createReserveBatcher(options: ReserveBatcherOptions): ReserveBatcher {
  const { stock, nowMs, observe } = options;
  const queues = new Map<Sale, Waiting[]>();

  function flush() {
    const batches = [...queues];
    queues.clear();
    for (const [sale, waiting] of batches) {
      for (let start = 0; start < waiting.length; start += MAX_RESERVE_BATCH) {
        void call(sale, waiting.slice(start, start + MAX_RESERVE_BATCH));
      }
    }
  }

  async function call(sale: Sale, batch: Waiting[]): Promise<void> {
    const startedAt = performance.now();
    try {
      const reply = await stock.reserve({
        saleId: sale.saleId,
        epoch: sale.epoch,
        perBuyer: sale.perBuyer,
        nowMs: nowMs(),
        requests: batch.map((waiting) => waiting.request),
      });
      if (reply.kind === 'recovering') {
        for (const waiting of batch) waiting.resolve(reply);
        return;
      }
      const seconds = (performance.now() - startedAt) / 1000;
      observe({ size: batch.length, seconds, saleId: sale.saleId, stockLeft: reply.stockLeft });
      batch.forEach((waiting, index) => {
        const verdict = reply.verdicts[index];
        if (verdict === undefined) waiting.reject(new Error('the stock store left a request out'));
        else waiting.resolve(verdict);
      });
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    }
  }

  return {
    reserve: (sale, request) =>
      new Promise((resolve, reject) => {
        if (queues.size === 0) setImmediate(flush);
        const queue = queues.get(sale);
        const waiting = { request, resolve, reject };
        if (queue === undefined) queues.set(sale, [waiting]);
        else queue.push(waiting);
      }),
  };
}
