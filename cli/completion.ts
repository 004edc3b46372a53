/**
 * `sluice completion <shell>`: a script that completes commands, options and their values, and the
 * ids of sales, which it asks the origin for as one types; one that is slow or away completes
 * nothing. The shell calls the hidden `sluice complete -- <words>` for it. bash has a script of its
 * own: the library's evaluates what is typed, so that Tab would run a `$(…)` in it.
 */
import { script } from '@bomb.sh/tab';
import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { z } from 'zod';
import { bashScript } from './completion-bash.ts';
import type { OperatorClient } from './operator-client.ts';

const SHELLS = ['bash', 'zsh', 'fish'];
/** Arguments and options that name a sale, as the commands call them. */
const SALE_ARGUMENT = 'sale';
/** What an option takes when it is a path: the shell completes these by itself. */
const PATHS = /<(path|file|folder)>/;
const SALES = z.object({ sales: z.array(z.object({ saleId: z.string(), title: z.string() })) });
type Sales = z.infer<typeof SALES>['sales'];

export interface CompletionOptions {
  /** With little patience: whoever pressed Tab waits for it. */
  connect(): OperatorClient;
}

/** After all other commands: it knows those that are there. */
export function addCompletion(program: Command, { connect }: CompletionOptions): void {
  const completer = tab(program, { completionCommandName: 'completion' });
  let sales: Sales = [];
  for (const command of completer.commands.values()) {
    const [named] = Array.from(command.arguments.values()).filter(
      ({ name }) => name === SALE_ARGUMENT,
    );
    if (named === undefined) continue;
    named.handler = (complete) => {
      for (const { saleId, title } of sales) complete(saleId, title);
    };
  }
  commandOf(program, 'complete').hook('preAction', async () => {
    sales = await salesOf(connect);
  });
  const completion = commandOf(program, 'completion').description(
    'prints what makes a shell complete the words of this command',
  );
  const [named] = completion.registeredArguments;
  if (named !== undefined) named.choices(SHELLS).description = 'the shell that is to complete';
  completion.action((shell: string) => {
    if (shell === 'bash') console.log(bashScript(pathOptionsOf(program)));
    else script(shell, program.name(), program.name());
  });
}

async function salesOf(connect: () => OperatorClient): Promise<Sales> {
  try {
    return (await connect().get('/operator/sales', SALES)).sales;
  } catch {
    // Whoever types sees no errors of it; the command itself will say what is wrong.
    return [];
  }
}

function commandOf(program: Command, name: string): Command {
  const found = program.commands.find((command) => command.name() === name);
  if (found === undefined) throw new Error(`there is no command ${name}`);
  return found;
}

function pathOptionsOf(command: Command): string[] {
  const own = command.options
    .filter(({ flags }) => PATHS.test(flags))
    .map(({ long }) => long ?? '');
  return [...new Set([...own, ...command.commands.flatMap(pathOptionsOf)])].sort();
}
