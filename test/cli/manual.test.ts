/**
 * Every command explains itself: what it does, examples that it takes, the variables that it reads,
 * what it exits with; docs/cli.md lists the same commands.
 */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { leavesOf } from '../../cli/manual.ts';
import { EXAMPLES } from '../../cli/manual-examples.ts';
import { createProgram } from '../../cli/program.ts';
import { systemClock } from '../../contract/clock.ts';
import type { Environment } from '../../origin/environment.ts';

class Exit extends Error {
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

function build(environment: Environment = {}) {
  const connect = () => {
    throw new Error('nobody is to be asked');
  };
  return createProgram({
    ...{ connect, connectQuickly: connect, environment: () => environment, clock: systemClock },
    exit: (code) => {
      throw new Exit(code);
    },
  });
}
const commands = [...leavesOf(build())];
const usageOf = (path: string, command: Command) =>
  `sluice ${path} ${command.usage().replace(/^\[options\] ?/, '')}`.trim();

test('there are commands', () => {
  expect(commands.length).toBeGreaterThan(30);
  expect(commands.map(([path]) => path)).toEqual(
    expect.arrayContaining(['sale create', 'sale show', 'doctor', 'demo', 'completion']),
  );
});

describe.each(commands)('%s', (path, command) => {
  test('says what it does, how, with what and with which end', () => {
    const written: string[] = [];
    command.configureOutput({ writeOut: (text) => void written.push(text) });
    command.outputHelp();
    const help = written.join('');
    expect(command.description()).toMatch(/^\S.{10,}/);
    expect(help).toContain(`\n  $ sluice ${path}`);
    expect(help).toMatch(/\nExit codes:\n {2}0 +\S.*\n {2}1 +\S.*\n {2}2 +\S/);
    if (path !== 'completion') expect(help).toMatch(/\nEnvironment:\n {2}\S/);
    for (const option of command.options) expect(option.description, option.flags).not.toBe('');
  });

  test('can be read by a program', () => {
    if (path === 'completion') return;
    expect(command.options.map(({ long }) => long)).toContain('--json');
  });

  test('takes its examples', async () => {
    for (const example of EXAMPLES[path] ?? []) {
      const program = build();
      const ran: string[] = [];
      for (const [each, leaf] of leavesOf(program)) leaf.action(() => void ran.push(each));
      await program.parseAsync(wordsOf(example), { from: 'user' });
      expect(ran, example).toEqual([path]);
    }
  });
});

test('no example is of a command that is not there', () => {
  const paths = commands.map(([path]) => path);
  expect(Object.keys(EXAMPLES).filter((path) => !paths.includes(path))).toEqual([]);
});

test('docs/cli.md lists the commands as they are called', () => {
  const text = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
  const listed = Array.from(text.matchAll(/^\| `(sluice [^`]+)` \|/gm), ([, usage]) => usage);
  expect(listed.toSorted()).toEqual(commands.map(([...each]) => usageOf(...each)).toSorted());
});

test.each([
  [['sael'], /unknown command 'sael'\n\(Did you mean sale\?\)\nsee: sluice --help/],
  [
    ['sale', 'opne', 'x'],
    /unknown command 'opne'\n\(Did you mean open\?\)\nsee: sluice sale --help/,
  ],
  [['sale', 'list', '--jsn'], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
  [['audit'], /missing required argument 'sale'\nsee: sluice audit --help/],
  [['order', 'list', 'x', '--state', 'payed'], /Allowed choices are reserved, paid/],
  [['doctor', '--only', 'clocks,moon'], /must be some of config,versions/],
  [['rehearse'], /option '--sale <id>' not specified\nsee: sluice rehearse --help/],
  [['rehearse', '--sale', 'x', '--rate', '0'], /must be from 1 to 20000/],
])('%j is a wrong call, and says what would be right', async (args, message) => {
  const errors: string[] = [];
  const program = build();
  for (const command of [program, ...everyCommand(program)]) {
    command.configureOutput({ writeErr: (text) => void errors.push(text) });
  }
  await expect(program.parseAsync(args, { from: 'user' })).rejects.toMatchObject({ exitCode: 2 });
  expect(errors.join('')).toMatch(message);
});

test.each([
  [['--buyers', '100000', '--rate', '1'], {}, /more than 30 minutes/],
  [[], { EDGE_URL: 'https://shop.example' }, /to shop\.example; say --yes/],
  [[], { EDGE_URL: 'shop.example' }, /EDGE_URL must be where buyers come, for example https:/],
])('rehearse %j with %j asks nobody, and sends nothing', async (args, environment, message) => {
  const program = build(environment);
  const called = program.parseAsync(['rehearse', '--sale', 'x', ...args], { from: 'user' });
  await expect(called).rejects.toThrow(message);
});

function everyCommand(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...everyCommand(child)]);
}

/** As a shell takes them apart, and without what it does itself. */
function wordsOf(example: string): string[] {
  const [call = ''] = example.split(' > ');
  const words = call.match(/"[^"]*"|\S+/g) ?? [];
  return words.map((word) => word.replace(/^"(.*)"$/, '$1'));
}
