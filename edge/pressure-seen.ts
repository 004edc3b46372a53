/**
 * What this isolate saw of its origin's answers, a sale at a time, until the rate gate takes it
 * along to the bucket. What was taken and then lost on its way is not told again: the origin says
 * how it is with every answer.
 */
import { LRUCache } from 'lru-cache';
import { addReport, noReport, type PressureReport } from './objects/adjust-rate.ts';

/** 200 bytes each; a forgotten one is an isolate that says nothing for once. */
const MAX_SALES = 1_000;

/** What one answer of the origin says about its load. */
export interface OriginLoad {
  /** It had too much to do (503 `overloaded`), or gave no answer at all. */
  overloaded: boolean;
  /** The hint that came with the answer, 0 to 1 and above. */
  pressure: number | undefined;
}

export interface PressureSeen {
  note(saleId: string, load: OriginLoad): void;
  /** All since the last time. */
  take(saleId: string): PressureReport;
}

export function createPressureSeen(): PressureSeen {
  const bySale = new LRUCache<string, PressureReport>({ max: MAX_SALES });
  return {
    note(saleId, { overloaded, pressure = 0 }) {
      const seen = bySale.get(saleId) ?? noReport();
      const more = { answered: 1, overloaded: overloaded ? 1 : 0, pressure };
      bySale.set(saleId, addReport(seen, more));
    },
    take(saleId) {
      const seen = bySale.get(saleId) ?? noReport();
      bySale.delete(saleId);
      return seen;
    },
  };
}
