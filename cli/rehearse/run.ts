/**
 * One rehearsal from its making to its end. Whatever happens in between, an interruption above all,
 * it is closed; and should this process die, it ends by itself at the time that it was made with.
 * The real sale is only read.
 */
import type { Clock } from '../../contract/clock.ts';
import { type OperatorSale, operatorSaleSchema } from '../../contract/operator.ts';
import type { Random } from '../../contract/random.ts';
import { rehearsalProgressSchema, rehearsalSchema } from '../../contract/rehearsal.ts';
import { pause, repeatEvery } from '../../origin/timer.ts';
import { type OperatorClient, OperatorError } from '../operator-client.ts';
import { type Buyers, createBuyers } from './buyers.ts';
import { sendCrowd } from './crowd.ts';
import { type Plan, planStages, scheduleOf } from './plan.ts';
import type { RehearsalProgressBar } from './progress.ts';
import { recommend } from './recommend.ts';
import type { Report } from './report.ts';
import { backlogOf, createTally, type Tally } from './tally.ts';
import { auditAtRest, differencesOf, footprintOf } from './untouched.ts';

export interface RunOptions {
  client: OperatorClient;
  edgeUrl: string;
  saleId: string;
  buyers: number;
  rate: number;
  /** What the rehearsal has in place of the sale's. */
  units?: number | undefined;
  share?: number | undefined;
  crowd: number;
  processes: { api: number; settle: number };
  sockets: number;
  keep: boolean;
  clock: Clock;
  random: Random;
  signal: AbortSignal;
  /** Told when it is known how it is called, and how many clicks it will be. */
  begin(rehearsalId: string): RehearsalProgressBar;
}

/** The gate is to hold nothing up by itself; it still follows what the origin asks for. */
const GATE_ABOVE_RATE = 1.5;
/** After the last click: answers, settling, and the audit. */
const AFTER_SECONDS = 90;
const LOOK_EVERY_MS = 500;
/** Each process reads the sales once a second. */
const KNOWN_WITHIN_MS = 15_000;
const ASK_AGAIN_MS = 250;
const SETTLED_WITHIN_MS = 60_000;

export async function rehearse(options: RunOptions): Promise<Report> {
  const { client, saleId, buyers, rate, clock, signal } = options;
  const real = await client.get(pathOf(saleId), operatorSaleSchema);
  const before = await footprintOf(client, saleId);
  const plan = planStages({ buyers, rate });
  const startedAt = new Date(clock.nowMs()).toISOString();
  const { sale, ticket } = await make(options, real, plan);
  const tally = createTally(plan);
  try {
    await run(options, { sale, ticket, plan, tally });
  } finally {
    if (!options.keep) await client.post(`${pathOf(sale.saleId)}/close`, operatorSaleSchema);
  }
  const audit = await auditAtRest(client, sale.saleId);
  const after = await footprintOf(client, saleId);
  const then = await client.get(pathOf(saleId), operatorSaleSchema);
  const stages = tally.stages();
  const { crowd, processes, edgeUrl } = options;
  const { units, perBuyer } = real;
  const { balanced, findings, proof } = audit;
  return {
    ...{ saleId, rehearsalId: sale.saleId, edgeUrl, startedAt, buyers, rate, crowd, processes },
    terms: termsOf(sale),
    saleTerms: termsOf(real),
    interrupted: signal.aborted,
    stages,
    seconds: tally.seconds(),
    samples: tally.samples(),
    recommendation: recommend({
      ...{ stages, units, perBuyer, share: sale.share, crowd, processes },
    }),
    ledger: {
      ...{ balanced, findings, reservedUnits: proof.reservedUnits },
      buyersTwice: proof.buyersTwice,
    },
    realSale: {
      differences: differencesOf(before, after),
      wasOpen: [real, then].some(({ state }) => state !== 'scheduled' && state !== 'ended'),
      rows: after.rows,
      rowsAreWhole: after.isWhole,
    },
  };
}

function make(
  { client, saleId, units, share, rate, buyers }: RunOptions,
  real: OperatorSale,
  plan: Plan,
) {
  return client.post('/operator/rehearsals', rehearsalSchema, {
    saleId,
    // So many that what gives way is a process, and not the stock.
    units: units ?? Math.max(real.units, buyers),
    ratePerSecond: Math.max(real.ratePerSecond, Math.ceil(rate * GATE_ABOVE_RATE)),
    share,
    seconds: Math.ceil(plan.totalMs / 1_000) + AFTER_SECONDS,
  });
}

interface Begun {
  sale: OperatorSale;
  ticket: string;
  plan: Plan;
  tally: Tally;
}

async function run(options: RunOptions, { sale, ticket, plan, tally }: Begun): Promise<void> {
  const { client, edgeUrl, sockets, clock, random, signal } = options;
  const { saleId } = sale;
  const steadyMs = () => clock.steadyMs?.() ?? clock.nowMs();
  const buyers = createBuyers({ edgeUrl, saleId, ticket, sockets });
  const bar = options.begin(saleId);
  try {
    await untilKnown(buyers, options);
    const startedAtMs = steadyMs();
    const look = async () => {
      const path = `/operator/rehearsals/${saleId}`;
      const seen = await client.get(path, rehearsalProgressSchema).catch(() => undefined);
      if (seen !== undefined) tally.sampled({ ...seen, atMs: steadyMs() - startedAtMs });
    };
    await look();
    const looking = repeatEvery(LOOK_EVERY_MS, look);
    const showing = setInterval(() => bar.update(tally.done(), nowOf(tally)), LOOK_EVERY_MS);
    try {
      const dueMs = scheduleOf(plan, random);
      const { clicked, reserved } = tally;
      await sendCrowd({ dueMs, buyers, steadyMs, signal, clicked, reserved });
      await untilSettled(tally, { steadyMs, signal });
    } finally {
      clearInterval(showing);
      await looking.stop();
      bar.update(tally.done(), nowOf(tally));
    }
  } finally {
    bar.end();
    buyers.close();
  }
}

/** No click goes to an edge that does not know the ticket: it is not this shop's. */
async function untilKnown(
  buyers: Pick<Buyers, 'look'>,
  { edgeUrl, clock, signal }: RunOptions,
): Promise<void> {
  const startedAtMs = clock.nowMs();
  for (;;) {
    const { status, state } = await buyers.look();
    if (signal.aborted || (status === 200 && state === 'open')) return;
    if (clock.nowMs() - startedAtMs > KNOWN_WITHIN_MS) {
      const answered = status === 0 ? 'does not answer' : `answered ${status}`;
      throw new OperatorError(
        `the edge at ${edgeUrl} ${answered}; is it in front of this origin, with its PASS_KEYS?`,
      );
    }
    await pause(ASK_AGAIN_MS, signal);
  }
}

async function untilSettled(
  tally: Tally,
  { steadyMs, signal }: { steadyMs(): number; signal: AbortSignal },
): Promise<void> {
  const startedAtMs = steadyMs();
  const seen = tally.samples().length;
  const isSettled = () => {
    const last = tally.samples().at(-1);
    return last !== undefined && tally.samples().length > seen && !backlogOf(last);
  };
  while (!signal.aborted && !isSettled() && steadyMs() - startedAtMs < SETTLED_WITHIN_MS) {
    await pause(ASK_AGAIN_MS, signal);
  }
}

function nowOf(tally: Tally): string {
  const last = tally.samples().at(-1);
  if (last === undefined) return '';
  return `pressure ${last.pressure.highest.toFixed(2)}, ${backlogOf(last) ?? '?'} on their way`;
}

function termsOf({ units, ratePerSecond, share, perBuyer }: OperatorSale) {
  return { units, ratePerSecond, share, perBuyer };
}

function pathOf(saleId: string): string {
  return `/operator/sales/${encodeURIComponent(saleId)}`;
}
