/**
 * The origin's entry: reads the configuration, starts what it says, drains on SIGTERM and SIGINT.
 */
import { systemClock } from '../contract/clock.ts';
import { systemRandom } from '../contract/random.ts';
import { parseConfig } from './config.ts';
import { processEnvironment } from './environment.ts';
import { armFailpoints } from './failpoints.ts';
import { createLogger, type Logger } from './logger.ts';
import { createRedact, type Redact, secretsOf } from './redaction.ts';
import { type Origin, startOrigin } from './wiring.ts';

/** A drain that takes longer is ended: what was promised is in the log, the rest in the outbox. */
const STOP_WITHIN_MS = 25_000;

let redact: Redact = (text) => text;
try {
  const environment = processEnvironment();
  const secrets = secretsOf(environment);
  redact = createRedact(secrets);
  const config = parseConfig(environment);
  const logger = createLogger(config.LOG_LEVEL, secrets);
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error) => {
      // Node would print all that hangs on the error, such as the command that a driver sent.
      logger.fatal({ error }, 'something broke that nobody handles; the process ends');
      process.exit(1);
    });
  }
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
    process.once(signal, () => void drain(origin, config.SHUTDOWN_DELAY_MS, logger));
  }
} catch (error) {
  console.error(redact(explain(error)));
  process.exit(1);
}

/** One line for the person who starts it; the stack only where the settings are not to blame. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return `sluice: ${String(error)}`;
  if ('code' in error) return `sluice: ${error.message || error.code}`;
  const cause = error.cause instanceof Error ? `\ncaused by ${error.cause.stack}` : '';
  return `${error.stack}${cause}`;
}

async function drain(origin: Origin, delayMs: number, logger: Logger): Promise<void> {
  setTimeout(() => process.exit(1), delayMs + STOP_WITHIN_MS).unref();
  await origin.close();
  logger.info('stopped');
  process.exit(0);
}
