/**
 * What buyers were told of their orders, and whether it may have been told: an order that was said
 * to be `queued` or `entered` never goes, one that is resolved stays so, and what was asked later
 * is never older news. Answers that crossed on their way are not compared.
 */
import type { OrderState } from '../../contract/order.ts';

export interface Told {
  orderId: string;
  buyerId: string;
  state: OrderState | 'unknown';
  sentAtMs: number;
  toldAtMs: number;
}

export interface History {
  /** A complaint when this cannot be true after what was told before. */
  tell(told: Told): string | undefined;
  /** Orders that were promised: said to be `queued`, or to be further. */
  promised(): ReadonlyMap<string, Told>;
  /** The newest that was told of it. */
  last(orderId: string): Told['state'] | undefined;
}

/** What may be told of an order once it was told to be in a state. */
const LATER: Record<OrderState, readonly Told['state'][]> = {
  accepting: [
    ...(['unknown', 'accepting', 'queued', 'reserved', 'paid'] as const),
    ...(['expired', 'cancelled', 'refunded', 'rejected'] as const),
  ],
  // Another process may still see the outbox entry.
  queued: [
    ...(['accepting', 'queued', 'reserved', 'paid'] as const),
    ...(['expired', 'cancelled', 'refunded', 'rejected'] as const),
  ],
  entered: [
    ...(['entered', 'reserved', 'paid', 'expired', 'cancelled'] as const),
    ...(['refunded', 'rejected'] as const),
  ],
  reserved: ['reserved', 'paid', 'expired', 'cancelled', 'refunded'],
  paid: ['paid', 'refunded'],
  expired: ['expired'],
  cancelled: ['cancelled'],
  refunded: ['refunded'],
  rejected: ['rejected'],
};

export function createHistory(): History {
  const byOrder = new Map<string, Told[]>();
  const promised = new Map<string, Told>();

  return {
    tell(told) {
      const before = byOrder.get(told.orderId) ?? [];
      byOrder.set(told.orderId, [...before, told]);
      const isPromise = told.state !== 'unknown' && told.state !== 'accepting';
      if (isPromise && !promised.has(told.orderId)) promised.set(told.orderId, told);
      const breach = before.find(
        (earlier) =>
          earlier.toldAtMs < told.sentAtMs &&
          earlier.state !== 'unknown' &&
          !LATER[earlier.state].includes(told.state),
      );
      return breach === undefined
        ? undefined
        : `${told.buyerId} was told that ${told.orderId} is ${breach.state}, then ${told.state}`;
    },
    promised: () => promised,
    last: (orderId) => byOrder.get(orderId)?.at(-1)?.state,
  };
}
