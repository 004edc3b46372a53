/**
 * Runs what the command line says. Exit code 0: it worked; 1: it failed, or what was asked about is
 * not as it should be; 2: a wrong call; 130: interrupted. docs/cli.md has them all.
 */
import { systemClock } from '../contract/clock.ts';
import { processEnvironment } from '../origin/environment.ts';
import { SecretFileError } from '../origin/secret-files.ts';
import { operatorClientOf } from './connect.ts';
import { OperatorError } from './operator-client.ts';
import { createProgram } from './program.ts';
import { SecretsError } from './secrets.ts';
import { StartError } from './start-error.ts';

const INTERRUPTED = 130;
/** Whoever pressed Tab waits for it. */
const QUICK_MS = 700;

// A command that has something to end, such as `edge`, listens too, and ends by itself.
process.on('SIGINT', () => {
  if (process.listenerCount('SIGINT') === 1) process.exit(INTERRUPTED);
});
// Whoever reads the output may have seen enough (`sluice order list phone | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const program = createProgram({
  connect: () => operatorClientOf(processEnvironment()),
  connectQuickly: () => operatorClientOf(processEnvironment(), QUICK_MS),
  environment: processEnvironment,
  clock: systemClock,
  exit: (code) => process.exit(code),
});
try {
  await program.parseAsync();
} catch (error) {
  const known = [OperatorError, SecretsError, SecretFileError, StartError].some(
    (kind) => error instanceof kind,
  );
  if (!known || !(error instanceof Error)) throw error;
  console.error(`sluice: ${error.message}`);
  process.exitCode = 1;
}
