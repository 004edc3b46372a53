/**
 * Metrics of the stores: what is on its way between them, what was set right, what waits for an
 * operator. Part of metrics.ts, for its length. Gauges of the ledger and of dead letters are told
 * by whoever holds the lease of `reconcile`, and forgotten by who holds it no more.
 */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { LedgerJudgement } from './reconcile/ledger.ts';

/** Known from the start, so that the first of a kind counts as a growth. */
const REPAIRS = ['appended', 'returned'];

export function createStoreMetrics(registers: Registry[]) {
  const dead = new Counter({
    name: 'sluice_dead_letters_total',
    help: 'Records sent to the dead letters.',
    registers,
  });
  const pending = new Gauge({
    name: 'sluice_dead_letters_pending',
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
  for (const kind of REPAIRS) repairs.inc({ kind }, 0);
  const recoveries = new Histogram({
    name: 'sluice_recovery_seconds',
    help: 'How long a sale was shut while its stock was made anew from the book.',
    buckets: [0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    registers,
  });
  const ledger = createLedgerGauges(registers);
  return {
    told: {
      deadLetters: (count: number) => dead.inc(count),
      pendingLetters: (count: number) => pending.set(count),
      relayed: (count: number) => relayed.inc(count),
      repaired: (kind: string, count: number) => repairs.inc({ kind }, count),
      recovered: ({ seconds }: { seconds: number }) => recoveries.observe(seconds),
      ledger: ledger.show,
    },
    forget() {
      ledger.forget();
      pending.remove();
    },
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
  const show = (saleId: string, judgement: LedgerJudgement) => {
    const { terms, atWatermark } = judgement;
    stock.set({ sale: saleId }, terms.free);
    outbox.set({ sale: saleId }, terms.outbox);
    releases.set({ sale: saleId }, terms.pendingReleases);
    if (atWatermark) difference.set({ sale: saleId }, judgement.difference);
  };
  const forget = () => {
    for (const one of [stock, outbox, releases, difference]) one.reset();
  };
  return { show, forget };
}

export function createRecoveringGauge(registers: Registry[], read: () => number): void {
  new Gauge({
    name: 'sluice_recovering_sales',
    help: 'Sales that are shut while their stock is made anew from the book.',
    registers,
    collect() {
      this.set(read());
    },
  });
}

/** A log that is away has no lag that could be told: the two are missing then, the rest is not. */
export function createLagGauges(
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
