/**
 * A frame of the live view while parts of the shop are away: what is not known is null, never a
 * number, and the rest of the frame is there. Everything that is asked is made up.
 */
import { expect, test } from 'vitest';
import { liveFrameSchema } from '../../contract/console.ts';
import type { StockTerms } from '../../origin/admit/stock.ts';
import { createFrameReader, type FrameParts } from '../../origin/console/read-frame.ts';
import { bookTermsOf, fakeBook, saleOf, stockTermsOf } from '../origin/fakes.ts';

const SALE = saleOf({ epoch: 1, units: 100 });
const away = () => Promise.reject(new Error('connection refused'));
const STOCK = stockTermsOf({ epoch: 1, stock: 100, seq: 0, takenUnits: 0, outbox: 3 });
const PARTS_OF_LOAD = { inFlight: 0.1, loopDelay: 0.5, outbox: 0, lag: 0 };

function partsOf(stock: () => Promise<StockTerms | undefined>): FrameParts {
  let nowMs = SALE.opensAtMs;
  const ok = async () => {};
  return {
    directory: { get: async () => SALE },
    stock: { terms: stock },
    book: fakeBook({
      read: (async () => [{ pending: 2 }]) as never,
      terms: async () =>
        bookTermsOf({
          ...{ units: 100, reserved: 0, paid: 0, settledOrders: 0, settledUnits: 0, epoch: 1 },
          ...{ free: 100, pendingReleaseUnits: 0, pendingReleases: 0 },
        }),
    }),
    board: { top: async () => [], curve: async () => [] },
    lag: () => undefined,
    load: { read: () => ({ pressure: 0.5, parts: PARTS_OF_LOAD, inFlight: 4 }) },
    checks: { stock: ok, log: ok, book: ok, lease: ok },
    edgeNumbers: { latest: () => undefined, perSecond: () => undefined },
    tally: { of: () => ({}) },
    nowMs() {
      nowMs += 1_000;
      return nowMs;
    },
  };
}

async function frameOf(parts: FrameParts) {
  return liveFrameSchema.strict().parse(await createFrameReader(parts)(SALE.saleId));
}

test('all is known while all is there', async () => {
  const frame = await frameOf(partsOf(async () => STOCK));
  expect(frame).toMatchObject({ stockLeft: 100, sold: 0, outboxEntries: 3, deadLetters: 2 });
  expect(frame).toMatchObject({
    top: [],
    pressure: { value: 0.5, part: 'loopDelay', inFlight: 4 },
  });
  expect(frame.ledger).toMatchObject({ difference: 0 });
});

test('without a settling role, an edge or a second look, nothing is made up of them', async () => {
  const frame = await frameOf(partsOf(async () => STOCK));
  expect(frame).toMatchObject({ logLag: null, currentRatePerSecond: null });
  expect(frame.admittedPerSecond, 'nothing came before to compare with').toBeNull();
});

test.each([
  ['is away', away],
  ['does not hold the sale', async () => undefined],
])('the stock store %s', async (_what, terms) => {
  const frame = await frameOf(partsOf(terms));
  expect(frame).toMatchObject({ stockLeft: null, outboxEntries: null, ledger: null, sold: 0 });
  expect(frame.sale.stockLeft).toBeUndefined();
});

test('stock that is frozen for a recovery is nobody’s to sell', async () => {
  const frame = await frameOf(partsOf(async () => ({ ...STOCK, frozen: true })));
  expect(frame.stockLeft).toBeNull();
  expect(frame.sale.stockLeft).toBeUndefined();
});

test('the book, the leaderboard and the lease store are away', async () => {
  const parts = partsOf(async () => STOCK);
  const frame = await frameOf({
    ...parts,
    book: fakeBook({ terms: away, read: away as never }),
    board: { top: away, curve: away },
    checks: { ...parts.checks, lease: away },
  });
  expect(frame).toMatchObject({ sold: null, ledger: null, deadLetters: null, top: null });
  expect(frame).toMatchObject({ stockLeft: 100, curve: [] });
  expect(frame.backends).toEqual({ ...frame.backends, stock: 'ok', lease: 'connection refused' });
});
