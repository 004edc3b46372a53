/**
 * Counts what this process answered to orders, by sale, for a console that has no edge to ask. Of a
 * crowd that an edge turns away nothing comes here; whoever shows these numbers says so.
 */
import type { Admission } from '../admit/admission.ts';

export interface OutcomeTally {
  /** Counts whatever comes of it. */
  around(admit: Admission): Admission;
  /** Sums since the process began. */
  of(saleId: string): Readonly<Record<string, number>>;
}

export function createOutcomeTally(): OutcomeTally {
  const bySale = new Map<string, Record<string, number>>();
  return {
    around: (admit) => (click) =>
      admit(click).then((outcome) => {
        // Names that somebody makes up are not kept.
        if (outcome.kind === 'unknown-sale') return outcome;
        const counts = bySale.get(click.saleId) ?? {};
        counts[outcome.kind] = (counts[outcome.kind] ?? 0) + 1;
        bySale.set(click.saleId, counts);
        return outcome;
      }),
    of: (saleId) => ({ ...bySale.get(saleId) }),
  };
}

/** What came a second between two readings; outcomes that did not come are left out. Pure. */
export function ratesBetween(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  seconds: number,
): Record<string, number> {
  const came = Object.entries(after).map(([outcome, count]) => [
    outcome,
    (count - (before[outcome] ?? 0)) / seconds,
  ]);
  return Object.fromEntries(came.filter(([, rate]) => Number(rate) > 0));
}
