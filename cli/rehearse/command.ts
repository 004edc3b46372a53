/**
 * `sluice rehearse`: runs synthetic buyers through the edge and the origin as they are, in a sale
 * of its own, and says what was reached, where it bent and what to set. Exit code 0: it ran and all
 * adds up; 1: it failed, its ledger does not balance, or the real sale is not as it was; 2: a wrong
 * call; 130: interrupted, and then closed as well.
 */
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { type Command, InvalidArgumentError } from 'commander';
import type { Clock } from '../../contract/clock.ts';
import { type Random, systemRandom } from '../../contract/random.ts';
import { MOST_REHEARSAL_SECONDS } from '../../contract/rehearsal.ts';
import type { Environment } from '../../origin/environment.ts';
import { decimal, oneOrMore } from '../numbers.ts';
import { type OperatorClient, OperatorError } from '../operator-client.ts';
import { closeRehearsals } from './clean.ts';
import { planStages } from './plan.ts';
import { printReport } from './print-report.ts';
import { createProgressBar } from './progress.ts';
import { isWell, type Report } from './report.ts';
import { pageOf } from './report-page.ts';
import { rehearse } from './run.ts';

export interface RehearseCommandOptions {
  connect(): OperatorClient;
  environment(): Environment;
  clock: Clock;
  random?: Random;
}

interface RehearseFlags {
  sale?: string;
  buyers: number;
  rate: number;
  crowd?: number;
  units?: number;
  share?: number;
  apiProcesses: number;
  settleProcesses: number;
  sockets: number;
  report?: string;
  keep?: boolean;
  clean?: boolean;
  yes?: boolean;
  json?: boolean;
}

/** What one process can send and remember; more is a matter of several machines. */
const MOST_BUYERS = 2_000_000;
const MOST_RATE = 20_000;
const MOST_SOCKETS = 2_000;
const MOST_SECONDS = MOST_REHEARSAL_SECONDS / 2;
const INTERRUPTED = 130;
const DEFAULT_PORT = 8787;

export function addRehearseCommand(program: Command, options: RehearseCommandOptions): void {
  program
    .command('rehearse')
    .description(
      'runs synthetic buyers through the shop in a sale of its own, and says what to set',
    )
    .option('--sale <id>', 'whose terms to rehearse; nothing of it changes')
    .option('--buyers <count>', 'how many click, once each', upTo(MOST_BUYERS), 10_000)
    .option('--rate <per second>', 'clicks a second at the end, reached in steps', rateOf, 500)
    .option('--crowd <count>', 'how many are expected at the sale (as --buyers)', oneOrMore)
    .option('--units <count>', 'to sell in the rehearsal (as many as buyers, or more)', oneOrMore)
    .option('--share <fraction>', 'of the crowd that is drawn (as the sale)', decimal)
    .option('--api-processes <count>', 'how many there are now', oneOrMore, 1)
    .option('--settle-processes <count>', 'how many there are now', oneOrMore, 1)
    .option('--sockets <count>', 'connections at once', upTo(MOST_SOCKETS), 256)
    .option('--report <file>', 'writes the report as a page, with plots')
    .option('--keep', 'leaves the rehearsal open until it ends by itself')
    .option('--clean', 'closes what earlier rehearsals left open, and does nothing else')
    .option('--yes', 'does not ask before it loads another machine')
    .option('--json', 'prints the report as JSON')
    .action((flags: RehearseFlags, command: Command) => {
      if (flags.clean) return clean(options.connect(), flags.json);
      const { sale } = flags;
      if (sale === undefined) command.error("error: required option '--sale <id>' not specified");
      return act(sale, flags, options);
    });
}

async function act(
  saleId: string,
  flags: RehearseFlags,
  options: RehearseCommandOptions,
): Promise<void> {
  const { buyers, rate } = flags;
  if (planStages({ buyers, rate }).totalMs > MOST_SECONDS * 1_000) {
    throw new OperatorError(
      `${buyers} buyers at up to ${rate} a second take more than ${MOST_SECONDS / 60} minutes; ` +
        'give fewer buyers or a higher --rate',
    );
  }
  const edgeUrl = edgeUrlOf(options.environment());
  await confirm(edgeUrl, flags);
  const client = options.connect();
  const report = await interruptible((signal) =>
    rehearse({
      ...{ client, edgeUrl, saleId, buyers, rate, signal },
      ...{ units: flags.units, share: flags.share, sockets: flags.sockets },
      crowd: flags.crowd ?? buyers,
      processes: { api: flags.apiProcesses, settle: flags.settleProcesses },
      keep: flags.keep === true,
      clock: options.clock,
      random: options.random ?? systemRandom,
      begin(rehearsalId) {
        console.error(`rehearsal ${rehearsalId} at ${edgeUrl}`);
        const { clock } = options;
        const steadyMs = () => clock.steadyMs?.() ?? clock.nowMs();
        return createProgressBar(buyers, { isTTY: process.stderr.isTTY, steadyMs });
      },
    }),
  );
  tell(report, flags);
}

function tell(report: Report, { report: file, json }: RehearseFlags): void {
  if (file !== undefined) writeFileSync(file, pageOf(report));
  if (json) console.log(JSON.stringify(report));
  else printReport(report, process.stdout.columns);
  if (file !== undefined) console.error(`the page is in ${file}`);
  if (report.interrupted) process.exitCode = INTERRUPTED;
  else if (!isWell(report)) process.exitCode = 1;
}

/** The first Ctrl-C ends the crowd and closes the rehearsal; the second ends this process. */
async function interruptible<Value>(work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const aborter = new AbortController();
  const interrupt = () => {
    if (aborter.signal.aborted) process.exit(INTERRUPTED);
    console.error('interrupted: waits for what is under way and closes the rehearsal');
    aborter.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    return await work(aborter.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

async function clean(client: OperatorClient, json: boolean | undefined): Promise<void> {
  const closed = await closeRehearsals(client);
  if (json) console.log(JSON.stringify({ closed }));
  else console.log(closed.length === 0 ? 'no rehearsal was open' : `closed ${closed.join(', ')}`);
}

/** The operator's own: no other address can be given. */
function edgeUrlOf({ EDGE_URL, SHOP_URL, PORT }: Environment): string {
  const url = EDGE_URL || SHOP_URL || `http://127.0.0.1:${PORT ?? DEFAULT_PORT}`;
  if (URL.canParse(url) && /^https?:/.test(url)) return url.replace(/\/$/, '');
  throw new OperatorError('EDGE_URL must be where buyers come, for example https://shop.example');
}

async function confirm(edgeUrl: string, { yes, buyers, rate }: RehearseFlags): Promise<void> {
  const { hostname } = new URL(edgeUrl);
  if (yes || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)) return;
  const what = `${buyers} clicks, up to ${rate} a second, to ${hostname}`;
  if (!process.stdin.isTTY) throw new OperatorError(`this sends ${what}; say --yes`);
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const said = await asking.question(`This sends ${what}. Go on? [y/N] `);
  asking.close();
  if (!/^y(es)?$/i.test(said.trim())) throw new OperatorError('nothing was sent');
}

function upTo(most: number) {
  return (text: string): number => {
    const number = oneOrMore(text);
    if (number > most) throw new InvalidArgumentError(`must be ${most} at most.`);
    return number;
  };
}

function rateOf(text: string): number {
  const rate = decimal(text);
  if (rate < 1 || rate > MOST_RATE) {
    throw new InvalidArgumentError(`must be from 1 to ${MOST_RATE}.`);
  }
  return rate;
}
