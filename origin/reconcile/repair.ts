/**
 * Repairs what the ledger shows, for each sale in turn: appends orders that the log lost, gives
 * back units that the stock store forgot, and has the stock made anew where it cannot be right. It
 * only ever moves towards selling less, but for units that are proved to be free.
 */
import { beginRecovery } from '../recover/begin-recovery.ts';
import { createMendDifference } from './mend-difference.ts';
import { createMendGap } from './mend-gap.ts';
import type { Recover, RepairOptions } from './repair-options.ts';

/** A sale that is well costs two reads of each store. */
export const REPAIR_EVERY_MS = 5_000;

export type RepairRound = (mayGoOn: () => boolean) => Promise<void>;

export function createRepair(options: RepairOptions): RepairRound {
  const { book, logger, nowMs } = options;
  let dueAtMs = 0;

  const recover: Recover = async (saleId, epoch, cause) => {
    logger.error({ saleId, epoch, cause }, 'the stock of a sale cannot be right; it is made anew');
    await beginRecovery(book, { saleId, epoch, cause });
  };
  const mendGap = createMendGap(options, recover);
  const mendDifference = createMendDifference(options, recover);

  return async (mayGoOn) => {
    if (nowMs() < dueAtMs) return;
    dueAtMs = nowMs() + REPAIR_EVERY_MS;
    for (const { saleId, loaded, recovering, soldBy } of options.sales()) {
      if (!mayGoOn()) return;
      if (!loaded || recovering || soldBy === 'log') continue;
      await mendGap(saleId);
      await mendDifference(saleId);
    }
  };
}
