/** `sluice changes …`: what operators changed, or tried to. */
import type { Command } from 'commander';
import { type OperatorChange, operatorChangesSchema } from '../contract/operator-changes.ts';
import { oneOrMore } from './numbers.ts';
import type { OperatorClient } from './operator-client.ts';
import { type ListOptions, printLines, walkPages } from './pages.ts';

export function addChangeCommands(
  program: Command,
  { connect }: { connect(): OperatorClient },
): void {
  const changes = program.command('changes').description('what operators changed');
  changes
    .command('list')
    .description('shows who changed what, and what came of it, the newest first')
    .option('--target <id>', 'only those of this sale or order')
    .option('--limit <count>', 'how many at most', oneOrMore, 100)
    .option('--json', 'prints one JSON object a line')
    .action(async ({ target, limit, json }: ListOptions & { target?: string }) => {
      const found = walkPages(connect(), {
        path: '/operator/changes',
        schema: operatorChangesSchema,
        itemsOf: (page) => page.changes,
        ...{ target, limit },
      });
      await printLines(found, { json, lineOf });
    });
}

function lineOf({ id, at, operator, action, target, outcome, status, details }: OperatorChange) {
  const came = status === undefined ? outcome : `${outcome} ${status}`;
  const about = Object.keys(details).length === 0 ? undefined : JSON.stringify(details);
  const parts = [id, at, operator, action, target, came, about];
  return parts.filter((part) => part !== undefined).join('  ');
}
