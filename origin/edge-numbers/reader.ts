/**
 * Keeps the edge's numbers of the sales that are on: each is asked for at most once a second, by
 * who always wants them (the role `reconcile`, for its metrics) or only while somebody looks. An
 * edge that is away is asked less and less often, and nobody waits for it.
 */
import type { EdgeNumbers } from '../../contract/edge-numbers.ts';
import { createPatience } from '../lease/patience.ts';
import type { Logger } from '../logger.ts';
import type { Sale } from '../settle/book.ts';
import { repeatEvery } from '../timer.ts';
import type { AskEdge } from './ask-edge.ts';
import type { EdgeNumbersReader, EdgeRates } from './numbers.ts';

export const ASK_EVERY_MS = 1_000;
/** Buyers come before a sale opens, and go on looking when it is over. */
const AROUND_SALE_MS = 600_000;
/** Older numbers say nothing of now. */
const USABLE_MS = 10_000;
/** Whoever looks asks each second. */
const WANTED_MS = 10_000;
/** Isolates tell every other second: over less, a rate would jump. */
const RATE_OVER_MS = 6_000;
const MOST_READINGS = 8;

export interface EdgeNumbersOptions {
  ask: AskEdge;
  sales(): readonly Sale[];
  nowMs(): number;
  logger: Logger;
  /** Also while nobody looks. */
  always: boolean;
}

/** What the metrics show. */
export interface EdgeReading {
  numbers: EdgeNumbers;
  ageMs: number;
}

export interface RunningReader extends EdgeNumbersReader {
  /** Of all sales that are on. */
  readings(): EdgeReading[];
  /** Whether the edge answered when it was last asked; undefined while it was not. */
  answers(): boolean | undefined;
  close(): Promise<void>;
}

interface Kept {
  wantedAtMs: number;
  /** The newest last. */
  told: { numbers: EdgeNumbers; atMs: number }[];
}

export function createEdgeNumbersReader(options: EdgeNumbersOptions): RunningReader {
  const { ask, sales, nowMs, logger, always } = options;
  const patience = createPatience(logger, 'the edge does not tell its numbers');
  const kept = new Map<string, Kept>();
  let answered: boolean | undefined;

  async function askFor(saleId: string, sale: Kept): Promise<void> {
    const numbers = await ask(saleId);
    const atMs = nowMs();
    sale.told = [...sale.told, { numbers, atMs }].slice(-MOST_READINGS);
  }

  async function round(): Promise<void> {
    keepThoseOn(kept, sales(), nowMs());
    const isWanted = ({ wantedAtMs }: Kept) => always || nowMs() - wantedAtMs <= WANTED_MS;
    const asked = [...kept].filter(([, sale]) => isWanted(sale));
    if (asked.length === 0 || !patience.mayTry()) return;
    const came = await Promise.allSettled(asked.map(([saleId, sale]) => askFor(saleId, sale)));
    const failure = came.find(({ status }) => status === 'rejected');
    answered = failure === undefined;
    if (failure?.status === 'rejected') patience.failed(failure.reason);
    else patience.succeeded();
  }

  function usable(saleId: string): Kept['told'] {
    const { told = [] } = kept.get(saleId) ?? {};
    const last = told.at(-1);
    return last !== undefined && nowMs() - last.atMs <= USABLE_MS ? told : [];
  }

  const timer = repeatEvery(ASK_EVERY_MS, round);
  return {
    latest(saleId) {
      const sale = kept.get(saleId);
      if (sale !== undefined) sale.wantedAtMs = nowMs();
      return usable(saleId).at(-1)?.numbers;
    },
    perSecond: (saleId) => ratesOf(usable(saleId)),
    readings: () =>
      [...kept.keys()].flatMap((saleId) =>
        usable(saleId)
          .slice(-1)
          .map(({ numbers, atMs }) => ({ numbers, ageMs: Math.max(0, nowMs() - atMs) })),
      ),
    answers: () => answered,
    close: () => timer.stop(),
  };
}

/** Where there is no edge. */
export const NO_EDGE_NUMBERS: EdgeNumbersReader = {
  latest: () => undefined,
  perSecond: () => undefined,
};

function keepThoseOn(kept: Map<string, Kept>, sales: readonly Sale[], nowMs: number): void {
  const on = sales.filter(({ opensAtMs, closesAtMs }) => {
    return nowMs >= opensAtMs - AROUND_SALE_MS && nowMs <= closesAtMs + AROUND_SALE_MS;
  });
  const ids = new Set(on.map(({ saleId }) => saleId));
  for (const saleId of kept.keys()) if (!ids.has(saleId)) kept.delete(saleId);
  for (const saleId of ids) {
    if (!kept.has(saleId)) kept.set(saleId, { wantedAtMs: Number.NEGATIVE_INFINITY, told: [] });
  }
}

/** By the edge's clock, which is when it summed. */
export function ratesOf(told: Kept['told']): EdgeRates | undefined {
  const last = told.at(-1)?.numbers;
  const first = told.find(({ numbers }) => last && last.atMs - numbers.atMs <= RATE_OVER_MS);
  if (last === undefined || first === undefined) return undefined;
  const seconds = (last.atMs - first.numbers.atMs) / 1_000;
  if (seconds <= 0) return undefined;
  const grown = (now: number, before = 0) => Math.max(0, now - before) / seconds;
  const outcomes = Object.entries(last.outcomes).map(
    ([name, count]) => [name, grown(count, first.numbers.outcomes[name])] as const,
  );
  return {
    outcomes: Object.fromEntries(outcomes),
    admitted: grown(last.admitted, first.numbers.admitted),
  };
}
