/** `sluice notices …`: what the shop was told of its orders, and another try for the dead. */
import { type Command, Option } from 'commander';
import {
  type Delivery,
  deliveriesSchema,
  deliveryStateSchema,
  REPLAY_LIMIT,
  type Replayed,
  replayedSchema,
} from '../contract/deliveries.ts';
import { oneOrMore } from './numbers.ts';
import type { OperatorClient } from './operator-client.ts';
import { type ListOptions, walkPages } from './pages.ts';
import { type Column, printList } from './table.ts';

export function addNoticeCommands(
  program: Command,
  { connect }: { connect(): OperatorClient },
): void {
  const notices = program.command('notices').description('notices to the shop (WEBHOOK_URL)');
  const inState = new Option('--state <state>', 'only notices in this state');
  notices
    .command('list')
    .description('shows the notices of all sales, in the order in which they were made')
    .addOption(inState.choices(deliveryStateSchema.options))
    .option('--limit <count>', 'how many at most', oneOrMore, 100)
    .option('--json', 'prints one JSON object a line')
    .action(async ({ state, limit, json }: ListOptions) => {
      const found = walkPages(connect(), {
        path: '/operator/deliveries',
        schema: deliveriesSchema,
        itemsOf: (page) => page.deliveries,
        ...{ state, limit },
      });
      await printList(found, { json, lineOf, columns: COLUMNS });
    });

  notices
    .command('replay [id...]')
    .description('tries dead notices again, for as long as new ones; others are left as they are')
    .option('--all', 'all that are dead')
    .option('--json', 'prints the answer as JSON')
    .action(async (ids: string[], options: { all?: boolean; json?: boolean }, command: Command) => {
      const all = options.all === true;
      if (all === ids.length > 0) command.error('error: name notices, or --all');
      const { replayed } = all
        ? await replay(connect(), { all })
        : await replayEach(connect(), ids);
      console.log(options.json ? JSON.stringify({ replayed }) : `${replayed} to be tried again`);
    });
}

/** As many requests as the names need; what one did stays done when a later one fails. */
async function replayEach(client: OperatorClient, ids: readonly string[]): Promise<Replayed> {
  let replayed = 0;
  for (let start = 0; start < ids.length; start += REPLAY_LIMIT) {
    const some = ids.slice(start, start + REPLAY_LIMIT);
    replayed += (await replay(client, { ids: some })).replayed;
  }
  return { replayed };
}

function replay(client: OperatorClient, wanted: { all: true } | { ids: string[] }) {
  return client.post('/operator/deliveries/replay', replayedSchema, wanted);
}

const COLUMNS: Column<Delivery>[] = [
  { title: 'NOTICE', of: ({ deliveryId }) => deliveryId },
  { title: 'TYPE', of: ({ type }) => type, minor: true },
  { title: 'ORDER', of: ({ orderId }) => orderId, minor: true },
  { title: 'STATE', of: ({ state }) => state },
  { title: 'TRIES', of: ({ tries }) => tries, right: true, minor: true },
  { title: 'DELIVERED', of: ({ deliveredAt }) => deliveredAt, minor: true },
  {
    title: 'NEXT',
    minor: true,
    of: ({ deliveredAt, dueAt }) => (deliveredAt === undefined ? dueAt : undefined),
  },
  { title: 'LAST ERROR', of: ({ lastError }) => lastError },
];

function lineOf({ deliveryId, type, orderId, state, tries, ...times }: Delivery): string {
  const { dueAt, deliveredAt, lastError } = times;
  const words = tries === 1 ? '1 try' : `${tries} tries`;
  const when = deliveredAt ?? (dueAt === undefined ? '' : `next ${dueAt}`);
  const parts = [deliveryId, type.padEnd(15), orderId, state.padEnd(9), words, when, lastError];
  return parts.filter((part) => part !== undefined && part !== '').join('  ');
}
