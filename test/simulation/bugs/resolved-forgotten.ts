/** A recovery that does not tell the stock store which orders are resolved. */
import { recoveryRound } from '../../../origin/recover/watch.ts';
import type { Bug } from './bug.ts';

export const resolvedForgotten: Bug = {
  name: 'resolved-forgotten',
  about:
    'The stock that is made anew knows no order that is resolved: a buyer who repeats an old ' +
    'click takes a unit for an order that never settles again, and the unit is gone.',
  parts: {
    recoveryRound: (options) => {
      const { stock } = options;
      // The wires are a proxy, which cannot be spread.
      const forgetful = new Proxy(stock, {
        get(target, name) {
          if (name !== 'fill') return Reflect.get(target, name);
          const fill: typeof stock.fill = (call) => target.fill({ ...call, releasedIds: [] });
          return fill;
        },
      });
      return recoveryRound({ ...options, stock: forgetful });
    },
  },
};
