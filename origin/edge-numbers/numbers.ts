/**
 * What this process knows of the edge's numbers: the last that it was told of each sale, and what
 * came a second lately. Undefined where there is no edge, or it is away; then everything else goes
 * on, and nobody makes a number up.
 */
import type { EdgeNumbers } from '../../contract/edge-numbers.ts';

export interface EdgeNumbersReader {
  /** At most some seconds old. Asking for it keeps it being asked for. */
  latest(saleId: string): EdgeNumbers | undefined;
  /** Over the last seconds, as isolates tell every other second; undefined before two tellings. */
  perSecond(saleId: string): EdgeRates | undefined;
}

/** Each a second. */
export interface EdgeRates {
  /** Of orders, by outcome. */
  outcomes: Record<string, number>;
  admitted: number;
}
