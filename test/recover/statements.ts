/** What the suites of recovery read of the book by themselves. */
import { same } from '../close/stage.statements.ts';

export interface ReleaseRow {
  orderId: string;
  saleId: string;
  buyerId: string;
  epoch: number;
  units: number;
}

export interface RecoveryRow {
  epoch: number;
  cause: string;
  reopenedAtMs: number | null;
  units: number | null;
  holdings: number | null;
}

export const PENDING_RELEASES = same(
  `SELECT order_id AS orderId, sale_id AS saleId, buyer_id AS buyerId, epoch, units
  FROM book_releases WHERE sale_id = ? AND delivered_at_ms IS NULL ORDER BY order_id`,
);
export const RECOVERIES = same(
  `SELECT epoch, cause, reopened_at_ms AS reopenedAtMs, units, holdings
  FROM book_recoveries WHERE sale_id = ? ORDER BY epoch`,
);
