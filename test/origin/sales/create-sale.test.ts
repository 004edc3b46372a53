/**
 * Making a sale: a process that dies anywhere in between leaves nothing that oversells or is stuck.
 */
import { describe, expect, test } from 'vitest';
import type { NewSale } from '../../../contract/sale.ts';
import { createSale, loadSale, saleFrom } from '../../../origin/sales/create-sale.ts';
import type { Sale } from '../../../origin/settle/book.ts';
import { evenRandom, fakeBook, fakeStock, saleOf, stockTermsOf } from '../fakes.ts';

/** Stores with these sales in the book; each step of making one is noted, and may fail. */
function storesWith(existing: Sale[] = [], failing?: string, left = 100) {
  const said: string[] = [];
  let sales = existing;
  const step = (name: string) => {
    if (name === failing) throw new Error(`${name} is away`);
    said.push(name);
  };
  const stores = {
    book: fakeBook({
      async createSale(sale) {
        if (sales.some(({ saleId }) => saleId === sale.saleId)) return 'exists';
        step('book');
        sales = [...sales, sale];
        return 'created';
      },
      sales: async () => sales,
      // Nothing was added, nothing refunded: the sales of test/sales tell more.
      read: async (_statement, saleId) =>
        sales
          .filter((sale) => sale.saleId === saleId)
          .map(({ units }) => ({ units, added: 0, refunded: 0 }) as never),
      // The mark: test/recover tells when it is refused.
      async transact() {
        step('mark');
        sales = sales.map((sale) => ({ ...sale, loaded: true }));
        return true as never;
      },
    }),
    stock: fakeStock({
      async load({ saleId, epoch, units }) {
        step('stock');
        said.push(`${units} units of ${saleId} in epoch ${epoch}`);
        return epoch < 9 ? 'loaded' : 'newer';
      },
      terms: async () => stockTermsOf({ epoch: 3, stock: left, seq: left === 100 ? 0 : 5 }),
    }),
  };
  return { stores, said, sales: () => sales };
}

const SALE = saleOf({ loaded: false });
const LOADED = '100 units of phone in epoch 3';

test('is the book first, then the stock, then the mark that lets orders in', async () => {
  const { stores, said, sales } = storesWith();
  expect(await createSale(stores, SALE)).toBe('created');
  expect(said).toEqual(['book', 'stock', LOADED, 'mark']);
  expect(sales()[0]?.loaded).toBe(true);
});

describe('interrupted', () => {
  test('before stock or mark: takes no orders, and is gone on with', async () => {
    for (const failing of ['stock', 'mark']) {
      const broken = storesWith([], failing);
      await expect(createSale(broken.stores, SALE)).rejects.toThrow(`${failing} is away`);
      expect(broken.sales()[0]?.loaded).toBe(false);

      const { stores, said } = storesWith(broken.sales());
      expect(await createSale(stores, SALE)).toBe('created');
      expect(said).toEqual(['stock', LOADED, 'mark']);
    }
  });

  test('before the book: leaves nothing at all', async () => {
    const { stores, said, sales } = storesWith([], 'book');
    await expect(createSale(stores, SALE)).rejects.toThrow('book is away');
    expect([said, sales()]).toEqual([[], []]);
  });
});

test('whose stock is lost again at once is left to the next round, not loaded', async () => {
  const { stores, sales } = storesWith();
  const lossy = { ...stores, stock: { ...stores.stock, terms: async () => undefined } };
  expect(await createSale(lossy, SALE)).toBe('created');
  expect(sales()[0]?.loaded).toBe(false);
});

test('repeated fills no stock a second time, even when the store has lost it', async () => {
  const { stores, said } = storesWith([saleOf({ loaded: true })]);
  expect(await createSale(stores, SALE)).toBe('created');
  expect(said).toEqual([]);
});

test.each<Partial<Sale>>([
  { units: 101 },
  { units: 99 },
  { title: 'Another' },
  { price: 1 },
  { currency: 'EUR' },
  { perBuyer: 1 },
  { pictureUrl: '/a.svg' },
  { ratePerSecond: 5 },
  { shareSteps: [{ atMs: 0, share: 0.5 }] },
])('with other terms is a conflict and changes nothing: %j', async (change) => {
  const { stores, said } = storesWith([saleOf({ loaded: false })]);
  expect(await createSale(stores, { ...SALE, ...change })).toBe('conflict');
  expect(said).toEqual([]);
});

test('repeated with other times, as a command with --opens-in does, is the same sale', async () => {
  const { stores } = storesWith([saleOf()]);
  expect(await createSale(stores, { ...SALE, opensAtMs: 1_500, closesAtMs: 9_000 })).toBe(
    'created',
  );
});

test('is never loaded over a later epoch', async () => {
  const { stores, said } = storesWith();
  await expect(loadSale(stores, saleOf({ epoch: 9 }))).rejects.toThrow('later epoch');
  expect(said).not.toContain('mark');
});

test('a store that sold under this id before is not taken over', async () => {
  const { stores, said } = storesWith([], undefined, 60);
  await expect(createSale(stores, SALE)).rejects.toThrow('has another sale under the id phone');
  expect(said).not.toContain('mark');
});

test('loaded by somebody else at the same moment, it may sell already', async () => {
  const { stores, said } = storesWith([{ ...SALE, loaded: true }], undefined, 95);
  await loadSale(stores, SALE);
  expect(said).toEqual(['stock', LOADED]);
});

test('what an operator sends becomes a sale that is not loaded, with a seed of its own', () => {
  const wanted: NewSale = {
    saleId: 'phone',
    title: 'Phone',
    units: 10,
    price: 1,
    currency: 'CNY',
    opensAt: '2026-11-11T00:00:00.000Z',
    closesAt: '2026-11-11T01:00:00.000Z',
    perBuyer: 1,
    ratePerSecond: 7,
    share: 0.25,
    freeOnPaymentFailure: false,
    score: 'fastest',
  };
  const sale = saleFrom(wanted, { payWindowMs: 60_000, random: evenRandom });
  expect(sale).toMatchObject({
    opensAtMs: Date.UTC(2026, 10, 11),
    closesAtMs: Date.UTC(2026, 10, 11, 1),
    epoch: 1,
    version: 1,
    loaded: false,
    paused: false,
    payWindowMs: 60_000,
    shareSteps: [{ atMs: 0, share: 0.25 }],
  });
  expect(Buffer.from(sale.seed, 'base64url')).toEqual(Buffer.alloc(32));
});
