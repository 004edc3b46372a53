/**
 * The origin's Prometheus metrics (prom-client), prefix `sluice_`, base units. Each is observed
 * through a named function, so that nothing else knows the registry. Gauges of the stores are
 * filled by the reconcile role; a process without it does not show them.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Outcome } from '../contract/outcomes.ts';
import type { PressureReading } from './admit/load-watch.ts';
import { PARTS } from './admit/pressure.ts';
import type { LedgerJudgement } from './reconcile/ledger.ts';
import type { BookOrder } from './settle/book.ts';

/** From half a millisecond, a local round trip, to ten seconds, the edge's patience. */
const DURATION_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 10];
const SIZE_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

type Stage = 'reserve' | 'append' | 'settle';

export interface Metrics {
  /** The text that Prometheus reads, and its content type. */
  render(): Promise<{ text: string; contentType: string }>;
  decided(kind: Outcome['kind']): void;
  batch(stage: Stage, batch: { size: number; seconds: number }): void;
  settled(orders: readonly BookOrder[]): void;
  deadLetters(count: number): void;
  /** How many wait for an operator now. */
  pendingLetters(count: number): void;
  relayed(orders: number): void;
  /** What the ledger showed was set right. */
  repaired(kind: 'appended' | 'returned', count: number): void;
  /** A sale's stock was made anew. */
  recovered(recovery: { seconds: number }): void;
  ledger(saleId: string, judgement: LedgerJudgement): void;
  /** What became known of a payment: `opened`, `paid`, `refunded`, … */
  payment(step: string): void;
  /** Orders closed by the sweep role, and what else it did. */
  swept(what: string, count: number): void;
  waitlist(batch: { kind: 'join' | 'leave'; size: number; seconds: number }): void;
  notice(outcome: string): void;
  /** Results for the edge's result feed: `posted`, `refused`, `away`, or too `late` to be said. */
  fed(outcome: string, results: number): void;
  resultsBehind(reader: string, saleId: string, results: number): void;
  /** `read` is asked at each scrape. */
  watchLag(read: () => Promise<{ messages: number; seconds: number }>): void;
  /** `read` is asked at each scrape. */
  watchPressure(read: () => PressureReading): void;
}

export function createMetrics(): Metrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  collectDefaultMetrics({ register: registry, prefix: 'sluice_' });
  const decisions = new Counter({
    name: 'sluice_decisions_total',
    help: 'Answers to order requests by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const stages = createStages(registers);
  const orders = new Counter({
    name: 'sluice_orders_settled_total',
    help: 'Orders read back after settling, by state and reason; repeats count again.',
    labelNames: ['state', 'reason'],
    registers,
  });
  const dead = new Counter({
    name: 'sluice_dead_letters_total',
    help: 'Records sent to the dead letters.',
    registers,
  });
  const pending = new Gauge({
    name: 'sluice_dead_letters',
    help: 'Dead letters that wait for an operator.',
    registers,
  });
  const relayed = new Counter({
    name: 'sluice_relayed_orders_total',
    help: 'Orders appended to the log by the relay instead of the API.',
    registers,
  });
  const repairs = new Counter({
    name: 'sluice_repairs_total',
    help: 'Orders appended again and units given back, since the ledger showed them missing.',
    labelNames: ['kind'],
    registers,
  });
  const recoveries = new Histogram({
    name: 'sluice_recovery_seconds',
    help: 'How long a sale was shut while its stock was made anew from the book.',
    buckets: [0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    registers,
  });
  const ledger = createLedgerGauges(registers);
  const later = createLaterMetrics(registers);

  return {
    render: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
    decided: (outcome) => decisions.inc({ outcome }),
    batch(stage, { size, seconds }) {
      stages[stage].seconds.observe(seconds);
      stages[stage].size.observe(size);
    },
    settled(settled) {
      for (const { state, reason } of settled) orders.inc({ state, reason: reason ?? '' });
    },
    deadLetters: (count) => dead.inc(count),
    pendingLetters: (count) => pending.set(count),
    relayed: (count) => relayed.inc(count),
    repaired: (kind, count) => repairs.inc({ kind }, count),
    recovered: ({ seconds }) => recoveries.observe(seconds),
    ledger,
    ...later,
    watchLag: (read) => createLagGauges(registers, read),
    watchPressure: (read) => createPressureGauges(registers, read),
  };
}

function createStages(registers: Registry[]) {
  const stage = (name: Stage, what: string) => ({
    seconds: new Histogram({
      name: `sluice_${name}_duration_seconds`,
      help: `Time that ${what} takes.`,
      buckets: DURATION_BUCKETS,
      registers,
    }),
    size: new Histogram({
      name: `sluice_${name}_batch_size`,
      help: `Orders in ${what}.`,
      buckets: SIZE_BUCKETS,
      registers,
    }),
  });
  return {
    reserve: stage('reserve', 'one call of the stock store'),
    append: stage('append', 'one durable append to the log'),
    settle: stage('settle', 'one transaction of the book'),
  };
}

/** What happens to an order after it was reserved. */
function createLaterMetrics(registers: Registry[]) {
  const counter = (name: string, help: string, label: string) => {
    const made = new Counter({ name, help, labelNames: [label], registers });
    return (value: string, count = 1) => made.inc({ [label]: value }, count);
  };
  const changes = new Counter({
    name: 'sluice_waitlist_changes_total',
    help: 'Requests to join or leave a waitlist that reached the book.',
    labelNames: ['kind'],
    registers,
  });
  const joining = new Histogram({
    name: 'sluice_waitlist_duration_seconds',
    help: 'Time that one transaction of the waitlist takes.',
    buckets: DURATION_BUCKETS,
    registers,
  });
  const behind = new Gauge({
    name: 'sluice_results_behind',
    help: 'Results in the book that a reader has not taken yet, by reader and sale.',
    labelNames: ['reader', 'sale'],
    registers,
  });
  return {
    payment: counter('sluice_payment_steps_total', 'Steps of payments.', 'step'),
    swept: counter('sluice_swept_total', 'What the sweep role did.', 'what'),
    waitlist({ kind, size, seconds }: { kind: string; size: number; seconds: number }) {
      changes.inc({ kind }, size);
      joining.observe(seconds);
    },
    fed: counter('sluice_feed_results_total', 'Results for the edge, by outcome.', 'outcome'),
    notice: counter('sluice_notices_total', 'Attempts to tell the shop, by outcome.', 'outcome'),
    resultsBehind: (reader: string, sale: string, results: number) =>
      behind.set({ reader, sale }, results),
  };
}

function createLedgerGauges(registers: Registry[]) {
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['sale'], registers });
  const stock = gauge('sluice_stock_left_units', 'Units free in the stock store.');
  const outbox = gauge('sluice_outbox_entries', 'Reservations not yet confirmed in the log.');
  const releases = gauge('sluice_releases_pending', 'Releases the stock store has not applied.');
  const difference = gauge(
    'sluice_ledger_difference_units',
    'Units of the sale less the sum of all ledger terms; judged at the watermark only.',
  );
  return (saleId: string, judgement: LedgerJudgement) => {
    const { terms, atWatermark } = judgement;
    stock.set({ sale: saleId }, terms.free);
    outbox.set({ sale: saleId }, terms.outbox);
    releases.set({ sale: saleId }, terms.pendingReleases);
    if (atWatermark) difference.set({ sale: saleId }, judgement.difference);
  };
}

function createPressureGauges(registers: Registry[], read: () => PressureReading): void {
  new Gauge({
    name: 'sluice_pressure',
    help: 'How busy the process is, as the edge is told: 0 is idle, 1 at its limit.',
    registers,
    collect() {
      this.set(read().pressure);
    },
  });
  new Gauge({
    name: 'sluice_pressure_part',
    help: 'What the pressure is the highest of, each against its own limit.',
    labelNames: ['part'],
    registers,
    collect() {
      const { parts } = read();
      for (const part of PARTS) this.set({ part }, parts[part]);
    },
  });
  new Gauge({
    name: 'sluice_orders_in_flight',
    help: 'Orders that were let in and have no answer yet.',
    registers,
    collect() {
      this.set(read().inFlight);
    },
  });
}

/** A log that is away has no lag that could be told: the two are missing then, the rest is not. */
function createLagGauges(
  registers: Registry[],
  read: () => Promise<{ messages: number; seconds: number }>,
): void {
  new Gauge({
    name: 'sluice_log_lag_messages',
    help: 'Records in the log that are not settled.',
    registers,
    async collect() {
      const lag = await read().catch(() => undefined);
      if (lag === undefined) this.remove();
      else this.set(lag.messages);
    },
  });
  new Gauge({
    name: 'sluice_log_lag_seconds',
    help: 'Age of the oldest record that is not settled.',
    registers,
    async collect() {
      const lag = await read().catch(() => undefined);
      if (lag === undefined) this.remove();
      else this.set(lag.seconds);
    },
  });
}
