/**
 * Who of those that ask joins the line, decided with the sale's row locked: in the order of their
 * coming, as many as the cap leaves room for. Whoever waits already keeps the place, also with
 * another quantity, so asking again is harmless; whoever was served or left begins at the end.
 * Pure.
 */

export interface Wish {
  buyerId: string;
  quantity: number;
}

export interface JoinRequest extends Wish {
  /** By the book's clock: the stock was seen empty at some moment after this one. */
  soldOutAtMs: number;
  /** Of that stock. */
  epoch: number;
}

/** A buyer's row in the line, as the book has it. */
export interface LineRow {
  number: number;
  buyerId: string;
  quantity: number;
  state: 'waiting' | 'served' | 'left';
  joinedAtMs: number;
}

/** The sale's row, and what hangs on it. */
export interface LineState {
  waitlistCap: number;
  waiting: number;
  /**
   * Units are on their way back to stock, or came there after it was seen empty: whoever joined now
   * would wait beside them.
   */
  hasUnitsComing: boolean;
  hasEnded: boolean;
}

export interface JoinQuestion {
  requests: readonly Wish[];
  line: LineState;
  /** Buyers with a live order in the sale. */
  holders: ReadonlySet<string>;
  /** By buyer. */
  rows: ReadonlyMap<string, LineRow>;
  nowMs: number;
}

export type JoinVerdict =
  /** New at the end of the line. */
  | { kind: 'joined'; place: number; quantity: number; joinedAtMs: number }
  /** Waited already; the place follows from the number. */
  | { kind: 'waits'; number: number; quantity: number; joinedAtMs: number }
  | { kind: 'ended' | 'has-order' | 'waitlist-full' | 'not-sold-out' };

export interface JoinDecision {
  /** By buyer. */
  verdicts: Map<string, JoinVerdict>;
  /** New rows, in the order of the line. */
  added: Wish[];
  /** Numbers of rows that make room for a new one of the same buyer. */
  replaced: number[];
  /** Numbers of the rows that change to a quantity. */
  changed: Map<number, number[]>;
}

export function decideJoins(question: JoinQuestion): JoinDecision {
  const { line, holders, rows, nowMs } = question;
  const wanted = quantitiesOf(question.requests);
  const decision: JoinDecision = {
    verdicts: new Map(),
    added: [],
    replaced: [],
    changed: new Map(),
  };
  const room = line.waitlistCap - line.waiting;

  function judge(buyerId: string, quantity: number): JoinVerdict {
    const row = rows.get(buyerId);
    if (line.hasEnded) return { kind: 'ended' };
    if (holders.has(buyerId)) return { kind: 'has-order' };
    if (row?.state === 'waiting') {
      const { number, joinedAtMs } = row;
      if (row.quantity !== quantity) {
        decision.changed.set(quantity, [...(decision.changed.get(quantity) ?? []), number]);
      }
      return { kind: 'waits', number, quantity, joinedAtMs };
    }
    if (line.hasUnitsComing) return { kind: 'not-sold-out' };
    if (decision.added.length >= room) return { kind: 'waitlist-full' };
    if (row !== undefined) decision.replaced.push(row.number);
    decision.added.push({ buyerId, quantity });
    const place = line.waiting + decision.added.length;
    return { kind: 'joined', place, quantity, joinedAtMs: nowMs };
  }

  for (const [buyerId, quantity] of wanted) {
    decision.verdicts.set(buyerId, judge(buyerId, quantity));
  }
  return decision;
}

/** Of several requests of one buyer the last one's quantity counts, at the first one's turn. */
function quantitiesOf(requests: readonly Wish[]): Map<string, number> {
  return new Map(requests.map(({ buyerId, quantity }) => [buyerId, quantity]));
}
