/**
 * The commands that the pages tell are commands that there are, with options that they take: who
 * copies a line at night has no time to find out which word was meant. So are the scripts of npm.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../../cli/program.ts';
import { systemClock } from '../../contract/clock.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const PAGES = ['README.md', 'CONTRIBUTING.md', 'bench/README.md', 'deploy/systemd/api.env'].concat(
  ['docs', 'docs/decisions'].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
);
const pages = PAGES.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')] as const);
const program = createProgram({
  connect: never,
  connectQuickly: never,
  environment: () => ({}),
  clock: systemClock,
  exit: never,
});

test('each command is one that there is', () => {
  const told = pages.flatMap(([path, text]) =>
    commandsIn(text).map((words) => ({ path, command: words.join(' '), words })),
  );
  expect(told.length).toBeGreaterThan(80);
  const unknown = told.filter(({ words }) => !isCommand(program, words));
  expect(unknown.map(({ path, command }) => `${path}: sluice ${command}`)).toEqual([]);
  expect(isCommand(program, ['sale', 'halt', '<sale>'])).toBe(false);
  expect(isCommand(program, ['sale', 'list', '--everything'])).toBe(false);
});

test('docs/operations.md tells what a sale needs, from the day before to the day after', () => {
  const [, text = ''] = pages.find(([path]) => path === 'docs/operations.md') ?? [];
  const told = commandsIn(text).map((words) => words.join(' '));
  for (const words of [
    ['doctor', 'sale create', 'rehearse --sale', 'sale preheat', 'sale pause', 'sale open'],
    ['draw widen', 'audit', 'dlq list', 'order export', 'payments list', 'changes list'],
  ].flat()) {
    expect(
      told.filter((command) => command.startsWith(words)),
      words,
    ).not.toEqual([]);
  }
});

test('each script of npm is one that there is', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  for (const [path, text] of pages) {
    const told = Array.from(
      text.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g),
      ([, name]) => name,
    );
    expect(Object.keys(scripts), path).toEqual(expect.arrayContaining(told));
  }
});

/** Between backquotes, and at the start of a line of a block; a backslash continues one. */
function commandsIn(text: string): string[][] {
  const [outside, inside] = [[] as string[], [] as string[]];
  for (const [index, part] of text.split(/^ *```.*$/m).entries()) {
    (index % 2 === 0 ? outside : inside).push(part);
  }
  const quoted = outside.join('\n').matchAll(/`(?:npx )?sluice ([a-z][^`]*)`/g);
  const lines = inside
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .matchAll(/^ *(?:[A-Z_]+=\S+ )*(?:npx )?sluice ([a-z].*)$/gm);
  return [...quoted, ...lines].map(([, words = '']) =>
    words
      .replace(/ (#|>|\|) .*$/, '')
      .replaceAll(/[[\]]/g, '')
      .split(/\s+/),
  );
}

/** Its names and options are known; what it is called with is not looked at. */
function isCommand(program: Command, words: readonly string[]): boolean {
  const [name, ...rest] = words;
  const command = program.commands.find((known) => known.name() === name);
  if (command === undefined) return false;
  if (command.commands.length > 0) return rest.length === 0 || isCommand(command, rest);
  const options = rest.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0]);
  return options.every(
    (option) => option === '--help' || command.options.some(({ long }) => long === option),
  );
}

function never(): never {
  throw new Error('nothing is run here');
}
