/**
 * The origin's Prometheus metrics (prom-client), prefix `sluice_`, base units. Each is observed
 * through a named function, so that nothing else knows the registry. Gauges of the stores are
 * filled by the reconcile role; a process without it does not show them.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Outcome } from '../contract/outcomes.ts';
import type { PressureReading } from './admit/load-watch.ts';
import { PARTS } from './admit/pressure.ts';
import { createEdgeMetrics } from './edge-numbers/edge-metrics.ts';
import type { RunningReader } from './edge-numbers/reader.ts';
import type { FeedOutcome } from './feed/follow.ts';
import type { Verdict } from './notify/judge-attempt.ts';
import type { PaymentStep } from './pay/payment-steps.ts';
import { createProcessMetrics, type LeaseEvent } from './process-metrics.ts';
import type { LedgerJudgement } from './reconcile/ledger.ts';
import type { BookOrder } from './settle/book.ts';
import { createLagGauges, createRecoveringGauge, createStoreMetrics } from './store-metrics.ts';

/** From half a millisecond, a local round trip, to ten seconds, the edge's patience. */
const DURATION_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 10];
const SIZE_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

type Stage = 'reserve' | 'append' | 'settle';
type Swept = 'stray' | 'due' | 'forgotten';
type SpanOutcome = 'sent' | 'dropped' | 'failed';

/**
 * What a counter's label may be: each is shown as 0 from the start, so that the first of a kind
 * counts as a growth, and who asks for it is not told "no data".
 */
const PAYMENT_STEPS: Record<PaymentStep, 0> = {
  ...{ opened: 0, paid: 0, failed: 0, cancelled: 0, refunding: 0, refunded: 0 },
  ...{ unavailable: 0, refused: 0 },
};
const SWEPT: Record<Swept, 0> = { stray: 0, due: 0, forgotten: 0 };
const FED: Record<FeedOutcome, 0> = { posted: 0, refused: 0, away: 0, late: 0 };
const NOTICES: Record<Verdict['kind'], 0> = { delivered: 0, again: 0, dead: 0 };
const SPANS: Record<SpanOutcome, 0> = { sent: 0, dropped: 0, failed: 0 };
const WAITLIST_CHANGES: Record<'join' | 'leave', 0> = { join: 0, leave: 0 };

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
  payment(step: PaymentStep): void;
  /** Orders closed by the sweep role, and what else it did. */
  swept(what: Swept, count: number): void;
  waitlist(batch: { kind: 'join' | 'leave'; size: number; seconds: number }): void;
  notice(outcome: Verdict['kind']): void;
  /** Results for the edge's result feed: `posted`, `refused`, `away`, or too `late` to be said. */
  fed(outcome: FeedOutcome, results: number): void;
  resultsBehind(reader: string, saleId: string, results: number): void;
  /** Spans of traces: `sent`, `dropped` since too many waited, `failed` to be taken. */
  traceSpans(outcome: SpanOutcome, spans: number): void;
  /** `read` is asked at each scrape. */
  watchLag(read: () => Promise<{ messages: number; seconds: number }>): void;
  /** `read` is asked at each scrape. */
  watchPressure(read: () => PressureReading): void;
  /** How many sales are shut while their stock is made anew; `read` is asked at each scrape. */
  watchRecovering(read: () => number): void;
  watchEdge(reader: RunningReader): void;
  roles(names: readonly string[]): void;
  lease(role: string, event: LeaseEvent): void;
  /** Somebody came past the edge, or with a pass that is not good. */
  passRefused(reason: string): void;
}

/** `registry` is given by who looks at what is in it: docs/metrics.md is checked so. */
export function createMetrics(registry = new Registry()): Metrics {
  const registers = [registry];
  const ofProcess = createProcessMetrics(registers, registry);
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
  const stores = createStoreMetrics(registers);
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
    ...stores.told,
    ...later,
    ...ofProcess,
    lease(role, event) {
      ofProcess.lease(role, event);
      // Another process knows it from now on; what this one knew would be shown for ever.
      if (role === 'reconcile' && event !== 'held') stores.forget();
    },
    watchLag: (read) => createLagGauges(registers, read),
    watchPressure: (read) => createPressureGauges(registers, read),
    watchRecovering: (read) => createRecoveringGauge(registers, read),
    watchEdge: (reader) => createEdgeMetrics(registers, reader),
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
  const counter = <Value extends string>(
    [name, help]: [string, string],
    label: string,
    values: Record<Value, 0>,
  ) => {
    const made = new Counter({ name, help, labelNames: [label], registers });
    for (const value of Object.keys(values)) made.inc({ [label]: value }, 0);
    return (value: Value, count = 1) => made.inc({ [label]: value }, count);
  };
  const changed = counter(
    [
      'sluice_waitlist_changes_total',
      'Requests to join or leave a waitlist that reached the book.',
    ],
    'kind',
    WAITLIST_CHANGES,
  );
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
    payment: counter(['sluice_payment_steps_total', 'Steps of payments.'], 'step', PAYMENT_STEPS),
    swept: counter(['sluice_swept_total', 'What the sweep role did.'], 'what', SWEPT),
    waitlist({ kind, size, seconds }: { kind: 'join' | 'leave'; size: number; seconds: number }) {
      changed(kind, size);
      joining.observe(seconds);
    },
    fed: counter(
      ['sluice_feed_results_total', 'Results for the edge, by outcome.'],
      'outcome',
      FED,
    ),
    notice: counter(
      ['sluice_notices_total', 'Attempts to tell the shop, by outcome.'],
      'outcome',
      NOTICES,
    ),
    traceSpans: counter(
      ['sluice_trace_spans_total', 'Spans of traces, by outcome.'],
      'outcome',
      SPANS,
    ),
    resultsBehind: (reader: string, sale: string, results: number) =>
      behind.set({ reader, sale }, results),
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
