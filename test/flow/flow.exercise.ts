/**
 * The main job, from a click at the edge to a row in the book: 2,000 buyers want 100 units and
 * click up to three times each. Whatever the backends, exactly 100 are reserved, nobody twice, and
 * the ledger balances.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorOrderSchema } from '../../contract/operator.ts';
import { contradictions, type Told } from '../faults/history.ts';
import { edgeClick, runCrowd } from './crowd.ts';
import { auditAtRest, openSale } from './sale.ts';
import { type BackendsKind, missingServers, openShop, type Shop, saidOf } from './shop.ts';

const UNITS = 100;
const BUYERS = 2_000;

/** `variables` are the origin's, on top of what the kind of backends needs. */
export async function exerciseFlow(
  kind: BackendsKind,
  variables: Record<string, string> = {},
): Promise<void> {
  const missing = await missingServers(kind);
  const why = missing === undefined ? '' : `: ${missing}`;
  const name = `the whole flow on ${kind}${saidOf(variables)}${why}`;

  describe.skipIf(missing !== undefined)(name, () => {
    let shop: Shop;
    let history: Told[];

    beforeAll(async () => {
      shop = await openShop(kind);
      Object.assign(shop.environment, variables);
      await shop.startOrigin();
      const edgeUrl = await shop.startEdge();
      await openSale(shop, { saleId: 'phone', units: UNITS });
      const click = edgeClick(edgeUrl, 'phone', shop.environment.BUYER_JWT_SECRET ?? '');
      history = await runCrowd({ buyers: BUYERS, clicks: 3, parallel: 100, click });
    });
    afterAll(() => shop.close());

    it('reserves every unit exactly once and balances the ledger', async () => {
      const audit = await auditAtRest(shop, 'phone');
      expect(audit.findings).toEqual([]);
      expect(audit.proof).toMatchObject({ reservedUnits: UNITS, buyersTwice: 0, bookFree: 0 });
      expect(audit.proof.orders).toEqual({ reserved: UNITS });
    });

    it('answers every click as documented and contradicts itself never', () => {
      expect(history).toHaveLength(BUYERS * 3);
      expect(history.filter(({ answer }) => answer === 'no answer')).toEqual([]);
      expect(contradictions(history)).toEqual([]);
    });

    it.runIf(variables.LOG_URL === 'direct')('says what the book says, at once', () => {
      const states = history.flatMap(({ state }) => state ?? []);
      // A click that is repeated while its first one settles is told nothing for certain.
      expect(states.filter((state) => state !== 'accepting' && state !== 'reserved')).toEqual([]);
      expect(states.filter((state) => state === 'reserved')).not.toEqual([]);
    });

    it('keeps every promise: each order told of is in the book, with its buyer', async () => {
      const told = new Map(
        history.flatMap(({ orderId, buyerId }) => (orderId ? [[orderId, buyerId]] : [])),
      );
      expect(told.size).toBe(UNITS);
      for (const [orderId, buyerId] of told) {
        const order = await shop.operator.get(`/operator/orders/${orderId}`, operatorOrderSchema);
        expect(order).toMatchObject({ buyerId, state: 'reserved' });
      }
    });
  });
}
