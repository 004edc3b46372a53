/** `sluice changes …`: what operators changed, or tried to. */
import type { Command } from 'commander';
import { type OperatorChange, operatorChangesSchema } from '../contract/operator-changes.ts';
import { oneOrMore } from './numbers.ts';
import type { OperatorClient } from './operator-client.ts';
import { type ListOptions, walkPages } from './pages.ts';
import { type Column, printList } from './table.ts';

export function addChangeCommands(
  program: Command,
  { connect }: { connect(): OperatorClient },
): void {
  const changes = program.command('changes').description('the record of what operators changed');
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
      await printList(found, { json, lineOf, columns: COLUMNS });
    });
}

const COLUMNS: Column<OperatorChange>[] = [
  { title: 'ID', of: ({ id }) => id, right: true },
  { title: 'AT', of: ({ at }) => at },
  { title: 'WHO', of: ({ operator }) => operator },
  { title: 'DID', of: ({ action }) => action },
  { title: 'TO', of: ({ target }) => target },
  { title: 'OUTCOME', of: ({ outcome }) => outcome },
  { title: 'STATUS', of: ({ status }) => status, right: true, minor: true },
  { title: 'DETAILS', of: ({ details }) => detailsOf(details) },
];

function lineOf({ id, at, operator, action, target, outcome, status, details }: OperatorChange) {
  const came = status === undefined ? outcome : `${outcome} ${status}`;
  const about = detailsOf(details);
  const parts = [id, at, operator, action, target, came, about];
  return parts.filter((part) => part !== undefined).join('  ');
}

function detailsOf(details: OperatorChange['details']): string | undefined {
  return Object.keys(details).length === 0 ? undefined : JSON.stringify(details);
}
