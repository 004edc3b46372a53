/**
 * The sandbox's entry: a stand-in for a payment provider, for development, tests and load tests.
 * It prints where it listens and ends on SIGTERM and SIGINT.
 */
import { processEnvironment } from '../origin/environment.ts';
import { parseSettings } from './settings.ts';
import { startSandbox } from './start.ts';

/** The shop's slowest answer is cut off after 5 s. */
const STOP_WITHIN_MS = 10_000;

try {
  const sandbox = await startSandbox(parseSettings(processEnvironment()));
  console.log(`sandbox: ${sandbox.url}`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
      void sandbox.close().then(() => process.exit(0));
    });
  }
} catch (error) {
  const known = error instanceof Error && 'code' in error;
  console.error(known ? `sandbox: ${error.message}` : error);
  process.exit(1);
}
