/**
 * The journey by a crowd: 3,000 buyers a second arrive for 30 s, whatever the answers take, up to
 * 1,000 of them at a time; k6 counts the others as dropped. Runs in k6: npm run k6 -- load
 */
import { numberOf } from './lib/settings.js';
import { thresholds } from './lib/thresholds.js';

export { default, setup, teardown } from './journey.js';

export const options = {
  thresholds,
  scenarios: {
    load: {
      executor: 'constant-arrival-rate',
      rate: numberOf('PER_SECOND', 3_000),
      timeUnit: '1s',
      duration: `${numberOf('SECONDS', 30)}s`,
      preAllocatedVUs: 1_000,
      maxVUs: 1_000,
      gracefulStop: '35s',
    },
  },
};
