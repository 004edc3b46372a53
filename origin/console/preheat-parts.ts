/** What the checks before an opening ask. */
import type { PassKeeper } from '../../contract/pass.ts';
import type { StockLedger } from '../admit/stock.ts';
import type { PaymentProvider } from '../pay/provider.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import type { OrderBook } from '../settle/book.ts';
import type { BackendName } from './read-frame.ts';

export interface PreheatParts {
  directory: Pick<SaleDirectory, 'get' | 'refresh'>;
  stock: StockLedger;
  book: OrderBook;
  checks: Record<BackendName, () => Promise<void>>;
  provider: Pick<PaymentProvider, 'name' | 'ping'>;
  passes: PassKeeper;
  /** Where the edge is; undefined when the origin was not told. */
  edgeUrl: string | undefined;
  fetch: typeof globalThis.fetch;
  nowMs(): number;
  /** A clock that is never set, for how long something took. */
  monotonicMs(): number;
}
