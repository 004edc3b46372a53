/**
 * Gathers the reservations of a sale that wait into one call, since a call of the stock store costs
 * a round trip whether it carries one request or a hundred. Nothing is held back to fill a call up:
 * the first leaves at the end of the event-loop turn; only while MAX_IN_FLIGHT calls are under way
 * does the next one wait, and grow. With calls unbounded, batches stay small just when there is
 * most to do (bench/README.md).
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

/** One call is being executed while the next is on its way. */
const MAX_IN_FLIGHT = 2;

interface Waiting {
  request: ReserveRequest;
  resolve(verdict: BatchedVerdict): void;
  reject(error: unknown): void;
}

/** What waits of one sale, and how many calls are under way. */
interface Line {
  sale: Sale;
  waiting: Waiting[];
  inFlight: number;
  scheduled: boolean;
}

export function createReserveBatcher(options: ReserveBatcherOptions): ReserveBatcher {
  const { stock, nowMs, observe } = options;
  const lines = new Map<string, Line>();

  function lineOf(sale: Sale): Line {
    let line = lines.get(sale.saleId);
    if (line === undefined) {
      line = { sale, waiting: [], inFlight: 0, scheduled: false };
      lines.set(sale.saleId, line);
    }
    // The newest the process knows: a call is made with one epoch, and an old one is refused.
    line.sale = sale;
    return line;
  }

  function send(line: Line) {
    line.scheduled = false;
    while (line.waiting.length > 0 && line.inFlight < MAX_IN_FLIGHT) {
      line.inFlight += 1;
      const batch = line.waiting.splice(0, MAX_RESERVE_BATCH);
      void call(line.sale, batch).then(() => {
        line.inFlight -= 1;
        send(line);
      });
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
        const line = lineOf(sale);
        line.waiting.push({ request, resolve, reject });
        if (line.scheduled || line.inFlight >= MAX_IN_FLIGHT) return;
        line.scheduled = true;
        setImmediate(send, line);
      }),
  };
}
