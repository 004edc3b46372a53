/**
 * Finds orders that went astray between the stock store and the book (gap.ts says how that is
 * proved) and appends them again; when that does not close the gap, the stock is made anew. The
 * book is read before the store: what settles in between then looks like more on its way.
 */
import { readHeldTerms } from '../dead-letters/held-orders.ts';
import { hasSettledPast } from '../recover/settled-past.ts';
import { appendLost } from './append-lost.ts';
import { type Gap, type GapReading, judgeGap } from './gap.ts';
import type { Recover, RepairOptions } from './repair-options.ts';

export function createMendGap(options: RepairOptions, recover: Recover) {
  const { book, stock, log, logger, nowMs, observe } = options;
  const gaps = new Map<string, Gap>();

  async function read(saleId: string): Promise<GapReading | undefined> {
    const inBook = await book.terms(saleId);
    // An order in the dead letters did not go astray.
    const held = await readHeldTerms(book, saleId);
    const inStore = await stock.terms(saleId);
    if (inBook === undefined || inStore === undefined) return undefined;
    const { epoch, seq, outbox, frozen } = inStore;
    if (frozen || epoch !== inBook.epoch) return undefined;
    const heldOrders = held.find((terms) => terms.epoch === epoch)?.orders ?? 0;
    return { epoch, seq, outbox, settledOrders: inBook.settledOrders + heldOrders };
  }

  async function repair(saleId: string, gap: Gap, lost: { missing: number; seq: number }) {
    const { epoch } = gap;
    const of = { saleId, epoch, seq: lost.seq, nowMs: nowMs() };
    // Once: what is still missing after that is not held by anybody.
    const appended = gap.repaired ? 0 : await appendLost(options, of);
    logger.error({ saleId, epoch, missing: lost.missing, appended }, 'orders went astray');
    if (appended === 0) return recover(saleId, epoch, 'gap');
    observe('appended', appended);
  }

  return async (saleId: string): Promise<void> => {
    const before = gaps.get(saleId);
    // First, so that the reading has all that settled before the barrier.
    const barrier = before?.probe?.barrier;
    const isPast = barrier !== undefined && (await hasSettledPast(options, barrier));
    const reading = await read(saleId);
    if (reading === undefined) return;
    const { epoch, seq } = reading;
    const step = judgeGap(before, reading, { nowMs: nowMs(), isPast });
    const gap = before ?? { epoch, sinceMs: nowMs(), repaired: false };
    switch (step.kind) {
      case 'closed':
        gaps.delete(saleId);
        return;
      case 'wait':
        gaps.set(saleId, gap);
        return;
      case 'probe':
        gaps.set(saleId, { ...gap, probe: { seq, barrier: await log.barrier({ saleId, epoch }) } });
        return;
      case 'repair':
        await repair(saleId, gap, { missing: step.missing, seq });
        gaps.set(saleId, { epoch, sinceMs: nowMs(), repaired: true });
    }
  };
}
