/**
 * LeaderboardStore: the port to where the boards of the sales are kept: who holds an order, ranked,
 * and how many units went in each second. All of it can be made again from the results in the book,
 * so a store may lose its data: it then says that it is at 0, and is filled anew. Each batch counts
 * once, by the number of the last result that is in it.
 */

/** Buyers in one `apply` at most: about 5 ms of Redis's single thread. */
export const MAX_CHANGES = 1_000;

/** Where a buyer stands: the least comes first (see position.ts). Undefined: on no board. */
export interface BoardChange {
  buyerId: string;
  position: number | undefined;
}

/** Units sold in a second since the opening; below 0 when more came back than were sold. */
export interface CurvePoint {
  second: number;
  units: number;
}

export interface BoardBatch {
  saleId: string;
  /** The last result that the board has; 0 when it has none. */
  from: number;
  /** The last result of this batch. */
  to: number;
  /** Each buyer once, at most MAX_CHANGES. */
  changes: readonly BoardChange[];
  /** What is added to each second. */
  curve: readonly CurvePoint[];
}

export interface RankedBuyer {
  /** From 1. Equal positions are ranked by buyer id, byte by byte. */
  rank: number;
  buyerId: string;
  position: number;
}

export interface LeaderboardStore {
  /** The last result that the sale's board has; 0 for one that is not there. */
  cursor(saleId: string): Promise<number>;
  /**
   * All of the batch or nothing: `other-cursor`, when the board is not at `from`, changes nothing.
   * A board that is not there is at 0, and begins empty.
   */
  apply(batch: BoardBatch): Promise<'applied' | 'other-cursor'>;
  /** The first `count` of a sale. */
  top(saleId: string, count: number): Promise<RankedBuyer[]>;
  rank(saleId: string, buyerId: string): Promise<RankedBuyer | undefined>;
  /** By second; those in which as many came back as were sold are left out. */
  curve(saleId: string): Promise<CurvePoint[]>;
  /** How many buyers are on the board. */
  count(saleId: string): Promise<number>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Throws a RangeError: a batch that breaks these is a mistake of the caller. */
export function checkBatch({ saleId, from, to, changes, curve }: BoardBatch): void {
  if (saleId === '') throw new RangeError('a batch needs a sale');
  if (!isCount(from) || !isCount(to) || to < from) {
    throw new RangeError(`results ${from} to ${to} are no step of a board`);
  }
  if (changes.length > MAX_CHANGES) {
    throw new RangeError(`a batch has at most ${MAX_CHANGES} changes, not ${changes.length}`);
  }
  for (const { buyerId, position } of changes) {
    if (buyerId === '') throw new RangeError('a change needs a buyer');
    if (position !== undefined && !isCount(position)) {
      throw new RangeError(`${position} is no position`);
    }
  }
  for (const { second, units } of curve) {
    if (!isCount(second) || !Number.isSafeInteger(units)) {
      throw new RangeError(`${units} units in second ${second} are no point of a curve`);
    }
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
