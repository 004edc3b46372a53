/**
 * Opens sales whose epoch is to be sold by the log: everything that was handed out before settles
 * first, or never. What was begun in one round goes on in the next.
 */
import { failpoint } from '../failpoints.ts';
import type { Sale } from '../settle/book.ts';
import { sellByLog } from './sell-by-log.ts';
import { type Barrier, isSettledPast, type PastOptions } from './settled-past.ts';

export function createOpening(options: Omit<PastOptions, 'mayGoOn'>) {
  const { book, log, logger } = options;
  const barriers = new Map<string, Barrier>();

  return async (sales: readonly Sale[], mayGoOn: () => boolean): Promise<void> => {
    for (const { saleId, epoch } of sales) {
      if (!mayGoOn()) return;
      if (barriers.get(saleId)?.epoch === epoch) continue;
      const startedAt = performance.now();
      barriers.set(saleId, { epoch, barrier: await log.barrier({ saleId, epoch }), startedAt });
    }
    failpoint('outage.after-barrier');
    for (const { saleId, epoch } of sales) {
      const barrier = barriers.get(saleId);
      const isPast = barrier && (await isSettledPast({ ...options, mayGoOn }, barrier));
      if (!isPast) continue;
      if (!mayGoOn()) return;
      const units = await sellByLog(book, { saleId, epoch });
      barriers.delete(saleId);
      if (units !== undefined) logger.warn({ saleId, epoch, units }, 'a sale is sold by the log');
    }
  };
}
