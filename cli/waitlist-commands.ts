/** `sluice waitlist …`: looks at the line of a sale. */
import type { Command } from 'commander';
import { type OperatorWaiter, operatorWaitlistSchema } from '../contract/operator-waitlist.ts';
import { oneOrMore } from './numbers.ts';
import type { OperatorClient } from './operator-client.ts';
import { type ListOptions, walkPages } from './pages.ts';
import { type Column, printList } from './table.ts';

export function addWaitlistCommands(
  program: Command,
  { connect }: { connect(): OperatorClient },
): void {
  const waitlist = program.command('waitlist').description('buyers who wait for a unit');
  waitlist
    .command('list <sale>')
    .description('shows who waits, was served or left, in the order of joining')
    .option('--limit <count>', 'how many at most', oneOrMore, 100)
    .option('--json', 'prints one JSON object a line')
    .action(async (saleId: string, { limit, json }: ListOptions) => {
      const found = walkPages(connect(), {
        path: `/operator/sales/${encodeURIComponent(saleId)}/waitlist`,
        schema: operatorWaitlistSchema,
        itemsOf: (page) => page.waiters,
        limit,
      });
      await printList(found, { json, lineOf, columns: COLUMNS });
    });
}

const COLUMNS: Column<OperatorWaiter>[] = [
  { title: 'NUMBER', of: ({ number }) => number, right: true },
  { title: 'STATE', of: ({ state }) => state },
  { title: 'UNITS', of: ({ quantity }) => quantity, right: true, minor: true },
  { title: 'BUYER', of: ({ buyerId }) => buyerId },
  { title: 'JOINED', of: ({ joinedAt }) => joinedAt, minor: true },
  { title: 'ORDER', of: ({ orderId }) => orderId },
];

function lineOf({ number, state, quantity, buyerId, joinedAt, orderId }: OperatorWaiter): string {
  const line = `${number}  ${state.padEnd(8)} ${quantity} × ${buyerId}  ${joinedAt}`;
  return orderId === undefined ? line : `${line}  ${orderId}`;
}
