/**
 * One look at the stock store, and what follows for each sale: once it has been silent for long,
 * the log sells without it; once it answers again, the stock is made anew from the book by an
 * ordinary recovery. Each step looks at the book again, so that two who do this at once, or one who
 * slept, do no harm.
 */
import { createPatience } from '../lease/patience.ts';
import type { Sale } from '../settle/book.ts';
import { beginRecovery } from './begin-recovery.ts';
import { createOpening } from './open-by-log.ts';
import { judgeOutage, nextHealth, type OutagePolicy, type StoreHealth } from './outage.ts';
import type { PastOptions } from './settled-past.ts';
import { within } from './within.ts';

/** A store that takes so long, time after time, sells nothing; and a lease is short. */
const LOOK_LIMIT_MS = 1_000;

export interface OutageOptions extends Omit<PastOptions, 'mayGoOn'> {
  stock: { ping(): Promise<void> };
  sales(): readonly Sale[];
  nowMs(): number;
  policy: OutagePolicy;
}

export interface OutageTurn {
  /** False once the lease is lost. */
  mayGoOn(): boolean;
  /** The lease store gave no answer, and others may be doing this too: the stock is theirs. */
  isUnsure?: boolean;
}

/** Whether the store serves: only then is there a stock to look after. */
export type OutageRound = (turn: OutageTurn) => Promise<boolean>;

export function createOutageRound(options: OutageOptions): OutageRound {
  const { book, stock, logger, nowMs, policy } = options;
  const patience = createPatience(logger, 'the stock store does not answer');
  const open = createOpening(options);
  let health: StoreHealth | undefined;

  async function look(): Promise<StoreHealth> {
    const askedAtMs = nowMs();
    let answers = true;
    try {
      await within(stock.ping(), { limitMs: LOOK_LIMIT_MS, who: 'the stock store' });
      patience.succeeded();
    } catch (error) {
      answers = false;
      patience.failed(error);
    }
    health = nextHealth(health, { answers, askedAtMs, nowMs: nowMs() });
    return health;
  }

  async function begin({ saleId, epoch }: Sale, cause: 'outage' | 'outage-over'): Promise<void> {
    const next = await beginRecovery(book, { saleId, epoch, cause });
    if (next === undefined) return;
    if (cause === 'outage')
      logger.error({ saleId, next }, 'the stock store is away; the log sells');
    else logger.warn({ saleId, next }, 'the stock store is back; its stock is made anew');
  }

  return async ({ mayGoOn, isUnsure = false }) => {
    const seen = await look();
    const judge = (sale: Sale) => judgeOutage(sale, seen, { ...policy, nowMs: nowMs() });
    let toOpen = false;
    for (const sale of options.sales()) {
      const step = judge(sale);
      if (step === 'nothing') continue;
      if (!mayGoOn()) break;
      if (step === 'begin') await begin(sale, 'outage');
      if (step === 'end' && !isUnsure) await begin(sale, 'outage-over');
      toOpen ||= step === 'begin' || step === 'open';
    }
    if (toOpen && mayGoOn()) {
      const sales = await book.sales();
      await open(
        sales.filter((sale) => judge(sale) === 'open'),
        mayGoOn,
      );
    }
    return seen.answers;
  };
}
