/** The journey by a few buyers, to see that it works at all. Runs in k6: npm run k6 -- smoke */
import { thresholds } from './lib/thresholds.js';

export { default, setup, teardown } from './journey.js';

export const options = {
  thresholds,
  scenarios: { smoke: { executor: 'shared-iterations', vus: 5, iterations: 60 } },
};
