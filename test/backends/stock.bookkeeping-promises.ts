/** What a StockLedger promises of confirming, finding, the outbox, releasing and being asked. */
import { expect } from 'vitest';
import type { Held, StockLedger } from '../../origin/admit/stock.ts';
import { NOW_MS, order, request, type StockPromise, termsOf } from './stock.trial.ts';

/** More than an adapter reads in one step. */
const LONG_OUTBOX = 2_560;

export const bookkeepingPromises: readonly StockPromise[] = [
  {
    promise: 'confirming deletes outbox entries only, skips unknown ids, and may be repeated',
    async check({ stock, saleId, load, verdicts }) {
      await load(9);
      await verdicts([request(1), request(2), request(3)]);
      await stock.confirm(saleId, []);
      await stock.confirm(saleId, [order(1), order(77), order(3)]);
      await stock.confirm(saleId, [order(1)]);
      const terms = termsOf({ stock: 6, takenUnits: 3, seq: 3, outbox: 1 });
      expect(await stock.terms(saleId)).toEqual(terms);
      const confirmed = { orderId: order(1), quantity: 1, accepting: false };
      expect(await stock.find(saleId, 'buyer-1')).toEqual(confirmed);
      const waiting = { orderId: order(2), quantity: 1, accepting: true };
      expect(await stock.find(saleId, 'buyer-2')).toEqual(waiting);
    },
  },
  {
    promise: 'pending gives whole reservations, oldest first, before a moment, up to a limit',
    async check({ stock, saleId, load, reserve }) {
      await load(99);
      await reserve([request(9), request(3, { quantity: 2 })]);
      await reserve([request(5)], { nowMs: NOW_MS + 10 });
      await reserve([request(1)], { nowMs: NOW_MS + 5 });
      const entry = { saleId, epoch: 1, bucket: 0, reservedAtMs: NOW_MS };
      const first = { ...entry, ...request(9), seq: 1 };
      const second = { ...entry, ...request(3, { quantity: 2 }), seq: 2 };
      const fourth = { ...entry, ...request(1), seq: 4, reservedAtMs: NOW_MS + 5 };
      const upTo = (beforeMs: number, limit: number) => stock.pending({ saleId, beforeMs, limit });
      expect(await upTo(NOW_MS, 10)).toEqual([]);
      expect(await upTo(NOW_MS + 1, 10)).toEqual([first, second]);
      expect(await upTo(NOW_MS + 10, 10)).toEqual([first, second, fourth]);
      expect(await upTo(NOW_MS + 11, 2)).toEqual([first, second]);
      expect((await upTo(NOW_MS + 11, 9)).map((item) => item.seq)).toEqual([1, 2, 3, 4]);
      await stock.confirm(saleId, [order(9)]);
      expect(await upTo(NOW_MS + 11, 1)).toEqual([second]);
    },
  },
  {
    promise: 'pending reads a long outbox whole and in order',
    async check({ stock, saleId, load, verdicts }) {
      await load(LONG_OUTBOX);
      for (let start = 0; start < LONG_OUTBOX; start += 128) {
        await verdicts(Array.from({ length: 128 }, (_, index) => request(start + index)));
      }
      const pending = await stock.pending({ saleId, beforeMs: NOW_MS + 1, limit: LONG_OUTBOX });
      const seqs = Array.from({ length: LONG_OUTBOX }, (_, index) => index + 1);
      expect(pending.map((entry) => entry.seq)).toEqual(seqs);
      await stock.confirm(
        saleId,
        pending.slice(1).map((entry) => entry.orderId),
      );
      expect(await stock.terms(saleId)).toMatchObject({ outbox: 1, seq: LONG_OUTBOX });
    },
  },
  {
    promise: 'holdings show every live order, a page at a time',
    async check({ stock, saleId, load, verdicts, release, neighbour }) {
      expect(await holdingsOf(stock, saleId)).toEqual(new Map());
      await load(LONG_OUTBOX * 2);
      const live = Array.from({ length: LONG_OUTBOX }, (_, index) => {
        return request(index, { quantity: 1 + (index % 2) });
      });
      for (let start = 0; start < LONG_OUTBOX; start += 128) {
        await verdicts(live.slice(start, start + 128));
      }
      await release({});
      const other = neighbour();
      await other.load(1);
      await other.verdicts([request(1)]);
      const wanted = live.filter(({ orderId }) => orderId !== order(1));
      const byBuyer = wanted.map((held) => [held.buyerId, held] as const);
      expect(await holdingsOf(stock, saleId)).toEqual(new Map(byBuyer));
    },
  },
  {
    promise: 'a release gives units back once and frees the buyer',
    async check({ stock, saleId, load, verdicts, release }) {
      await load(3);
      await verdicts([request(1, { quantity: 2 })]);
      expect(await release({ units: 2 })).toBe('applied');
      expect(await release({ units: 2 })).toBe('already');
      expect(await release({ units: 0 })).toBe('already');
      const terms = termsOf({ stock: 3, takenUnits: 2, seq: 1, outbox: 0 });
      expect(await stock.terms(saleId)).toEqual(terms);
      expect(await stock.find(saleId, 'buyer-1')).toBeUndefined();
      const again = request(2, { buyerId: 'buyer-1', quantity: 3 });
      expect(await verdicts([again])).toEqual([{ kind: 'reserved', seq: 2 }]);
    },
  },
  {
    promise: 'a released order id is resolved for good, also while the buyer has another order',
    async check({ load, verdicts, release }) {
      await load(3);
      await verdicts([request(1)]);
      await release({});
      expect(await verdicts([request(1), request(1)])).toEqual([
        { kind: 'resolved' },
        { kind: 'resolved' },
      ]);
      await verdicts([request(2, { buyerId: 'buyer-1' })]);
      expect(await verdicts([request(1)])).toEqual([{ kind: 'resolved' }]);
    },
  },
  {
    promise: 'a release of 0 units frees the buyer and never the unit',
    async check({ stock, saleId, load, verdicts, release }) {
      await load(1);
      await verdicts([request(1)]);
      expect(await release({ units: 0 })).toBe('applied');
      expect(await stock.terms(saleId)).toMatchObject({ stock: 0, takenUnits: 1 });
      expect(await stock.find(saleId, 'buyer-1')).toBeUndefined();
      expect(await verdicts([request(2, { buyerId: 'buyer-1' })])).toEqual([{ kind: 'sold-out' }]);
    },
  },
  {
    promise: 'a release of another epoch, or of a sale without state, changes nothing',
    async check({ stock, saleId, load, verdicts, release }) {
      expect(await release({})).toBe('recovering');
      expect(await stock.terms(saleId)).toBeUndefined();
      await load(3);
      await verdicts([request(1)]);
      const before = await stock.terms(saleId);
      expect(await release({ epoch: 2 })).toBe('recovering');
      expect(await stock.terms(saleId)).toEqual(before);
      expect(await release({})).toBe('applied');
      await load(3, 2);
      expect(await release({ units: 2 })).toBe('newer');
      expect(await stock.terms(saleId)).toMatchObject({ epoch: 2, stock: 3 });
      const click = { saleId, epoch: 2, perBuyer: 5, nowMs: 1, requests: [request(1)] };
      expect(await stock.reserve(click)).toMatchObject({ verdicts: [{ kind: 'resolved' }] });
      expect(await release({ epoch: 2, orderId: 'another'.padEnd(22, '-') })).toBe('applied');
      expect(await stock.terms(saleId)).toMatchObject({ epoch: 2, stock: 4 });
    },
  },
  {
    promise: 'a release leaves an order alone that the buyer has by now',
    async check({ stock, saleId, load, verdicts, release }) {
      await load(3);
      await verdicts([request(2, { buyerId: 'buyer-1' })]);
      expect(await release({ units: 1 })).toBe('applied');
      const holding = { orderId: order(2), quantity: 1, accepting: true };
      expect(await stock.find(saleId, 'buyer-1')).toEqual(holding);
      expect(await stock.terms(saleId)).toMatchObject({ stock: 3, outbox: 1 });
    },
  },
  {
    promise: 'a healthy store answers a ping and names only risks that it has, a line each',
    async check({ stock }) {
      await stock.ping();
      const risks = await stock.risks();
      expect(risks.filter((risk) => risk.includes('\n'))).toEqual([]);
    },
  },
];

type HoldingsPage = Awaited<ReturnType<StockLedger['holdings']>>;

async function holdingsOf(stock: StockLedger, saleId: string): Promise<Map<string, Held>> {
  const found = new Map<string, Held>();
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page: HoldingsPage = await stock.holdings({ saleId, cursor });
    for (const held of page.holdings) found.set(held.buyerId, held);
    cursor = page.next;
  }
  return found;
}
