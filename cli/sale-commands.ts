/** `sluice sale …`: makes, shows, opens, pauses, closes and recovers sales, adds units. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import type { Clock } from '../contract/clock.ts';
import { scoreSchema } from '../contract/leaderboard.ts';
import { type OperatorSale, operatorSaleSchema } from '../contract/operator.ts';
import { parseDurationMs } from './duration.ts';
import { decimal, oneOrMore, wholeNumber } from './numbers.ts';
import type { OperatorClient } from './operator-client.ts';
import { addPreheatCommand } from './preheat-command.ts';
import { type Column, printList } from './table.ts';

export interface SaleCommandsOptions {
  connect(): OperatorClient;
  clock: Clock;
}

interface CreateOptions {
  id: string;
  title: string;
  units: number;
  price: number;
  currency: string;
  picture?: string;
  opensIn: number;
  closesIn: number;
  perBuyer: number;
  rate: number;
  share: number;
  payWithin?: number;
  waitlist?: number;
  freeOnPaymentFailure?: boolean;
  score: string;
  json?: boolean;
}

export function addSaleCommands(program: Command, { connect, clock }: SaleCommandsOptions): void {
  const sale = program.command('sale').description('makes, shows, opens, pauses and closes sales');

  addCreate(sale, { connect, clock });
  addPreheatCommand(sale, { connect });

  sale
    .command('list')
    .description('shows all sales')
    .option('--json', 'prints one JSON object a line')
    .action(async ({ json }: { json?: boolean }) => {
      const schema = z.object({ sales: z.array(operatorSaleSchema) });
      const { sales } = await connect().get('/operator/sales', schema);
      await printList(sales, { json, lineOf, columns: COLUMNS });
    });

  sale
    .command('show <sale>')
    .description('shows a sale with all its terms')
    .option('--json', 'prints the answer as JSON')
    .action(async (saleId: string, { json }: { json?: boolean }) => {
      const path = `/operator/sales/${encodeURIComponent(saleId)}`;
      const shown = await connect().get(path, operatorSaleSchema);
      console.log(json ? JSON.stringify(shown) : termsOf(shown));
    });

  sale
    .command('top-up <sale>')
    .description('adds units to a sale, also while it runs; repeating it with its id adds nothing')
    .requiredOption('--units <count>', 'how many more', oneOrMore)
    .requiredOption('--id <id>', 'names this command, for example a delivery note')
    .option('--json', 'prints the answer as JSON')
    .action(async (saleId: string, options: { units: number; id: string; json?: boolean }) => {
      const path = `/operator/sales/${encodeURIComponent(saleId)}/top-up`;
      const body = { topUpId: options.id, units: options.units };
      print(await connect().post(path, operatorSaleSchema, body), options.json);
    });

  for (const [verb, description] of Object.entries(CHANGES)) {
    sale
      .command(`${verb} <sale>`)
      .description(description)
      .option('--json', 'prints the answer as JSON')
      .action(async (saleId: string, options: { json?: boolean }) => {
        const path = `/operator/sales/${encodeURIComponent(saleId)}/${verb}`;
        print(await connect().post(path, operatorSaleSchema), options.json);
      });
  }
}

function addCreate(sale: Command, { connect, clock }: SaleCommandsOptions): void {
  sale
    .command('create')
    .description('makes a sale and loads its stock; repeating it is harmless')
    .requiredOption('--id <id>', 'its name in URLs: a-z, 0-9 and -')
    .requiredOption('--title <text>', 'what buyers read')
    .requiredOption('--units <count>', 'units to sell', wholeNumber)
    .requiredOption(
      '--price <minor>',
      'price of a unit in minor units of the currency',
      wholeNumber,
    )
    .option('--currency <code>', 'ISO 4217', 'CNY')
    .option('--picture <url>', 'https:// or a path of the edge')
    .addOption(
      new Option('--opens-in <duration>', 'from now: 500ms, 15s, 5m, 1h, 7d')
        .argParser(duration)
        .default(0, 'now'),
    )
    .addOption(
      new Option('--closes-in <duration>', 'from now').argParser(duration).default(3_600_000, '1h'),
    )
    .option('--per-buyer <count>', 'units a buyer may have', wholeNumber, 1)
    .option('--rate <per second>', 'orders a second the origin is to get', decimal, 1000)
    .option('--share <fraction>', 'share of the crowd that is drawn, 0 to 1', decimal, 1)
    .option('--pay-within <duration>', 'how long buyers have to pay (PAY_WINDOW_MS)', duration)
    .option('--waitlist <count>', 'how many may wait; 0 for none (as many as units)', wholeNumber)
    .option('--free-on-payment-failure', 'a failed payment frees the unit at once')
    .addOption(
      new Option('--score <score>', 'what the leaderboard ranks by')
        .choices(scoreSchema.options)
        .default('fastest'),
    )
    .option('--json', 'prints the answer as JSON')
    .action(async (options: CreateOptions) => {
      const nowMs = clock.nowMs();
      const created = await connect().post('/operator/sales', operatorSaleSchema, {
        saleId: options.id,
        title: options.title,
        units: options.units,
        price: options.price,
        currency: options.currency,
        pictureUrl: options.picture,
        opensAt: new Date(nowMs + options.opensIn).toISOString(),
        closesAt: new Date(nowMs + options.closesIn).toISOString(),
        perBuyer: options.perBuyer,
        ratePerSecond: options.rate,
        share: options.share,
        payWindowMs: options.payWithin,
        waitlistCap: options.waitlist,
        freeOnPaymentFailure: options.freeOnPaymentFailure,
        score: options.score,
      });
      print(created, options.json);
    });
}

const CHANGES = {
  open: 'opens a sale now, or goes on after a pause',
  pause: 'lets nobody order until `open`',
  close: 'ends a sale now',
  recover: 'makes the stock of a sale anew from the book; nothing is sold meanwhile',
};

function print(sale: OperatorSale, json: boolean | undefined): void {
  console.log(json ? JSON.stringify(sale) : lineOf(sale));
}

const COLUMNS: Column<OperatorSale>[] = [
  { title: 'SALE', of: ({ saleId }) => saleId },
  { title: 'STATE', of: ({ state }) => state },
  { title: 'LEFT', of: ({ stockLeft }) => stockLeft ?? '?', right: true },
  { title: 'UNITS', of: ({ units }) => units, right: true, minor: true },
  { title: 'WAITING', of: ({ waitlist }) => waitlist?.waiting, right: true, minor: true },
  { title: 'PRICE', of: ({ price }) => price, right: true, minor: true },
  { title: 'CURRENCY', of: ({ currency }) => currency, minor: true },
  { title: 'OPENS', of: ({ opensAt }) => opensAt, minor: true },
  { title: 'CLOSES', of: ({ closesAt }) => closesAt, minor: true },
  { title: 'TITLE', of: ({ title }) => title },
];

function termsOf(sale: OperatorSale): string {
  const lines = Object.entries(sale).map(([name, value]: [string, unknown]) => {
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return `${name.padEnd(20)} ${text}`;
  });
  return lines.join('\n');
}

function lineOf(sale: OperatorSale): string {
  const { saleId, state, units, price, currency, waitlist, opensAt, closesAt, title } = sale;
  const left = `${sale.stockLeft ?? '?'} of ${units} left`;
  const waiting = waitlist === undefined ? 'no waitlist' : `${waitlist.waiting} waiting`;
  const terms = `${price} ${currency}  ${opensAt} to ${closesAt}`;
  return [saleId, state, left, waiting, terms, title].join('  ');
}

function duration(text: string): number {
  const ms = parseDurationMs(text);
  if (ms === undefined) throw new InvalidArgumentError('must be like 500ms, 15s, 5m, 1h or 7d.');
  return ms;
}
