/** A round of reconcile: judges each sale, loads those that never were, stops with its lease. */
import { describe, expect, test } from 'vitest';
import { readAudit, readLedger, reconcileRound } from '../../../origin/reconcile/reconcile.ts';
import { bookTermsOf, fakeBook, fakeStock, memoryLogger, saleOf, stockTermsOf } from '../fakes.ts';

interface Change {
  sales?: string[];
  stockLeft?: number;
  mayGoOn?: (look: number) => boolean;
  /** Sales whose maker died before their stock was loaded. */
  unloaded?: string[];
  /** Sales whose store is away. */
  drawn?: string[];
}

function setUp(change: Change) {
  const said: string[] = [];
  let looks = 0;
  const { logger, lines } = memoryLogger();
  const sales = () =>
    (change.sales ?? ['phone']).map((saleId) =>
      saleOf({
        saleId,
        loaded: !change.unloaded?.includes(saleId),
        soldBy: change.drawn?.includes(saleId) ? 'log' : 'store',
      }),
    );
  const stock = fakeStock({
    async load({ saleId, epoch, units }) {
      said.push(`load ${saleId} ${epoch} ${units}`);
      return 'loaded';
    },
    async terms(saleId) {
      if (saleId === 'watch') return stockTermsOf({ stock: saleOf().units, seq: 0 });
      return saleId === 'unknown' ? undefined : stockTermsOf({ stock: change.stockLeft ?? 90 });
    },
  });
  const book = fakeBook({
    terms: async () => bookTermsOf(),
    sales: async () => sales(),
    async transact() {
      said.push('mark as loaded');
      return true as never;
    },
  });
  const round = () =>
    reconcileRound({
      stock,
      book,
      logger,
      sales,
      mayGoOn: () => {
        looks += 1;
        return change.mayGoOn?.(looks) ?? true;
      },
      observe: (saleId, { difference }) => void said.push(`observed ${saleId} ${difference}`),
    });
  return { round, said, lines, stock, book };
}

describe('judging', () => {
  test('cries out when a ledger at rest does not balance', async () => {
    const { round, said, lines } = setUp({ stockLeft: 91 });
    await round();
    expect(said).toEqual(['observed phone -1']);
    expect(lines).toEqual(['error the ledger does not balance']);
  });

  test('is silent when it does', async () => {
    const { round, lines } = setUp({});
    await round();
    expect(lines).toEqual([]);
  });

  test('passes over a sale whose store is away', async () => {
    const { round, said } = setUp({ sales: ['away', 'phone'], drawn: ['away'], stockLeft: 91 });
    await round();
    expect(said).toEqual(['observed phone -1']);
  });

  test('passes over a sale that the store does not know', async () => {
    const { round, said, stock, book } = setUp({ sales: ['unknown', 'phone'] });
    await round();
    expect(said).toEqual(['observed phone 0']);
    expect(await readLedger({ stock, book }, 'unknown')).toBeUndefined();
  });
});

test('a lost lease ends the round between two sales', async () => {
  const { round, said } = setUp({ sales: ['phone', 'watch'], mayGoOn: (look) => look < 2 });
  await round();
  expect(said).toEqual(['observed phone 0']);
});

test('a sale whose maker died before its stock was loaded is loaded, and no other', async () => {
  const { round, said } = setUp({ sales: ['phone', 'watch'], unloaded: ['watch'] });
  await round();
  const { epoch, units } = saleOf();
  expect(said.slice(0, 2)).toEqual([`load watch ${epoch} ${units}`, 'mark as loaded']);
  expect(said.filter((line) => line.startsWith('load'))).toHaveLength(1);
});

test('an order that settles while the audit is read makes it no watermark', async () => {
  const rest = stockTermsOf();
  let stock = rest;
  const { settledOrders: _, ...counters } = bookTermsOf();
  const book = fakeBook({
    terms: async () => ({ ...counters, settledOrders: rest.seq }),
    async proof() {
      stock = {
        ...rest,
        seq: rest.seq + 1,
        stock: rest.stock - 1,
        takenUnits: rest.takenUnits + 1,
      };
      return { reservedUnits: 11, paidUnits: 0, buyersTwice: 0, orders: { reserved: 11 } };
    },
  });
  const audit = await readAudit({ stock: fakeStock({ terms: async () => stock }), book }, 'phone');
  expect(audit).toMatchObject({ atWatermark: false, balanced: false });
});
