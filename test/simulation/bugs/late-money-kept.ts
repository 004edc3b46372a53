/** Money that comes for a closed order is not given back. */
import type { Bug } from './bug.ts';

export const lateMoneyKept: Bug = {
  name: 'late-money-kept',
  about:
    'An event that tells of money for an order which is closed by now is taken and forgotten: ' +
    'the buyer has paid and has neither the unit nor the money.',
  parts: {
    paymentsOver: (payments, book) => ({
      ...payments,
      async takeEvent(provider, event, nowMs) {
        const { paymentId, what } = JSON.parse(event.body) as { paymentId: string; what: string };
        const [, ...rest] = paymentId.split('_');
        const order = await book.order(rest.slice(0, -1).join('_'));
        if (what === 'paid' && order !== undefined && order.state !== 'reserved') {
          return { kind: 'taken' };
        }
        return payments.takeEvent(provider, event, nowMs);
      },
    }),
  },
};
