/** A stock script without its check of the order ids that were released before. */
import type { Bug } from './bug.ts';

export const releaseTwice: Bug = {
  name: 'release-twice',
  about:
    'The stock store applies a release as often as it comes: an answer that was lost, or a sweep ' +
    'that died before it marked the row, gives the unit back a second time.',
  parts: {
    stockOver: (stock, { raw }) => {
      const forget = raw.stock.prepare('DELETE FROM stock_released WHERE order_id = ?');
      return {
        ...stock,
        release(call) {
          forget.run(call.orderId);
          return stock.release(call);
        },
      };
    },
  },
};
