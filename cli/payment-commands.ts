/** `sluice payments …`: looks at the attempts to pay. */
import { type Command, Option } from 'commander';
import { operatorPaymentsSchema, PAGE_LIMITS } from '../contract/operator-orders.ts';
import { type OperatorPayment, paymentStateSchema } from '../contract/payment.ts';
import { wholeNumber } from './numbers.ts';
import type { OperatorClient } from './operator-client.ts';

interface ListOptions {
  state?: string;
  limit: number;
  json?: boolean;
}

export function addPaymentCommands(
  program: Command,
  { connect }: { connect(): OperatorClient },
): void {
  const payments = program.command('payments').description('payments');
  payments
    .command('list <sale>')
    .description("shows a sale's payments, one line an attempt")
    .addOption(
      new Option('--state <state>', 'only payments in this state').choices(
        paymentStateSchema.options,
      ),
    )
    .option('--limit <count>', 'how many at most', wholeNumber, 100)
    .option('--json', 'prints one JSON object a line')
    .action(async (saleId: string, { state, limit, json }: ListOptions) => {
      let left = limit;
      let after: string | undefined;
      do {
        const query = new URLSearchParams({ limit: String(Math.min(left, PAGE_LIMITS.most)) });
        if (state !== undefined) query.set('state', state);
        if (after !== undefined) query.set('after', after);
        const path = `/operator/sales/${encodeURIComponent(saleId)}/payments?${query}`;
        const page = await connect().get(path, operatorPaymentsSchema);
        for (const each of page.payments) console.log(json ? JSON.stringify(each) : lineOf(each));
        left -= page.payments.length;
        after = page.next;
      } while (after !== undefined && left > 0);
    });
}

function lineOf(payment: OperatorPayment): string {
  const { paymentId, state, refundReason, amount, currency, buyerId, changedAt } = payment;
  const words = refundReason === undefined ? state : `${state} (${refundReason})`;
  return `${paymentId}  ${words.padEnd(20)} ${amount} ${currency}  ${buyerId}  ${changedAt}`;
}
