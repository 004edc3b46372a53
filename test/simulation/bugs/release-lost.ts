/** A sweep that marks a release as delivered whatever became of it. */
import type { Bug } from './bug.ts';

export const releaseLost: Bug = {
  name: 'release-lost',
  about:
    'The sweep takes a call that failed for one that was made: it marks the release, and the ' +
    'unit never goes back to stock.',
  parts: {
    sweepStockOver: (stock) =>
      new Proxy(stock, {
        get(target, name) {
          if (name !== 'release') return Reflect.get(target, name);
          const release: typeof stock.release = (call) =>
            target.release(call).catch(() => 'applied' as const);
          return release;
        },
      }),
  },
};
