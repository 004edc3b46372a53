/** What payments go through, for whoever counts them: the metrics, the tests. */
import type { PaymentVerdict } from './judge-payment.ts';

export type PaymentStep =
  | 'opened'
  | 'paid'
  | 'failed'
  | 'cancelled'
  | 'refunding'
  | 'refunded'
  /** The provider gave no answer. */
  | 'unavailable'
  /** The provider said no: a person has to look. */
  | 'refused';

export function stepOf(verdict: PaymentVerdict): PaymentStep | undefined {
  switch (verdict.kind) {
    case 'nothing':
      return undefined;
    case 'pay':
      return 'paid';
    case 'refund':
      return 'refunding';
    case 'end':
      return verdict.payment;
    case 'refunded':
      return 'refunded';
  }
}
