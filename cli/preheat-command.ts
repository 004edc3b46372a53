/**
 * `sluice sale preheat <sale>`: loads what a sale needs and shows what would go wrong at its
 * opening. Exit code 1 when a check is red; one that does not apply, or cannot be judged, is no
 * reason.
 */
import type { Command } from 'commander';
import { type Preheat, type PreheatCheck, preheatSchema } from '../contract/console.ts';
import { decimal, oneOrMore } from './numbers.ts';
import type { OperatorClient } from './operator-client.ts';

interface PreheatOptions {
  buyers?: number;
  measured?: number;
  json?: boolean;
}

export function addPreheatCommand(sale: Command, { connect }: { connect(): OperatorClient }): void {
  sale
    .command('preheat <sale>')
    .description('loads stock and scripts, and checks what would go wrong at the opening')
    .option('--buyers <count>', 'how many are expected to want a unit', oneOrMore)
    .option('--measured <per second>', 'orders a second that the origin was measured', decimal)
    .option('--json', 'prints the answer as JSON')
    .action(async (saleId: string, options: PreheatOptions) => {
      const path = `/operator/sales/${encodeURIComponent(saleId)}/preheat`;
      const preheat = await connect().post(path, preheatSchema, {
        expectedBuyers: options.buyers,
        measuredRatePerSecond: options.measured,
      });
      if (options.json) console.log(JSON.stringify(preheat));
      else print(preheat);
      if (!preheat.ok) process.exitCode = 1;
    });
}

function print({ checks, ok, saleId }: Preheat): void {
  const width = Math.max(...checks.map(({ name }) => name.en.length));
  for (const { name, ok: passed, detail, advice } of checks) {
    console.log(`${signOf(passed)}  ${name.en.padEnd(width)}  ${detail.en}`);
    if (advice !== undefined) console.log(`    ${advice.en}`);
  }
  const red = checks.filter((check) => check.ok === false).length;
  console.log(
    ok ? `${saleId} is ready` : `${saleId} is NOT ready: ${red} of ${checks.length} fail`,
  );
}

/** Words, so that it reads the same without colours. */
function signOf(ok: PreheatCheck['ok']): string {
  if (ok === null) return '--';
  return ok ? 'ok' : 'NO';
}
