/** `sluice payments …`: looks at the attempts to pay. */
import { type Command, Option } from 'commander';
import { operatorPaymentsSchema } from '../contract/operator-orders.ts';
import { type OperatorPayment, paymentStateSchema } from '../contract/payment.ts';
import { oneOrMore } from './numbers.ts';
import type { OperatorClient } from './operator-client.ts';
import { type ListOptions, printLines, walkPages } from './pages.ts';

export function addPaymentCommands(
  program: Command,
  { connect }: { connect(): OperatorClient },
): void {
  const payments = program.command('payments').description('payments');
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
      await printLines(found, { json, lineOf });
    });
}

function lineOf(payment: OperatorPayment): string {
  const { paymentId, state, refundReason, amount, currency, buyerId, changedAt } = payment;
  const words = refundReason === undefined ? state : `${state} (${refundReason})`;
  return `${paymentId}  ${words.padEnd(20)} ${amount} ${currency}  ${buyerId}  ${changedAt}`;
}
