/** `sluice order …`: looks at orders. */
import type { Command } from 'commander';
import { operatorOrderSchema } from '../contract/operator.ts';
import type { OperatorClient } from './operator-client.ts';

export function addOrderCommands(
  program: Command,
  { connect }: { connect(): OperatorClient },
): void {
  const order = program.command('order').description('orders');
  order
    .command('show <order>')
    .description('shows a settled order')
    .option('--json', 'prints the answer as JSON')
    .action(async (orderId: string, options: { json?: boolean }) => {
      const path = `/operator/orders/${encodeURIComponent(orderId)}`;
      const found = await connect().get(path, operatorOrderSchema);
      if (options.json) return console.log(JSON.stringify(found));
      for (const [name, value] of Object.entries(found)) console.log(`${name.padEnd(10)} ${value}`);
    });
}
