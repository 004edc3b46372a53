/** Opens the way to the edge's numbers, in a process that has somebody who looks at them. */
import type { Clock } from '../../contract/clock.ts';
import { createPassKeeper } from '../../contract/pass.ts';
import type { Config } from '../config.ts';
import { nodeHashing } from '../hashing.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import { createAskEdge } from './ask-edge.ts';
import type { EdgeNumbersReader } from './numbers.ts';
import { createEdgeNumbersReader, NO_EDGE_NUMBERS } from './reader.ts';

export interface OpenEdgeNumbers extends EdgeNumbersReader {
  close(): Promise<void>;
}

export interface EdgeNumbersParts {
  config: Config;
  directory: SaleDirectory;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
}

/** The metrics are the role `reconcile`'s, which watches; the console is the role `api`'s. */
export function openEdgeNumbers(parts: EdgeNumbersParts): OpenEdgeNumbers {
  const { config, directory, clock, logger, metrics } = parts;
  const { EDGE_URL: edgeUrl, PASS_KEYS: keys, ROLES: roles } = config;
  const always = roles.includes('reconcile');
  if (edgeUrl === undefined || !(always || roles.includes('api'))) {
    return { ...NO_EDGE_NUMBERS, close: async () => undefined };
  }
  const { nowMs } = clock;
  const passes = createPassKeeper(nodeHashing, keys);
  const ask = createAskEdge({ edgeUrl, passes, fetch, nowMs });
  const reader = createEdgeNumbersReader({ ask, sales: directory.known, nowMs, logger, always });
  if (always) metrics.watchEdge(reader);
  return reader;
}
