/** All that a rehearsal found, as `--json` prints it and as the page is made of it. */
import type { Recommendation } from './recommend.ts';
import type { MeasuredStage, PressurePeak, Sample, Second } from './tally.ts';

export const PART_NAMES: Record<PressurePeak['part'], string> = {
  inFlight: 'in flight',
  loopDelay: 'loop delay',
  outbox: 'outbox',
  lag: 'log lag',
};

export interface Report {
  saleId: string;
  rehearsalId: string;
  edgeUrl: string;
  startedAt: string;
  buyers: number;
  /** Clicks a second at the most. */
  rate: number;
  crowd: number;
  processes: { api: number; settle: number };
  terms: { units: number; ratePerSecond: number; share: number; perBuyer: number };
  /** Of the sale that it is for. */
  saleTerms: { units: number; ratePerSecond: number; share: number; perBuyer: number };
  /** Ended before its time, by whoever ran it. */
  interrupted: boolean;
  stages: MeasuredStage[];
  seconds: Second[];
  samples: readonly Sample[];
  recommendation: Recommendation;
  /** Of the rehearsal. */
  ledger: { balanced: boolean; findings: string[]; reservedUnits: number; buyersTwice: number };
  realSale: {
    /** Values that are others than before; none when it was left alone. */
    differences: string[];
    /** Its own buyers may have changed it then. */
    wasOpen: boolean;
    rows: number;
    rowsAreWhole: boolean;
  };
}

/** What was reached, as one sentence; the figure by itself is `knee.ordersPerSecond`. */
export function kneeLine({ stages, recommendation: { knee, limit, bend } }: Report): string {
  const { ordersPerSecond, reached } = knee;
  if (ordersPerSecond === null) {
    const lowest = `${Math.round(stages[0]?.ratePerSecond ?? 0)} clicks a second`;
    return `Nothing was taken well: already the first stage, ${lowest}, was held up: ${bend}`;
  }
  if (limit === 'none') {
    return `No knee was found: all of ${ordersPerSecond} orders a second were taken well`;
  }
  return reached
    ? `The knee is at ${ordersPerSecond} orders a second; above it: ${bend}`
    : `No knee was found up to ${ordersPerSecond} orders a second; what bent: ${bend}`;
}

export function hitchLine({ recommendation: { hitches } }: Report): string | undefined {
  if (hitches.length === 0) return undefined;
  return `Held up for a while, though more was taken well later: ${hitches.join('; ')}`;
}

/** The real sale is as it was, or its own buyers could have changed it, and all adds up. */
export function isWell({ ledger, realSale }: Report): boolean {
  return ledger.balanced && (realSale.differences.length === 0 || realSale.wasOpen);
}

export function realSaleLine({ saleId, realSale }: Report): string {
  const { differences, wasOpen, rows, rowsAreWhole } = realSale;
  if (differences.length === 0) {
    if (rows === 0)
      return `The sale ${saleId} is as it was: every term agrees, and no row is there`;
    const compared = rowsAreWhole ? `${rows} rows` : `the first ${rows} rows`;
    return `The sale ${saleId} is as it was: every term, every counter and ${compared} agree`;
  }
  const reason = wasOpen ? '; it was open, so that its own buyers may have done it' : '';
  return `The sale ${saleId} is NOT as it was: ${differences.length} values differ${reason}`;
}

export function ledgerLine({ ledger }: Report): string {
  if (!ledger.balanced)
    return `The ledger of the rehearsal does NOT balance: ${ledger.findings.join('; ')}`;
  const { reservedUnits } = ledger;
  return `The ledger of the rehearsal balances: ${reservedUnits} units reserved, nobody twice`;
}
