/**
 * The edge's numbers as metrics of the process that asks for them (role `reconcile`). Several such
 * processes show the same numbers, so queries take the highest of them and never their sum. What is
 * not known now is missing, and not 0.
 */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { EdgeNumbers } from '../../contract/edge-numbers.ts';
import type { RunningReader } from './reader.ts';

type Readings = Pick<RunningReader, 'readings' | 'answers'>;

export function createEdgeMetrics(registers: Registry[], reader: Readings): void {
  const each = (show: (numbers: EdgeNumbers, ageMs: number) => void) => {
    for (const { numbers, ageMs } of reader.readings()) show(numbers, ageMs);
  };
  createEdgeCounters(registers, each);
  const gauge = (
    [name, help]: [string, string],
    shownOf: (numbers: EdgeNumbers, ageMs: number) => number | null,
  ) =>
    new Gauge({
      ...{ name, help, labelNames: ['sale'], registers },
      collect() {
        this.reset();
        each((numbers, ageMs) => {
          const value = shownOf(numbers, ageMs);
          if (value !== null) this.set({ sale: numbers.saleId }, value);
        });
      },
    });
  gauge(
    ['sluice_edge_configured_rate_per_second', 'Orders a second that the operator allows.'],
    ({ configuredRatePerSecond }) => configuredRatePerSecond,
  );
  gauge(
    ['sluice_edge_current_rate_per_second', 'Orders a second that are allowed at present.'],
    ({ currentRatePerSecond }) => currentRatePerSecond,
  );
  gauge(
    ['sluice_edge_numbers_age_seconds', "Age of the edge's numbers that are shown."],
    (_, ageMs) => ageMs / 1_000,
  );
  new Gauge({
    name: 'sluice_edge_up',
    help: 'Whether the edge told its numbers when it was last asked: 1 or 0.',
    registers,
    collect() {
      const answers = reader.answers();
      if (answers === undefined) this.remove();
      else this.set(answers ? 1 : 0);
    },
  });
}

/** The edge has summed already: at each scrape its sums take the place of those before. */
function createEdgeCounters(
  registers: Registry[],
  each: (show: (numbers: EdgeNumbers) => void) => void,
): void {
  new Counter({
    name: 'sluice_edge_requests_total',
    help: 'Answers of the edge to orders and to joins of the waitlist, by outcome.',
    labelNames: ['sale', 'request', 'outcome'],
    registers,
    collect() {
      this.reset();
      each(({ saleId: sale, outcomes, joins }) => {
        for (const [request, counts] of Object.entries({ order: outcomes, join: joins })) {
          for (const [outcome, count] of Object.entries(counts)) {
            this.inc({ sale, request, outcome }, count);
          }
        }
      });
    },
  });
  new Counter({
    name: 'sluice_edge_admitted_total',
    help: "Requests that had a token of the sale's rate and went on to the origin.",
    labelNames: ['sale'],
    registers,
    collect() {
      this.reset();
      each(({ saleId: sale, admitted }) => this.inc({ sale }, admitted));
    },
  });
  new Counter({
    name: 'sluice_edge_copies_total',
    help: 'Looks at what an isolate knows of a sale and its stock: hit when it was fresh.',
    labelNames: ['sale', 'result'],
    registers,
    collect() {
      this.reset();
      each(({ saleId: sale, copies }) => {
        for (const [result, count] of Object.entries(copies)) this.inc({ sale, result }, count);
      });
    },
  });
}
