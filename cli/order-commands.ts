/** `sluice order …`: looks at orders, cancels and refunds them, writes them to a file. */
import { type Command, Option } from 'commander';
import { type OperatorOrder, operatorOrderSchema } from '../contract/operator.ts';
import { operatorOrdersSchema } from '../contract/operator-orders.ts';
import { orderStateSchema } from '../contract/order.ts';
import { type ExportFormat, writeOrders } from './export-orders.ts';
import { oneOrMore } from './numbers.ts';
import type { OperatorClient } from './operator-client.ts';
import { type ListOptions, walkPages } from './pages.ts';
import { type Column, printList } from './table.ts';

interface OrderCommandsOptions {
  connect(): OperatorClient;
}

interface ExportOptions {
  out?: string;
  format: ExportFormat;
  json?: boolean;
  state?: string;
}

const states = () =>
  new Option('--state <state>', 'only orders in this state').choices(
    orderStateSchema.exclude(['accepting', 'queued', 'entered']).options,
  );

export function addOrderCommands(program: Command, { connect }: OrderCommandsOptions): void {
  const order = program.command('order').description('shows, cancels, refunds and exports orders');
  const pathOf = (orderId: string) => `/operator/orders/${encodeURIComponent(orderId)}`;

  order
    .command('list <sale>')
    .description("shows a sale's settled orders, by order id")
    .addOption(states())
    .option('--limit <count>', 'how many at most', oneOrMore, 100)
    .option('--json', 'prints one JSON object a line')
    .action(async (saleId: string, { state, limit, json }: ListOptions) => {
      await printList(walkOrders(connect(), { saleId, state, limit }), {
        json,
        lineOf,
        columns: COLUMNS,
      });
    });

  order
    .command('show <order>')
    .description('shows a settled order')
    .option('--json', 'prints the answer as JSON')
    .action(async (orderId: string, options: { json?: boolean }) => {
      show(await connect().get(pathOf(orderId), operatorOrderSchema), options.json);
    });

  order
    .command('cancel <order>')
    .description('cancels a reserved order; the unit goes to the next buyer')
    .option('--risk', 'notes that a risk rule wants it, not a person')
    .option('--json', 'prints the answer as JSON')
    .action(async (orderId: string, options: { risk?: boolean; json?: boolean }) => {
      const by = options.risk ? 'risk' : 'operator';
      const path = `${pathOf(orderId)}/cancellation`;
      show(await connect().post(path, operatorOrderSchema, { by }), options.json);
    });

  order
    .command('refund <order>')
    .description('gives the money of a paid order back')
    .option('--restock', 'the unit goes to the next buyer; otherwise it is gone')
    .option('--json', 'prints the answer as JSON')
    .action(async (orderId: string, options: { restock?: boolean; json?: boolean }) => {
      const path = `${pathOf(orderId)}/refund`;
      const body = { restock: options.restock === true };
      show(await connect().post(path, operatorOrderSchema, body), options.json);
    });

  order
    .command('export <sale>')
    .description("writes all of a sale's settled orders to standard output or a file")
    .addOption(states())
    .addOption(new Option('--format <format>', 'how').choices(['csv', 'jsonl']).default('csv'))
    .option('--json', 'the same as --format jsonl')
    .option('--out <file>', 'the file; one that is there is left alone')
    .action(async (saleId: string, { out, format, json, state }: ExportOptions) => {
      const orders = walkOrders(connect(), { saleId, state });
      await writeOrders(orders, { format: json ? 'jsonl' : format, file: out });
    });
}

function walkOrders(
  client: OperatorClient,
  { saleId, ...wanted }: { saleId: string; state: string | undefined; limit?: number },
) {
  return walkPages(client, {
    path: `/operator/sales/${encodeURIComponent(saleId)}/orders`,
    schema: operatorOrdersSchema,
    itemsOf: (page) => page.orders,
    ...wanted,
  });
}

function show(order: OperatorOrder, json: boolean | undefined): void {
  const lines = Object.entries(order).map(([name, value]) => `${name.padEnd(10)} ${value}`);
  console.log(json ? JSON.stringify(order) : lines.join('\n'));
}

const COLUMNS: Column<OperatorOrder>[] = [
  { title: 'ORDER', of: ({ orderId }) => orderId },
  { title: 'STATE', of: ({ state }) => state },
  { title: 'WHY', of: ({ reason, closedBy }) => reason ?? closedBy },
  { title: 'UNITS', of: ({ quantity }) => quantity, right: true, minor: true },
  { title: 'BUYER', of: ({ buyerId }) => buyerId },
  { title: 'SETTLED', of: ({ settledAt }) => settledAt, minor: true },
  { title: 'PAYMENT', of: ({ payment }) => payment, minor: true },
  { title: 'PAY BEFORE', of: ({ payBefore }) => payBefore, minor: true },
];

function lineOf(order: OperatorOrder): string {
  const { orderId, state, reason, quantity, buyerId, settledAt, payBefore, payment } = order;
  const why = reason ?? order.closedBy;
  const words = why === undefined ? state : `${state} (${why})`;
  const paying = payment === undefined ? '' : `  payment ${payment}`;
  const deadline = payBefore === undefined ? '' : `  pay before ${payBefore}`;
  const whose = `${quantity} × ${buyerId}`;
  return `${orderId}  ${words.padEnd(22)} ${whose}  ${settledAt}${paying}${deadline}`;
}
