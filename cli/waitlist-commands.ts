/** `sluice waitlist …`: looks at the line of a sale. */
import type { Command } from 'commander';
import { type OperatorWaiter, operatorWaitlistSchema } from '../contract/operator-waitlist.ts';
import { oneOrMore } from './numbers.ts';
import type { OperatorClient } from './operator-client.ts';
import { type ListOptions, printLines, walkPages } from './pages.ts';

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
      await printLines(found, { json, lineOf });
    });
}

function lineOf({ number, state, quantity, buyerId, joinedAt, orderId }: OperatorWaiter): string {
  const line = `${number}  ${state.padEnd(8)} ${quantity} × ${buyerId}  ${joinedAt}`;
  return orderId === undefined ? line : `${line}  ${orderId}`;
}
