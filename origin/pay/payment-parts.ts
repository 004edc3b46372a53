/** What each piece of the payment logic is made of; payments.ts puts them together. */
import type { Random } from '../../contract/random.ts';
import type { Logger } from '../logger.ts';
import type { OrderBook } from '../settle/book.ts';
import type { PaymentStep } from './payment-steps.ts';
import type { PaymentProvider } from './provider.ts';

export interface PaymentParts {
  book: OrderBook;
  provider: PaymentProvider;
  random: Random;
  logger: Logger;
  /** Where the provider's page sends the buyer in the end. */
  returnUrl(saleId: string, orderId: string): string;
  /** Told after the commit: a process that dies in between counts one less. */
  observe?(step: PaymentStep): void;
}
