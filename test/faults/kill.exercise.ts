/**
 * kill -9 at every named failpoint, in the middle of a sale: the process dies there, a supervisor
 * starts it again, buyers go on clicking. Afterwards nothing that was promised is missing, nothing
 * is sold twice, every unit found its buyer, and the ledger balances.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FailpointName } from '../../origin/failpoints.ts';
import { clickUntilAnswered, originClick } from '../flow/crowd.ts';
import { heldAgainstBook } from '../flow/promises.ts';
import { auditAtRest, openSale } from '../flow/sale.ts';
import { type BackendsKind, missingServers, openShop, type Shop, saidOf } from '../flow/shop.ts';
import { contradictions, type Told } from './history.ts';
import { supervise } from './supervisor.ts';

const UNITS = 30;
const BUYERS = 60;
const FIRST_BUYERS = 5;

interface Strike {
  name: FailpointName;
  action: 'kill' | 'fail';
  /** Passes that go well first, so that the process dies in the middle of the sale. */
  skip: number;
}

const STRIKES: Strike[] = [
  { name: 'admit.after-reserve', action: 'kill', skip: 10 },
  { name: 'append.lose-answer', action: 'kill', skip: 1 },
  { name: 'append.lose-answer', action: 'fail', skip: 1 },
  { name: 'admit.after-append', action: 'kill', skip: 1 },
  { name: 'admit.before-answer', action: 'kill', skip: 10 },
  { name: 'settle.before-offset', action: 'kill', skip: 1 },
  { name: 'settle.before-commit', action: 'kill', skip: 1 },
  { name: 'settle.after-commit', action: 'kill', skip: 1 },
];

export async function exerciseKills(
  kind: BackendsKind,
  variables: Record<string, string> = {},
): Promise<void> {
  const missing = await missingServers(kind);
  const why = missing === undefined ? '' : `: ${missing}`;
  const name = `killed in the middle of a sale on ${kind}${saidOf(variables)}${why}`;

  describe.skipIf(missing !== undefined)(name, () => {
    let shop: Shop;
    beforeAll(async () => {
      shop = await openShop(kind);
      Object.assign(shop.environment, variables);
    });
    afterAll(() => shop.close());

    it.each(STRIKES)(
      'loses and doubles nothing at $name ($action)',
      { timeout: 120_000 },
      async (strike) => {
        const failpoints = `${strike.name}=${strike.action}@${strike.skip}`;
        const supervisor = await supervise(shop, { FAILPOINTS: failpoints });
        try {
          const saleId = `${strike.name.replace('.', '-')}-${strike.action}`;
          await openSale(shop, { saleId, units: UNITS });
          const click = originClick(supervisor.url, saleId, shop.environment.PASS_KEYS ?? '');
          const history: Told[] = [];
          const crowd = (from: number, to: number) =>
            Promise.all(
              Array.from({ length: to - from }, (_, index) =>
                clickUntilAnswered(click, `buyer-${from + index}`, history),
              ),
            );
          // In two waves: at once they may be one batch, and the second pass would never come.
          await crowd(0, FIRST_BUYERS);
          await auditAtRest(shop, saleId);
          await crowd(FIRST_BUYERS, BUYERS);
          const audit = await auditAtRest(shop, saleId);

          expect(supervisor.deaths(), 'deaths').toBe(strike.action === 'kill' ? 1 : 0);
          expect(audit.findings).toEqual([]);
          expect(audit.proof.orders).toEqual({ reserved: UNITS });
          expect(contradictions(history)).toEqual([]);
          expect(await heldAgainstBook(shop, history)).toEqual([]);
        } finally {
          await supervisor.stop();
        }
      },
    );
  });
}
