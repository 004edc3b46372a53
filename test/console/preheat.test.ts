/**
 * The checklist: each check is green while all is well, and red when its own cause is broken, with
 * what to do about it. The backends and the edge are made up, so that each can be broken by itself.
 */
import { expect, test } from 'vitest';
import type { PreheatCheckId, PreheatRequest } from '../../contract/console.ts';
import { createPassKeeper } from '../../contract/pass.ts';
import { saleViewOf } from '../../contract/sale.ts';
import { createPreheat } from '../../origin/console/preheat.ts';
import { CLOCKS_DIFFER_MS } from '../../origin/console/preheat-backends.ts';
import type { PreheatParts } from '../../origin/console/preheat-parts.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import { snapshotOf } from '../../origin/http/edge-routes.ts';
import type { OrderBook, Sale } from '../../origin/settle/book.ts';
import { bookTermsOf, fakeBook, fakeStock, saleOf, stockTermsOf } from '../origin/fakes.ts';

const NOW_MS = 1_000_000;
const SALE = saleOf({
  ...{ opensAtMs: NOW_MS + 60_000, closesAtMs: NOW_MS + 3_660_000 },
  ...{ epoch: 1, units: 100 },
});

interface World {
  sale: Sale;
  /** What the stock store holds; undefined: nothing. */
  stockLeft: number | undefined;
  /** Its stock is being made anew. */
  frozen: boolean;
  away: Partial<Record<'stock' | 'log' | 'book' | 'lease' | 'provider' | 'edge', true>>;
  /** How long an answer takes. */
  slowMs: number;
  offMs: Partial<Record<'book' | 'stock' | 'edge', number>>;
  /** What the edge knows of the sale. */
  edgeSale: Sale;
  /** What the edge answers to whatever needs a pass of its own, and to one of ours. */
  forwards: number;
  takesOurs: number;
  letters: number;
  edgeUrl: string | undefined;
  request: PreheatRequest;
}

const WELL: World = {
  ...{ sale: SALE, stockLeft: 100, frozen: false, away: {}, slowMs: 1, offMs: {} },
  edgeSale: SALE,
  ...{ forwards: 200, takesOurs: 200, letters: 0, edgeUrl: 'http://edge.test' },
  request: { expectedBuyers: 1_000, measuredRatePerSecond: 2_000 },
};

/** Rejects when it is away. */
function mustBeThere(isAway: true | undefined): Promise<void> {
  return isAway ? Promise.reject(new Error('connection refused')) : Promise.resolve();
}

function partsOf(world: World): PreheatParts {
  const { sale, away, offMs } = world;
  let monotonicMs = 0;
  const terms = () =>
    world.stockLeft === undefined
      ? undefined
      : stockTermsOf({
          ...{ epoch: 1, stock: world.stockLeft, seq: 0, takenUnits: 0, outbox: 0 },
          frozen: world.frozen,
        });
  const transact = ((work: (transaction: { nowMs: number }) => Generator<unknown, number>) =>
    Promise.resolve(
      work({ nowMs: NOW_MS + (offMs.book ?? 0) }).next().value,
    )) as unknown as OrderBook['transact'];
  const book = fakeBook({
    transact,
    read: (async () => [{ pending: world.letters }]) as never,
    terms: async () =>
      bookTermsOf({
        ...{ units: 100, reserved: 0, paid: 0, settledOrders: 0, settledUnits: 0, epoch: 1 },
        ...{ free: 100, pendingReleaseUnits: 0, pendingReleases: 0 },
      }),
  });
  const stock = fakeStock({
    terms: () => mustBeThere(away.stock).then(terms),
    load: async () => 'lost',
    prepare: () => mustBeThere(away.stock).then(() => 8),
    clockMs: () => mustBeThere(away.stock).then(() => NOW_MS + (offMs.stock ?? 0)),
  });
  const answers = (path: string, headers: RequestInit['headers']): Response => {
    if (path === '/api/clock') {
      return Response.json({ now: new Date(NOW_MS + (offMs.edge ?? 0)).toISOString() });
    }
    if (headers !== undefined) return Response.json({}, { status: world.takesOurs });
    if (path.endsWith('/leaderboard')) return Response.json({}, { status: world.forwards });
    return Response.json(saleViewOf(snapshotOf(world.edgeSale, 100), NOW_MS));
  };
  return {
    ...{ stock, book, nowMs: () => NOW_MS, edgeUrl: world.edgeUrl },
    directory: { get: () => sale, refresh: async () => undefined },
    checks: {
      stock: () => mustBeThere(away.stock),
      log: () => mustBeThere(away.log),
      book: () => mustBeThere(away.book),
      lease: () => mustBeThere(away.lease),
    },
    provider: { name: 'sandbox', ping: () => mustBeThere(away.provider) },
    passes: createPassKeeper(nodeHashing, [{ id: 'k1', secret: new Uint8Array(32) }]),
    fetch: async (url, init) => {
      await mustBeThere(away.edge);
      return answers(new URL(String(url)).pathname, init?.headers);
    },
    monotonicMs() {
      monotonicMs += world.slowMs;
      return monotonicMs;
    },
  };
}

async function redsOf(change: Partial<World>): Promise<PreheatCheckId[]> {
  const world = { ...WELL, ...change };
  const { sale, request } = world;
  const { checks, ok } = await createPreheat(partsOf(world))({ sale, request });
  const reds = checks.filter((check) => check.ok === false);
  expect(ok).toBe(reds.length === 0);
  for (const { id, name, advice } of reds) {
    expect(advice?.en, `what to do about ${id}`).toMatch(/\w/);
    expect(advice?.zh).toMatch(/\p{Script=Han}/u);
    expect(name.zh).toMatch(/\p{Script=Han}/u);
  }
  return reds.map(({ id }) => id);
}

test('all is green while all is well', async () => {
  const { checks } = await createPreheat(partsOf(WELL))({ sale: SALE, request: WELL.request });
  expect(checks.filter(({ ok }) => ok !== true)).toEqual([]);
  expect(checks.length).toBe(17);
});

const having = (change: Partial<Sale>) => {
  const sale = saleOf({ ...SALE, ...change });
  return { sale, edgeSale: sale };
};
const OFF_MS = CLOCKS_DIFFER_MS + 1;

const CAUSES: [cause: string, change: Partial<World>, reds: PreheatCheckId[]][] = [
  ['the stock is not loaded', { stockLeft: undefined }, ['stock-loaded']],
  [
    'the stock cannot be loaded',
    { stockLeft: undefined, ...having({ loaded: false }) },
    ['stock-loaded'],
  ],
  ['the stock is frozen', { frozen: true }, ['stock-loaded']],
  ['nothing is left', { stockLeft: 0 }, ['stock-loaded', 'ledger']],
  [
    'the stock store is away',
    { away: { stock: true } },
    ['stock-loaded', 'scripts-loaded', 'stock', 'clocks', 'ledger'],
  ],
  ['the log is away', { away: { log: true } }, ['log']],
  ['the book is away', { away: { book: true } }, ['book']],
  ['the lease store is away', { away: { lease: true } }, ['lease']],
  ['backends are slow', { slowMs: 300 }, ['stock', 'log', 'book', 'lease']],
  ['the clock of the book is ahead', { offMs: { book: OFF_MS } }, ['clocks']],
  ['the clock of the stock store is behind', { offMs: { stock: -OFF_MS } }, ['clocks']],
  ['the clock of the edge is ahead', { offMs: { edge: OFF_MS } }, ['clocks']],
  ['the edge is away', { away: { edge: true } }, ['clocks', 'edge-sale', 'edge-pass', 'keys']],
  ['the edge has another version', { edgeSale: saleOf({ ...SALE, price: 1 }) }, ['edge-sale']],
  ['the origin refuses the edge', { forwards: 403 }, ['edge-pass']],
  ['the edge does not know our key', { takesOurs: 403 }, ['keys']],
  ['the payment provider is away', { away: { provider: true } }, ['payments']],
  ['a letter waits', { letters: 1 }, ['dead-letters']],
  ['a unit is missing', { stockLeft: 99 }, ['ledger']],
  ['nobody is drawn', having({ shareSteps: [{ atMs: 0, share: 0 }] }), ['share']],
  ['too few are drawn', having({ shareSteps: [{ atMs: 0, share: 0.1 }] }), ['share']],
  ['the rate is above what was measured', having({ ratePerSecond: 2_001 }), ['rate']],
  ['the rate is too low for the units', having({ ratePerSecond: 0.01 }), ['rate']],
  ['the waitlist is full', having({ waitlistCap: 5, waiting: 5 }), ['waitlist']],
  ['the sale is paused', having({ paused: true }), ['window']],
  ['there is no time to pay', having({ payWindowMs: 3_600_000 }), ['window']],
  ['the sale has ended', having({ opensAtMs: 1, closesAtMs: NOW_MS }), ['window']],
];

test.concurrent.each(CAUSES)('%s', async (_cause, change, reds) => {
  expect(await redsOf(change)).toEqual(reds);
});

test('what nobody told, and an edge that is not there, are not judged', async () => {
  const world = { ...WELL, edgeUrl: undefined, request: {} };
  const { checks, ok } = await createPreheat(partsOf(world))({ sale: SALE, request: {} });
  expect(ok).toBe(true);
  const unknown = checks.filter((check) => check.ok === null).map(({ id }) => id);
  expect(unknown).toEqual(['edge-sale', 'edge-pass', 'keys', 'share', 'rate']);
});
