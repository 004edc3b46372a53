/**
 * `sluice audit <sale>`: every term of the ledger. While orders are on their way it asks again for
 * a few seconds, since only a ledger at its watermark can be judged. Exit code 1 when it does not
 * balance.
 */
import type { Command } from 'commander';
import { type Audit, auditSchema } from '../contract/operator.ts';
import { pause } from '../origin/timer.ts';
import type { OperatorClient } from './operator-client.ts';
import { showProgress } from './progress.ts';

const ATTEMPTS = 20;
const BETWEEN_MS = 500;

export function addAuditCommand(
  program: Command,
  { connect }: { connect(): OperatorClient },
): void {
  program
    .command('audit <sale>')
    .description('proves the ledger of a sale from the book; exits with 1 when it does not balance')
    .option('--json', 'prints the answer as JSON')
    .action(async (saleId: string, options: { json?: boolean }) => {
      const audit = await auditAtRest(connect(), saleId);
      if (options.json) console.log(JSON.stringify(audit));
      else print(audit);
      if (!audit.balanced) process.exitCode = 1;
    });
}

async function auditAtRest(client: OperatorClient, saleId: string): Promise<Audit> {
  const path = `/operator/sales/${encodeURIComponent(saleId)}/audit`;
  const progress = showProgress('waiting for orders on their way', ATTEMPTS);
  try {
    for (let attempt = 1; ; attempt += 1) {
      const audit = await client.get(path, auditSchema);
      if (audit.atWatermark || attempt === ATTEMPTS) return audit;
      progress.step();
      await pause(BETWEEN_MS);
    }
  } finally {
    progress.end();
  }
}

function print({ terms, difference, balanced, findings, proof }: Audit): void {
  const rows: [string, number][] = [
    ['units', terms.units],
    ['free', terms.free],
    ['unsettled', terms.unsettled],
    ['reserved', terms.reserved],
    ['paid', terms.paid],
    ['pending release', terms.pendingRelease],
    ['difference', difference],
    ['outbox', terms.outbox],
    ['book: free', proof.bookFree],
    ['book: reserved', proof.reservedUnits],
    ['book: paid', proof.paidUnits],
    ['buyers twice', proof.buyersTwice],
  ];
  for (const [name, value] of rows) console.log(`${name.padEnd(16)} ${String(value).padStart(10)}`);
  for (const finding of findings) console.log(`- ${finding}`);
  console.log(balanced ? 'balanced' : 'NOT balanced');
}
