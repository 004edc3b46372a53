/**
 * The origin's entry: reads the configuration, starts what it says, drains on SIGTERM and SIGINT.
 */
import { systemClock } from '../contract/clock.ts';
import { systemRandom } from '../contract/random.ts';
import { ConfigError, parseConfig } from './config.ts';
import { processEnvironment } from './environment.ts';
import { armFailpoints } from './failpoints.ts';
import { createLogger, type Logger } from './logger.ts';
import { type Origin, startOrigin } from './wiring.ts';

/** A drain that takes longer is ended: what was promised is in the log, the rest in the outbox. */
const STOP_WITHIN_MS = 25_000;

try {
  const config = parseConfig(processEnvironment());
  const logger = createLogger(config.LOG_LEVEL);
  armFailpoints(config.FAILPOINTS);
  const origin = await startOrigin({
    config,
    clock: systemClock,
    random: systemRandom,
    logger,
    onFatal(error) {
      logger.fatal({ error }, 'a role stopped by itself; the process ends');
      process.exit(1);
    },
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void drain(origin, logger));
  }
} catch (error) {
  // One line for the person who starts it; the stack only where the settings are not to blame.
  const known = error instanceof ConfigError || (error instanceof Error && 'code' in error);
  console.error(known ? `sluice: ${(error as Error).message}` : error);
  process.exit(1);
}

async function drain(origin: Origin, logger: Logger): Promise<void> {
  setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
  await origin.close();
  logger.info('stopped');
  process.exit(0);
}
