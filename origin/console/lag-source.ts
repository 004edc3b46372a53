/** Where the log's lag is had from: the role that settles, where this process has it. */
import type { LogLag } from '../log/log.ts';

export interface LagSource {
  /** Undefined in a process that does not settle. */
  lag(): Promise<LogLag> | undefined;
  watchLag(ask: () => Promise<LogLag>): void;
}

export function createLagSource(): LagSource {
  let source: (() => Promise<LogLag>) | undefined;
  return {
    lag: () => source?.(),
    watchLag(ask) {
      source = ask;
    },
  };
}
