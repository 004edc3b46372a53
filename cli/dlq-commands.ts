/**
 * `sluice dlq …`: what the book could not settle, and what to do with it. `replay --all` goes on
 * past what is refused, and exits with 1 when anything was.
 */
import { type Command, Option } from 'commander';
import {
  type DeadLetter,
  type DeadLetterResult,
  deadLetterResultSchema,
  deadLetterStateSchema,
  deadLettersSchema,
  type WholeDeadLetter,
  wholeDeadLetterSchema,
} from '../contract/operator-dead-letters.ts';
import { oneOrMore } from './numbers.ts';
import { type OperatorClient, OperatorError } from './operator-client.ts';
import { type ListOptions, walkPages } from './pages.ts';
import { type Column, printList } from './table.ts';

const PATH = '/operator/dead-letters';
const CONFLICT = 409;

interface DlqCommandsOptions {
  connect(): OperatorClient;
}

interface JsonOption {
  json?: boolean;
}

export function addDlqCommands(program: Command, { connect }: DlqCommandsOptions): void {
  const dlq = program.command('dlq').description('dead letters: orders that could not be settled');
  const inState = new Option('--state <state>', 'only letters in this state');
  dlq
    .command('list')
    .description('shows the dead letters of all sales, the oldest first')
    .addOption(inState.choices(deadLetterStateSchema.options))
    .option('--limit <count>', 'how many at most', oneOrMore, 100)
    .option('--json', 'prints one JSON object a line')
    .action(async ({ state, limit, json }: ListOptions) => {
      await printList(walkLetters(connect(), { state, limit }), { json, lineOf, columns: COLUMNS });
    });

  dlq
    .command('show <id>')
    .description('shows a letter and what its record holds')
    .option('--json', 'prints the answer as JSON')
    .action(async (id: string, { json }: JsonOption) => {
      const letter = await connect().get(pathOf(id), wholeDeadLetterSchema);
      console.log(json ? JSON.stringify(letter) : wordsFor(letter));
    });

  dlq
    .command('replay [id]')
    .description('settles a letter again; what the book still refuses stays')
    .option('--all', 'all that are pending')
    .option('--json', 'prints one JSON object a line')
    .action(async (id: string | undefined, options: { all?: boolean } & JsonOption, command) => {
      const all = options.all === true;
      if (all === (id !== undefined)) command.error('error: name a letter, or --all');
      if (id !== undefined) await end(connect(), { id, verb: 'replay', json: options.json });
      else await replayAll(connect(), options.json);
    });

  dlq
    .command('discard <id>')
    .description('rejects the order of a letter (poison) and gives its units back')
    .option('--json', 'prints the answer as JSON')
    .action((id: string, { json }: JsonOption) => end(connect(), { id, verb: 'discard', json }));
}

const pathOf = (id: string | number) => `${PATH}/${encodeURIComponent(id)}`;

function walkLetters(
  client: OperatorClient,
  wanted: { state?: string | undefined; limit?: number },
) {
  return walkPages(client, {
    path: PATH,
    schema: deadLettersSchema,
    itemsOf: (page) => page.letters,
    ...wanted,
  });
}

async function end(
  client: OperatorClient,
  {
    id,
    verb,
    json,
  }: { id: string | number; verb: 'replay' | 'discard'; json?: boolean | undefined },
): Promise<void> {
  const result = await client.post(`${pathOf(id)}/${verb}`, deadLetterResultSchema);
  console.log(json ? JSON.stringify(result) : resultLine(result));
}

/** Letters that are split or buried meanwhile come later in the list, and have their turn too. */
async function replayAll(client: OperatorClient, json: boolean | undefined): Promise<void> {
  for await (const { id } of walkLetters(client, { state: 'pending' })) {
    try {
      await end(client, { id, verb: 'replay', json });
    } catch (error) {
      if (!(error instanceof OperatorError) || error.status !== CONFLICT) throw error;
      console.error(`sluice: letter ${id}: ${error.message}`);
      process.exitCode = 1;
    }
  }
}

const COLUMNS: Column<DeadLetter>[] = [
  { title: 'ID', of: ({ id }) => id, right: true },
  { title: 'STATE', of: ({ state }) => state },
  { title: 'ORDER', of: ({ orderId }) => orderId },
  {
    title: 'FROM',
    of: ({ source, partition, offset }) => `${source} ${partition}/${offset}`,
    minor: true,
  },
  { title: 'REASON', of: ({ reason }) => reason },
];

function lineOf({ id, state, reason, orderId, source, partition, offset }: DeadLetter): string {
  const from = `${source} ${partition}/${offset}`;
  return [`${id}`.padStart(5), state.padEnd(9), orderId ?? from, reason].join('  ');
}

function wordsFor({ value, record, ...letter }: WholeDeadLetter): string {
  const fields = Object.entries(letter).map(([name, field]) => `${name.padEnd(10)} ${field}`);
  return [...fields, `value      ${value}`, `record     ${JSON.stringify(record)}`].join('\n');
}

function resultLine({ letter, orders, unwritten }: DeadLetterResult): string {
  const written = orders.map(({ orderId, state, reason }) => {
    return `${orderId} ${reason === undefined ? state : `${state} (${reason})`}`;
  });
  const others = unwritten.map(({ orderId, reason }) => `${orderId} not in the book (${reason})`);
  const what = [...written, ...others];
  return `${letter.id}  ${letter.state}  ${what.join(', ') || 'without an order'}`;
}
