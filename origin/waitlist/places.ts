/**
 * Where buyers stand, as they are told it. Whoever joined just now stands where the lock of the
 * sale's row put them; whoever waited before is looked up in the list of numbers, which may be a
 * second old. Rows are read in batches, so that a crowd that looks often costs few reads.
 */
import type { Refusal } from '../../contract/outcomes.ts';
import type { Place } from '../../contract/waitlist.ts';
import type { OrderBook, Sale } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import type { JoinVerdict, LineRow } from './decide-joins.ts';
import { placeView } from './estimate.ts';
import { createGather } from './gather.ts';
import { createLine } from './line.ts';

const { 'select-line-rows': selectLineRows } = statementsBeside(import.meta.url, [
  'select-line-rows',
]);

type Found = { kind: 'place'; place: Place } | Refusal;

export interface Places {
  ofBuyer(sale: Sale, buyerId: string): Promise<Found>;
  /** Of a row that was waiting a moment ago; `not-waiting` when it has left the line since. */
  ofRow(sale: Sale, row: Pick<LineRow, 'number' | 'quantity' | 'joinedAtMs'>): Promise<Found>;
  /** The last of the line at the moment of joining. */
  ofNew(sale: Sale, joined: JoinVerdict & { kind: 'joined' }): Promise<Found>;
}

export function createPlaces(book: OrderBook, nowMs: () => number): Places {
  const line = createLine(book, nowMs);
  const rows = createGather<string, LineRow | undefined>(async (saleId, buyerIds) => {
    const found = await book.read<LineRow>(selectLineRows, saleId, buyerIds);
    const byBuyer = new Map(found.map((row) => [row.buyerId, row]));
    return buyerIds.map((buyerId) => byBuyer.get(buyerId));
  });

  const places: Places = {
    async ofBuyer(sale, buyerId) {
      // Nobody is served any more.
      if (nowMs() >= sale.closesAtMs) return { kind: 'ended' };
      const row = await rows(sale.saleId, buyerId);
      return row?.state === 'waiting' ? places.ofRow(sale, row) : { kind: 'not-waiting' };
    },
    async ofRow({ saleId }, { number, quantity, joinedAtMs }) {
      const [found, outlook] = await Promise.all([
        line.standingOf(saleId, number),
        line.outlook(saleId),
      ]);
      if (found === undefined) return { kind: 'not-waiting' };
      return { kind: 'place', place: placeView({ ...found, quantity, joinedAtMs }, outlook) };
    },
    async ofNew({ saleId }, { place, quantity, joinedAtMs }) {
      const outlook = await line.outlook(saleId);
      const standing = { place, waiting: place, quantity, joinedAtMs };
      return { kind: 'place', place: placeView(standing, outlook) };
    },
  };
  return places;
}
