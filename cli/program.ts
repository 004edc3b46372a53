/**
 * The tree of all commands. Nothing is asked of an origin while it is built, so that help and
 * completion work anywhere.
 */
import { Command } from 'commander';
import type { Clock } from '../contract/clock.ts';
import type { Environment } from '../origin/environment.ts';
import { VERSION } from '../origin/version.ts';
import { addAccessCommands } from './access-commands.ts';
import { addAuditCommand } from './audit-command.ts';
import { addChangeCommands } from './change-commands.ts';
import { addCompletion } from './completion.ts';
import { addDemoCommand } from './demo-command.ts';
import { addDlqCommands } from './dlq-commands.ts';
import { addDoctorCommand } from './doctor/doctor-command.ts';
import { addDrawCommands } from './draw-commands.ts';
import { addEdgeCommand } from './edge-command.ts';
import { addManual } from './manual.ts';
import { addNoticeCommands } from './notice-commands.ts';
import type { OperatorClient } from './operator-client.ts';
import { addOrderCommands } from './order-commands.ts';
import { addPaymentCommands } from './payment-commands.ts';
import { addRehearseCommand } from './rehearse/command.ts';
import { addSaleCommands } from './sale-commands.ts';
import { addWaitlistCommands } from './waitlist-commands.ts';

export interface ProgramOptions {
  /** Throws an OperatorError when it is not known whom to ask. */
  connect(): OperatorClient;
  /** The same, for whom an answer after a second is none. */
  connectQuickly(): OperatorClient;
  environment(): Environment;
  clock: Clock;
  /** Told of a wrong call (2), and of help that was shown (0); does not come back. */
  exit(code: number): never;
}

const WRONG_CALL = 2;

export function createProgram(options: ProgramOptions): Command {
  const { connect, environment, clock, exit } = options;
  const program = new Command('sluice')
    .description('Operates a Sluice shop: its sales, orders and processes.')
    .version(VERSION, '--version', 'prints the version')
    .exitOverride((error) => exit(error.exitCode === 0 ? 0 : WRONG_CALL));
  program.commandsGroup('Sales:');
  addSaleCommands(program, { connect, clock });
  addDrawCommands(program, { connect, environment });
  addAccessCommands(program, { connect });
  addWaitlistCommands(program, { connect });
  addAuditCommand(program, { connect });
  addRehearseCommand(program, { connect, environment, clock });
  program.commandsGroup('Orders:');
  addOrderCommands(program, { connect });
  addPaymentCommands(program, { connect });
  addNoticeCommands(program, { connect });
  addDlqCommands(program, { connect });
  program.commandsGroup('The shop itself:');
  addChangeCommands(program, { connect });
  addDoctorCommand(program, { environment, clock });
  addDemoCommand(program);
  addEdgeCommand(program, environment);
  addCompletion(program, { connect: options.connectQuickly });
  addManual(program);
  return program;
}
