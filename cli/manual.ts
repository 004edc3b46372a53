/**
 * What the help of each command says besides its options: examples, the variables that it reads,
 * and what it exits with. A test holds every command to having its entry here, and every example to
 * being a call that the command takes.
 */
import type { Command } from 'commander';
import { EXAMPLES } from './manual-examples.ts';

/** Who reads which variables; the names are those of the README. */
const OPERATOR = {
  ORIGIN_URL: 'where the origin is (default: http://127.0.0.1, port ORIGIN_PORT or 8788)',
  OPERATOR_TOKEN: 'the token of an operator (default: the one that DATA_DIR keeps)',
  DATA_DIR: 'the folder of a shop that was started here (default: .sluice)',
};
const READ: Record<string, Record<string, string>> = {
  'draw verify': { SHOP_URL: 'where the shop is (default: http://127.0.0.1:8787)' },
  doctor: {
    'all of the origin': 'as the README lists them; what npm start keeps in DATA_DIR counts too',
    EDGE_URL: 'where the edge is, for its clock and its keys',
    ORIGIN_URL: OPERATOR.ORIGIN_URL,
  },
  demo: {
    'all of the origin and the edge': 'as the README lists them; what is not given is made up',
    'PORT, ORIGIN_PORT, SANDBOX_PORT': 'where they listen (default: 8787, 8788, 8790)',
    DEMO: '`off` starts without the demo sale',
  },
  edge: {
    PORT: 'where it listens (default: 8787)',
    ORIGIN_URL: 'where the origin is',
    'PASS_KEYS, BUYER_JWT_SECRET': 'the secrets (default: those that DATA_DIR keeps)',
    DATA_DIR: 'where its state is kept (default: .sluice)',
  },
  completion: {},
  rehearse: {
    'EDGE_URL, SHOP_URL': 'where buyers come (default: http://127.0.0.1, port PORT or 8787)',
    ...OPERATOR,
  },
};

const EXITS: Record<string, Record<number, string>> = {
  audit: { 1: 'the ledger does not balance, or the audit failed' },
  'sale preheat': { 1: 'something would go wrong at the opening, or nothing could be asked' },
  'draw verify': {
    1: 'the proof does not hold, or cannot be known yet',
    3: 'the proof holds, and the buyer asked for was not drawn',
  },
  'dlq replay': { 1: 'the book still refuses some of them, or nothing could be asked' },
  rehearse: {
    1: 'it failed, its ledger does not balance, or the real sale is not as it was',
    130: 'interrupted: the rehearsal is closed, and the report is of the part that ran',
  },
  doctor: { 1: 'something is wrong; warnings alone are no failure' },
  demo: { 0: 'ended with Ctrl-C or SIGTERM', 1: 'something did not start, or ended by itself' },
  edge: { 0: 'ended with Ctrl-C or SIGTERM', 1: 'it did not start, or ended by itself' },
};
const USUAL_EXITS = { 0: 'it worked', 1: 'it failed', 2: 'a wrong call', 130: 'interrupted' };
const NOTHING_TO_INTERRUPT = ['demo', 'edge'];

export function addManual(program: Command): void {
  program
    .configureHelp({ sortOptions: false, showGlobalOptions: false })
    .addHelpText('after', () => ROOT);
  for (const [path, command] of leavesOf(program)) {
    command.addHelpText('after', () => manualOf(path));
  }
  eachCommand(program, (command) => {
    command.configureOutput({
      outputError: (text, write) => {
        const path = [...ancestorsOf(command), command.name()].join(' ');
        write(text.startsWith('error:') ? `${text}see: ${path} --help\n` : text);
      },
    });
  });
}

/** Every command that does something, by its words without `sluice`. */
export function leavesOf(program: Command, before: readonly string[] = []): Map<string, Command> {
  const leaves = new Map<string, Command>();
  for (const command of program.createHelp().visibleCommands(program)) {
    if (command.name() === 'help') continue;
    const words = [...before, command.name()];
    if (command.commands.length === 0) leaves.set(words.join(' '), command);
    for (const [path, leaf] of leavesOf(command, words)) leaves.set(path, leaf);
  }
  return leaves;
}

function manualOf(path: string): string {
  const examples = (EXAMPLES[path] ?? []).map((example) => `  $ sluice ${example}`);
  const exits = Object.entries({ ...USUAL_EXITS, ...EXITS[path] })
    .filter(([code]) => code !== '130' || !NOTHING_TO_INTERRUPT.includes(path))
    .map(([code, what]) => `  ${code.padEnd(4)} ${what}`);
  const read = aligned(READ[path] ?? OPERATOR);
  return [
    ...section('Examples', examples),
    ...section('Environment', read),
    ...section('Exit codes', exits),
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines];
}

function aligned(said: Record<string, string>): string[] {
  const width = Math.max(...Object.keys(said).map((name) => name.length));
  return Object.entries(said).map(([name, what]) => `  ${name.padEnd(width)}  ${what}`);
}

const ROOT = [
  ...section('Environment', aligned({ ...OPERATOR, NO_COLOR: 'set to anything: no colours' })),
  ...section('Exit codes', [
    '  0 it worked, 1 it failed or is not as it should be, 2 a wrong call, 130 interrupted',
  ]),
  ...section('Examples', [
    '  $ sluice sale list',
    '  $ sluice sale create --help',
    '  $ sluice doctor',
    '  $ source <(sluice completion bash)',
  ]),
].join('\n');

function eachCommand(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const child of command.commands) eachCommand(child, visit);
}

function ancestorsOf(command: Command): string[] {
  return command.parent === null ? [] : [...ancestorsOf(command.parent), command.parent.name()];
}
