#!/usr/bin/env node
/**
 * The `sluice` command: a thin client of the operator API. `--json` prints what the API answered;
 * exit code 1 is a failure (or an audit that does not balance), 2 a wrong call.
 */
import { Command } from 'commander';
import { systemClock } from '../contract/clock.ts';
import { processEnvironment } from '../origin/environment.ts';
import { SecretFileError } from '../origin/secret-files.ts';
import { addAccessCommands } from './access-commands.ts';
import { addAuditCommand } from './audit-command.ts';
import { addChangeCommands } from './change-commands.ts';
import { addDlqCommands } from './dlq-commands.ts';
import { addDrawCommands } from './draw-commands.ts';
import { addEdgeCommand } from './edge-command.ts';
import { addNoticeCommands } from './notice-commands.ts';
import { createOperatorClient, OperatorError } from './operator-client.ts';
import { addOrderCommands } from './order-commands.ts';
import { addPaymentCommands } from './payment-commands.ts';
import { addSaleCommands } from './sale-commands.ts';
import { readSecrets, SecretsError } from './secrets.ts';
import { StartError } from './start-error.ts';
import { addWaitlistCommands } from './waitlist-commands.ts';

function connect() {
  const environment = processEnvironment();
  const url =
    environment.ORIGIN_URL ?? `http://127.0.0.1:${environment.ORIGIN_PORT ?? String(8788)}`;
  const dataDir = environment.DATA_DIR ?? '.sluice';
  const token = environment.OPERATOR_TOKEN ?? readSecrets(dataDir)?.OPERATOR_TOKEN;
  if (token === undefined) {
    throw new OperatorError(`OPERATOR_TOKEN is not set, and ${dataDir} keeps none`);
  }
  return createOperatorClient(url.replace(/\/$/, ''), token);
}

const program = new Command('sluice')
  .description('Operates a Sluice origin. ORIGIN_URL and OPERATOR_TOKEN say which.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
addSaleCommands(program, { connect, clock: systemClock });
addOrderCommands(program, { connect });
addPaymentCommands(program, { connect });
addWaitlistCommands(program, { connect });
addAccessCommands(program, { connect });
addNoticeCommands(program, { connect });
addDlqCommands(program, { connect });
addDrawCommands(program, { connect, environment: processEnvironment });
addAuditCommand(program, { connect });
addChangeCommands(program, { connect });
addEdgeCommand(program, processEnvironment);

// Whoever reads the output may have seen enough (`sluice order list phone | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
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
