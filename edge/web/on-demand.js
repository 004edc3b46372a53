/** @import { OnDemandParts, SaleView } from './types.ts' */
/**
 * The parts of a sale's page that few need, each loaded when it is: the leaderboard for who looks
 * at it, the field for a presale's code, the draw's numbers once anybody may know them.
 */
import { load } from './device.js';
import { stateAt } from './next-step.js';
import { element } from './view.js';

/** @param {OnDemandParts} parts */
export function createOnDemand({ saleId, facts, words }) {
  let hasBoard = false;
  let hasDraw = false;
  /** @type {ReturnType<typeof import('./code.js').createCodeField> | undefined} */
  let codeField;

  return {
    codeField: () => codeField,

    /** What only matters once there is an order, or nothing left to click for. */
    wantBoard() {
      const { sale, order, nowMs } = facts();
      const state = sale && stateAt(sale, nowMs);
      const isOver = state === 'sold-out' || state === 'ended';
      if (hasBoard || (order === undefined && !isOver)) return;
      hasBoard = true;
      element('board').className = 'wanted';
      new IntersectionObserver(async ([entry], observer) => {
        if (entry?.isIntersecting !== true) return;
        observer.disconnect();
        const { createLeaderboard } = await load('leaderboard');
        createLeaderboard({ saleId, facts, words });
      }).observe(element('board'));
    },

    /** There before the button is: it would push it down. @param {SaleView} sale */
    async wantCode({ access }) {
      if (access !== 'code' || codeField !== undefined) return;
      const { createCodeField } = await load('code');
      codeField ??= createCodeField({ saleId, facts });
    },

    /** Only now may anybody know the numbers. */
    async showDraw() {
      if (hasDraw) return;
      hasDraw = true;
      const { createDrawCheck } = await load('draw');
      createDrawCheck({ saleId, words });
    },
  };
}
