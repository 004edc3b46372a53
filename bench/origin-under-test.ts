/**
 * An origin like any other, with one more route: a JSON POST that does nothing, to compare with.
 */
import { systemClock } from '../contract/clock.ts';
import { systemRandom } from '../contract/random.ts';
import { parseConfig } from '../origin/config.ts';
import { processEnvironment } from '../origin/environment.ts';
import { createLogger } from '../origin/logger.ts';
import { startOrigin } from '../origin/wiring.ts';

const config = parseConfig(processEnvironment());
const origin = await startOrigin({
  config,
  clock: systemClock,
  random: systemRandom,
  logger: createLogger(config.LOG_LEVEL),
  onFatal(error) {
    throw error;
  },
  extend(app) {
    app.post('/noop', async (context) => {
      const { quantity } = await context.req.json();
      return context.json({ quantity, state: 'queued' }, 202);
    });
  },
});
process.once('SIGTERM', () => void origin.close().then(() => process.exit(0)));
