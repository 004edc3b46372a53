/**
 * kill -9 at every step of a recovery, in the middle of a sale: whoever comes next carries it on,
 * buyers go on clicking. Afterwards every unit found its buyer, nobody was told anything that was
 * not so, and the sale is in its next epoch.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorSaleSchema } from '../../contract/operator.ts';
import type { FailpointName } from '../../origin/failpoints.ts';
import { clickUntilAnswered, originClick } from '../flow/crowd.ts';
import { heldAgainstBook } from '../flow/promises.ts';
import { auditAtRest, openSale } from '../flow/sale.ts';
import { type BackendsKind, missingServers, openShop, type Shop, saidOf } from '../flow/shop.ts';
import { contradictions, type Told } from './history.ts';
import { supervise } from './supervisor.ts';

const UNITS = 30;
const BEFORE = 20;
const AFTER = 40;

const STEPS: FailpointName[] = [
  'recover.after-begin',
  'recover.after-freeze',
  'recover.after-barrier',
  'recover.after-snapshot',
  'recover.after-load',
];

export async function exerciseRecoverKills(
  kind: BackendsKind,
  variables: Record<string, string> = {},
): Promise<void> {
  const missing = await missingServers(kind);
  const why = missing === undefined ? '' : `: ${missing}`;
  const name = `killed in the middle of a recovery on ${kind}${saidOf(variables)}${why}`;

  describe.skipIf(missing !== undefined)(name, () => {
    let shop: Shop;
    beforeAll(async () => {
      shop = await openShop(kind);
      Object.assign(shop.environment, variables);
    });
    afterAll(() => shop.close());

    it.each(STEPS)('is carried on by the next at %s', { timeout: 120_000 }, async (step) => {
      const supervisor = await supervise(shop, { FAILPOINTS: `${step}=kill` });
      try {
        const saleId = step.replace('.', '-');
        await openSale(shop, { saleId, units: UNITS });
        const click = originClick(supervisor.url, saleId, shop.environment.PASS_KEYS ?? '');
        const history: Told[] = [];
        const crowd = (from: number, to: number) =>
          Promise.all(
            Array.from({ length: to - from }, (_, index) =>
              clickUntilAnswered(click, `buyer-${from + index}`, history),
            ),
          );
        await crowd(0, BEFORE);
        const path = `/operator/sales/${saleId}/recover`;
        // The process may die before it answers.
        await shop.operator.post(path, operatorSaleSchema).catch(() => undefined);
        await crowd(BEFORE, BEFORE + AFTER);
        const audit = await auditAtRest(shop, saleId);

        expect(supervisor.deaths(), 'deaths').toBe(1);
        expect(audit.findings).toEqual([]);
        expect(audit.terms.epoch).toBe(2);
        expect(audit.proof.orders).toEqual({ reserved: UNITS });
        expect(contradictions(history)).toEqual([]);
        expect(await heldAgainstBook(shop, history)).toEqual([]);
      } finally {
        await supervisor.stop();
      }
    });
  });
}
