/**
 * One look at a sale for the live view. Everything is asked at once and with a limit: what does not
 * answer in time is null in the frame, and its backend says why. Nothing here is needed to sell, so
 * a frame is late or poor rather than in anybody's way.
 */
import type { LiveFrame } from '../../contract/console.ts';
import { shareAt } from '../../contract/draw.ts';
import type { LoadWatch } from '../admit/load-watch.ts';
import { PARTS } from '../admit/pressure.ts';
import type { StockLedger, StockTerms } from '../admit/stock.ts';
import { wordsOf } from '../backend-failures.ts';
import { countPendingLetters } from '../dead-letters/letters.ts';
import type { EdgeNumbersReader } from '../edge-numbers/numbers.ts';
import type { Checks } from '../http/health-routes.ts';
import type { LeaderboardStore } from '../leaderboard/board.ts';
import { entryAt } from '../leaderboard/position.ts';
import type { LogLag } from '../log/log.ts';
import { operatorSaleView } from '../operator/sale-view.ts';
import { judgeLedger } from '../reconcile/ledger.ts';
import { within } from '../recover/within.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import type { BookTerms, OrderBook, Sale } from '../settle/book.ts';
import type { ReadFrame } from './live.ts';
import { type OutcomeTally, ratesBetween } from './outcome-tally.ts';

/** Less than the time between two frames, so that one that is away does not slow the rest. */
const PATIENCE_MS = 700;
/** Rows of the leaderboard: a look at who is first, the whole of it has a page. */
const TOP_ROWS = 10;

export type BackendName = keyof LiveFrame['backends'];

export interface FrameParts {
  directory: Pick<SaleDirectory, 'get'>;
  stock: Pick<StockLedger, 'terms'>;
  book: OrderBook;
  board: Pick<LeaderboardStore, 'top' | 'curve'>;
  /** Undefined in a process that does not settle. */
  lag(): Promise<LogLag> | undefined;
  load: Pick<LoadWatch, 'read'>;
  checks: Checks & Record<BackendName, () => Promise<void>>;
  edgeNumbers: Pick<EdgeNumbersReader, 'latest' | 'perSecond'>;
  tally: Pick<OutcomeTally, 'of'>;
  nowMs(): number;
}

/** Keeps the last count of each sale, to tell what came since. */
export function createFrameReader(parts: FrameParts): ReadFrame {
  const counted = new Map<string, { atMs: number; counts: Readonly<Record<string, number>> }>();

  function sinceLast(saleId: string): Record<string, number> | undefined {
    const now = { atMs: parts.nowMs(), counts: parts.tally.of(saleId) };
    const before = counted.get(saleId);
    counted.set(saleId, now);
    if (before === undefined || before.atMs >= now.atMs) return undefined;
    return ratesBetween(before.counts, now.counts, (now.atMs - before.atMs) / 1_000);
  }

  return async (saleId) => {
    const sale = await parts.directory.get(saleId);
    if (sale === undefined) return undefined;
    const [stores, board, logLag, deadLetters, backends] = await Promise.all([
      readStores(parts, sale),
      readBoard(parts, sale),
      orNull(parts.lag() ?? Promise.resolve(null)),
      orNull(countPendingLetters(parts.book)),
      readBackends(parts.checks),
    ]);
    const requests = requestsOf(parts, saleId, sinceLast(saleId));
    return {
      at: new Date(parts.nowMs()).toISOString(),
      ...termsOf(sale, stores, parts.nowMs()),
      ...requests,
      currentRatePerSecond: parts.edgeNumbers.latest(saleId)?.currentRatePerSecond ?? null,
      ...board,
      ...{ logLag, deadLetters, backends },
      pressure: pressureOf(parts.load),
    };
  };
}

/** All of the edge's, or all of this process's: the two count different things. */
function requestsOf(
  { edgeNumbers }: FrameParts,
  saleId: string,
  own: Record<string, number> | undefined,
): Pick<LiveFrame, 'requests' | 'admittedPerSecond'> {
  const ofEdge = edgeNumbers.perSecond(saleId);
  if (ofEdge !== undefined) {
    return {
      requests: { source: 'edge', perSecond: ofEdge.outcomes },
      admittedPerSecond: ofEdge.admitted,
    };
  }
  // All that comes to an origin was admitted by its edge.
  const sum = Object.values(own ?? {}).reduce((all, rate) => all + rate, 0);
  return {
    requests: { source: 'process', perSecond: own ?? {} },
    admittedPerSecond: own === undefined ? null : sum,
  };
}

interface Stores {
  before: StockTerms | null;
  book: BookTerms | null;
  after: StockTerms | null;
}

/** The book between two reads of the stock, as the ledger wants it (reconcile/ledger.ts). */
async function readStores({ stock, book }: FrameParts, sale: Sale): Promise<Stores> {
  const { saleId, soldBy } = sale;
  const stockTerms = async () => (soldBy === 'log' ? null : orNull(stock.terms(saleId)));
  const before = await stockTerms();
  const terms = await orNull(book.terms(saleId));
  return { before, book: terms, after: before === null ? null : await stockTerms() };
}

function termsOf(sale: Sale, { before, book, after }: Stores, nowMs: number) {
  const stockLeft = after === null || after.frozen ? null : after.stock;
  const judged =
    before === null || book === null || after === null
      ? null
      : judgeLedger({ stockBefore: before, book, stockAfter: after });
  return {
    sale: operatorSaleView(sale, stockLeft ?? undefined, nowMs),
    configuredRatePerSecond: sale.ratePerSecond,
    stockLeft,
    sold: book === null ? null : book.reserved + book.paid,
    outboxEntries: after?.outbox ?? null,
    ledger:
      judged === null
        ? null
        : {
            terms: judged.terms,
            atWatermark: judged.atWatermark,
            difference: judged.difference,
          },
    share: shareAt(sale.shareSteps, nowMs),
    drawSteps: sale.shareSteps.map(({ atMs, share }) => ({
      ...{ at: new Date(atMs).toISOString(), share },
    })),
    waitlist: { waiting: sale.waiting, cap: sale.waitlistCap },
  };
}

async function readBoard(
  { board }: FrameParts,
  { saleId, score, opensAtMs }: Sale,
): Promise<Pick<LiveFrame, 'curve' | 'top'>> {
  // Both or neither: a curve that is not known must not look like one that is empty.
  const read = await orNull(
    Promise.all([board.curve(saleId), board.top(saleId, TOP_ROWS)] as const),
  );
  if (read === null) return { curve: [], top: null };
  const [curve, ranked] = read;
  const top = ranked.map(({ rank, buyerId, position }) => {
    const { quantity, reservedAtMs } = entryAt(score, position);
    return { rank, buyerId, quantity, elapsedMs: Math.max(0, reservedAtMs - opensAtMs) };
  });
  return { curve: curve.map(({ second, units }): [number, number] => [second, units]), top };
}

async function readBackends(checks: FrameParts['checks']): Promise<LiveFrame['backends']> {
  const ask = (name: BackendName) =>
    within(checks[name](), { limitMs: PATIENCE_MS, who: 'it' }).then(() => 'ok', wordsOf);
  const names = ['stock', 'log', 'book', 'lease'] as const;
  const [stock = '', log = '', book = '', lease = ''] = await Promise.all(names.map(ask));
  return { stock, log, book, lease };
}

function pressureOf(load: FrameParts['load']): LiveFrame['pressure'] {
  const { pressure, parts, inFlight } = load.read();
  const [busiest = PARTS[0]] = PARTS.toSorted((left, right) => parts[right] - parts[left]);
  return { value: pressure, part: busiest, inFlight };
}

/** Null: it is not known now. */
function orNull<Value>(asked: Promise<Value>): Promise<NonNullable<Value> | null> {
  return within(asked, { limitMs: PATIENCE_MS, who: 'it' }).then(
    (value) => value ?? null,
    () => null,
  );
}
