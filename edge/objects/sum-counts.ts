/** Adding up what isolates counted of a sale. Pure. */
import { EDGE_NUMBERS_LIMITS, type EdgeCounts } from '../../contract/edge-numbers.ts';

/** What a name counts as that would be one too many. */
const OTHER = 'other';

export function sumCounts(sum: EdgeCounts, more: EdgeCounts): EdgeCounts {
  return {
    outcomes: sumOutcomes(sum.outcomes, more.outcomes),
    joins: sumOutcomes(sum.joins, more.joins),
    admitted: sum.admitted + more.admitted,
    copies: {
      hit: sum.copies.hit + more.copies.hit,
      miss: sum.copies.miss + more.copies.miss,
    },
  };
}

type Outcomes = EdgeCounts['outcomes'];

function sumOutcomes(sum: Outcomes, more: Outcomes): Outcomes {
  const both = { ...sum };
  for (const [name, count] of Object.entries(more)) countOutcome(both, name, count);
  return both;
}

/** In place: this is done for each request of a crowd. */
export function countOutcome(outcomes: Outcomes, name: string, count: number): void {
  const known = outcomes[name];
  if (typeof known === 'number') outcomes[name] = known + count;
  else if (Object.keys(outcomes).length < EDGE_NUMBERS_LIMITS.outcomes) outcomes[name] = count;
  else outcomes[OTHER] = (outcomes[OTHER] ?? 0) + count;
}
