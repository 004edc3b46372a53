/**
 * A round of reconcile: delivers releases once, then judges each sale, and stops with its lease.
 */
import { describe, expect, test } from 'vitest';
import { readAudit, readLedger, reconcileRound } from '../../../origin/reconcile/reconcile.ts';
import type { PendingRelease } from '../../../origin/settle/book.ts';
import { bookTermsOf, fakeBook, fakeStock, memoryLogger, saleOf, stockTermsOf } from '../fakes.ts';

const releaseOf = (number: number): PendingRelease => ({
  orderId: `order-${number}`,
  saleId: 'phone',
  buyerId: `buyer-${number}`,
  epoch: 3,
  units: 1,
});
const releasesOf = (count: number) => Array.from({ length: count }, (_, index) => releaseOf(index));

interface Change {
  releases?: PendingRelease[];
  sales?: string[];
  stockLeft?: number;
  mayGoOn?: (look: number) => boolean;
  failAt?: string;
  /** Sales whose maker died before their stock was loaded. */
  unloaded?: string[];
}

function setUp(change: Change) {
  const said: string[] = [];
  let pending = change.releases ?? [];
  let looks = 0;
  const { logger, lines } = memoryLogger();
  const sales = () =>
    (change.sales ?? ['phone']).map((saleId) =>
      saleOf({ saleId, loaded: !change.unloaded?.includes(saleId) }),
    );
  const stock = fakeStock({
    async release({ orderId, epoch, units }) {
      if (orderId === change.failAt) throw new Error('redis is away');
      said.push(`release ${orderId} ${epoch} ${units}`);
      return 'applied';
    },
    async load({ saleId, epoch, units }) {
      said.push(`load ${saleId} ${epoch} ${units}`);
      return 'loaded';
    },
    async terms(saleId) {
      return saleId === 'unknown' ? undefined : stockTermsOf({ stock: change.stockLeft ?? 90 });
    },
  });
  const book = fakeBook({
    pendingReleases: async (limit) => pending.slice(0, limit),
    async markReleased(ids) {
      said.push(`mark ${ids.length}`);
      const marked = new Set(ids);
      pending = pending.filter(({ orderId }) => !marked.has(orderId));
    },
    terms: async () => bookTermsOf(),
    sales: async () => sales(),
    async changeSale(saleId, { loaded }) {
      said.push(`mark ${saleId} ${loaded ? 'loaded' : 'not loaded'}`);
      return undefined;
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
  return { round, said, lines, left: () => pending, stock, book };
}

test('delivers releases, marks them, then judges', async () => {
  const { round, said, left } = setUp({ releases: releasesOf(2) });
  await round();
  expect(said).toEqual([
    'release order-0 3 1',
    'release order-1 3 1',
    'mark 2',
    'observed phone 0',
  ]);
  expect(left()).toEqual([]);
});

test('delivers more than one page', async () => {
  const { round, said, left } = setUp({ releases: releasesOf(1_100) });
  await round();
  expect(said.filter((step) => step.startsWith('mark'))).toEqual([
    'mark 500',
    'mark 500',
    'mark 100',
  ]);
  expect(left()).toEqual([]);
});

test('one that fails marks nothing: the next round delivers all of them again', async () => {
  const { round, said, left } = setUp({ releases: releasesOf(3), failAt: 'order-1' });
  await expect(round()).rejects.toThrow('redis is away');
  expect(said).toEqual(['release order-0 3 1']);
  expect(left()).toHaveLength(3);
});

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

  test('passes over a sale that the store does not know', async () => {
    const { round, said, stock, book } = setUp({ sales: ['unknown', 'phone'] });
    await round();
    expect(said).toEqual(['observed phone 0']);
    expect(await readLedger({ stock, book }, 'unknown')).toBeUndefined();
  });
});

describe('a lost lease', () => {
  test('lets nothing begin', async () => {
    const { round, said } = setUp({ releases: releasesOf(1), mayGoOn: () => false });
    await round();
    expect(said).toEqual([]);
  });

  test('ends between two releases, which the successor repeats', async () => {
    const { round, said, left } = setUp({ releases: releasesOf(3), mayGoOn: (look) => look < 3 });
    await round();
    expect(said.filter((step) => step.startsWith('release'))).toHaveLength(1);
    expect(left()).toHaveLength(3);
  });
});

test('a sale whose maker died before its stock was loaded is loaded, and no other', async () => {
  const { round, said } = setUp({ sales: ['phone', 'watch'], unloaded: ['watch'] });
  await round();
  const { epoch, units } = saleOf();
  expect(said.slice(0, 2)).toEqual([`load watch ${epoch} ${units}`, 'mark watch loaded']);
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
