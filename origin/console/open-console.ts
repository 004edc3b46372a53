/** Puts together what the console needs of a process that serves it. */
import { createPassKeeper } from '../../contract/pass.ts';
import type { LoadWatch } from '../admit/load-watch.ts';
import type { Backends } from '../backends.ts';
import type { Config } from '../config.ts';
import type { EdgeNumbersReader } from '../edge-numbers/numbers.ts';
import { nodeHashing } from '../hashing.ts';
import type { LogLag } from '../log/log.ts';
import type { Logger } from '../logger.ts';
import type { PaymentProvider } from '../pay/provider.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import { createLive, type Live } from './live.ts';
import { createOutcomeTally, type OutcomeTally } from './outcome-tally.ts';
import { createPreheat, type PreheatSale } from './preheat.ts';
import { type BackendName, createFrameReader } from './read-frame.ts';

export interface Console {
  live: Live;
  preheat: PreheatSale;
  tally: OutcomeTally;
  checks: Record<BackendName, () => Promise<void>>;
}

export interface ConsoleParts {
  config: Config;
  backends: Pick<Backends, 'stock' | 'log' | 'book' | 'leases' | 'board'>;
  directory: SaleDirectory;
  edgeNumbers: EdgeNumbersReader;
  provider: PaymentProvider;
  load: LoadWatch;
  lag(): Promise<LogLag> | undefined;
  logger: Logger;
  nowMs(): number;
}

export function openConsole(parts: ConsoleParts): Console {
  const { config, backends, directory, edgeNumbers, provider, load, lag, logger, nowMs } = parts;
  const { stock, log, book, leases, board } = backends;
  const checks = { stock: stock.ping, log: log.ping, book: book.ping, lease: leases.ping };
  const tally = createOutcomeTally();
  const read = createFrameReader({
    ...{ directory, stock, book, board, lag, load, checks, edgeNumbers, tally, nowMs },
  });
  const live = createLive({
    read,
    failed: (error) => logger.warn({ error }, 'the live view of a sale cannot be read'),
  });
  const preheat = createPreheat({
    ...{ directory, stock, book, checks, provider, nowMs },
    passes: createPassKeeper(nodeHashing, config.PASS_KEYS),
    edgeUrl: config.EDGE_URL,
    fetch,
    monotonicMs: () => performance.now(),
  });
  return { live, preheat, tally, checks };
}
