/** `sluice payments …`: looks at the attempts to pay. */
import { type Command, Option } from 'commander';
import { operatorPaymentsSchema } from '../contract/operator-orders.ts';
import { type OperatorPayment, paymentStateSchema } from '../contract/payment.ts';
import { oneOrMore } from './numbers.ts';
import type { OperatorClient } from './operator-client.ts';
import { type ListOptions, walkPages } from './pages.ts';
import { type Column, printList } from './table.ts';

export function addPaymentCommands(
  program: Command,
  { connect }: { connect(): OperatorClient },
): void {
  const payments = program.command('payments').description('shows attempts to pay');
  const inState = new Option('--state <state>', 'only payments in this state');
  payments
    .command('list <sale>')
    .description("shows a sale's payments, one line an attempt")
    .addOption(inState.choices(paymentStateSchema.options))
    .option('--limit <count>', 'how many at most', oneOrMore, 100)
    .option('--json', 'prints one JSON object a line')
    .action(async (saleId: string, { state, limit, json }: ListOptions) => {
      const found = walkPages(connect(), {
        path: `/operator/sales/${encodeURIComponent(saleId)}/payments`,
        schema: operatorPaymentsSchema,
        itemsOf: (page) => page.payments,
        ...{ state, limit },
      });
      await printList(found, { json, lineOf, columns: COLUMNS });
    });
}

const COLUMNS: Column<OperatorPayment>[] = [
  { title: 'PAYMENT', of: ({ paymentId }) => paymentId },
  { title: 'STATE', of: ({ state }) => state },
  { title: 'REFUNDED FOR', of: ({ refundReason }) => refundReason },
  { title: 'AMOUNT', of: ({ amount }) => amount, right: true },
  { title: 'CURRENCY', of: ({ currency }) => currency, minor: true },
  { title: 'BUYER', of: ({ buyerId }) => buyerId },
  { title: 'CHANGED', of: ({ changedAt }) => changedAt, minor: true },
];

function lineOf(payment: OperatorPayment): string {
  const { paymentId, state, refundReason, amount, currency, buyerId, changedAt } = payment;
  const words = refundReason === undefined ? state : `${state} (${refundReason})`;
  return `${paymentId}  ${words.padEnd(20)} ${amount} ${currency}  ${buyerId}  ${changedAt}`;
}
