/**
 * A sale's row as every database gives it (the statements name the columns so), and back: the
 * columns of `insert-sale.sql` in their order.
 */
import type { SnapshotAccess } from '../../contract/access.ts';
import type { Sale } from './book.ts';

type Changed =
  | 'pictureUrl'
  | 'paused'
  | 'recovering'
  | 'loaded'
  | 'shareSteps'
  | 'beacon'
  | 'freeOnPaymentFailure'
  | 'access';

export interface SaleRow extends Omit<Sale, Changed> {
  pictureUrl: string | null;
  /** 0 or 1, as are all booleans of both databases. */
  paused: number;
  recovering: number;
  loaded: number;
  freeOnPaymentFailure: number;
  /** JSON text. */
  shareSteps: string;
  /** JSON text, with the salt of the list. */
  access: string;
  beacon: string | null;
  beaconAtMs: number | null;
}

export function toSale(row: SaleRow): Sale {
  return {
    saleId: row.saleId,
    version: row.version,
    title: row.title,
    price: row.price,
    currency: row.currency,
    pictureUrl: row.pictureUrl ?? undefined,
    units: row.units,
    perBuyer: row.perBuyer,
    opensAtMs: row.opensAtMs,
    closesAtMs: row.closesAtMs,
    paused: row.paused === 1,
    ratePerSecond: row.ratePerSecond,
    seed: row.seed,
    shareSteps: JSON.parse(row.shareSteps),
    beacon: row.beacon === null ? undefined : { value: row.beacon, atMs: row.beaconAtMs ?? 0 },
    payWindowMs: row.payWindowMs,
    freeOnPaymentFailure: row.freeOnPaymentFailure === 1,
    waitlistCap: row.waitlistCap,
    waiting: row.waiting,
    score: row.score,
    epoch: row.epoch,
    recovering: row.recovering === 1,
    loaded: row.loaded === 1,
    soldBy: row.soldBy,
    ...accessOf(row),
  };
}

function accessOf(row: SaleRow): Pick<Sale, 'access'> {
  const { mode, version }: SnapshotAccess = JSON.parse(row.access);
  return version === 0 ? {} : { access: { mode, version } };
}

/** All units of a new sale are free, nobody waits. */
export function newSaleValues(sale: Sale): (string | number | null)[] {
  return [
    sale.saleId,
    sale.version,
    sale.title,
    sale.price,
    sale.currency,
    sale.pictureUrl ?? null,
    sale.units,
    sale.perBuyer,
    sale.opensAtMs,
    sale.closesAtMs,
    Number(sale.paused),
    sale.ratePerSecond,
    sale.seed,
    JSON.stringify(sale.shareSteps),
    sale.payWindowMs,
    sale.epoch,
    Number(sale.loaded),
    sale.units,
    0,
    0,
    Number(sale.freeOnPaymentFailure),
    sale.waitlistCap,
    sale.score,
    // What settles begins with the sale.
    sale.epoch,
  ];
}

/** NULL leaves a column of `change-sale.sql` as it is. */
export function flagOrNull(flag: boolean | undefined): number | null {
  return flag === undefined ? null : Number(flag);
}
