/** The report as a person reads it in a terminal: a line a stage, then what is recommended. */
import {
  hitchLine,
  kneeLine,
  ledgerLine,
  PART_NAMES,
  type Report,
  realSaleLine,
} from './report.ts';
import type { MeasuredStage } from './tally.ts';

const HEADINGS = ['clicks/s', 'sent', 'accepted/s', 'refused', 'p50', 'p95', 'p99', 'reserved p99'];
const MORE_HEADINGS = ['pressure', 'settled/s', 'piled up'];

/** What a narrow terminal goes without, the first first: the page and `--json` have it all. */
const LEFT_OUT = ['sent', 'p95', 'settled/s', 'piled up', 'p50', 'reserved p99', 'pressure'];
const GAP = '  ';

/** `width`: of the terminal, if there is one. */
export function printReport(report: Report, width = Number.POSITIVE_INFINITY): void {
  const { recommendation: found, interrupted, rehearsalId, buyers, rate } = report;
  console.log(`${rehearsalId}: ${buyers} buyers, up to ${rate} clicks a second, ${report.edgeUrl}`);
  if (interrupted) console.log('interrupted: what follows is of the part that ran');
  for (const line of stageLines(report.stages, width)) console.log(line);
  console.log('');
  console.log(kneeLine(report));
  const hitch = hitchLine(report);
  if (hitch !== undefined) console.log(hitch);
  console.log('');
  const { rate: advised, share, apiProcesses, settleProcesses } = found;
  const lines = [
    ['rate', advised],
    ['share', share],
    ['API processes', apiProcesses],
    ['settle processes', settleProcesses],
  ] as const;
  for (const [name, { value, reason }] of lines) {
    console.log(`${name.padEnd(17)} ${String(value ?? '-').padEnd(7)} ${reason}`);
  }
  console.log('');
  console.log(ledgerLine(report));
  console.log(realSaleLine(report));
  for (const difference of report.realSale.differences) console.log(`- ${difference}`);
}

function stageLines(stages: readonly MeasuredStage[], width: number): string[] {
  const rows = [[...HEADINGS, ...MORE_HEADINGS], ...stages.map(cellsOf)];
  const [headings = []] = rows;
  const columns = headings.map((name, column) => ({
    name,
    cells: rows.map((row) => row[column] ?? ''),
    width: Math.max(...rows.map((row) => (row[column] ?? '').length)),
  }));
  let shown = columns;
  for (const name of LEFT_OUT) {
    const needed = shown.reduce((sum, column) => sum + column.width + GAP.length, -GAP.length);
    if (needed <= width) break;
    shown = shown.filter((column) => column.name !== name);
  }
  return rows.map((_, row) =>
    shown.map((column) => (column.cells[row] ?? '').padStart(column.width)).join(GAP),
  );
}

function cellsOf(stage: MeasuredStage): string[] {
  const { answerMs, reservedMs, pressure, clicks, outcomes } = stage;
  const ms = (value: number | undefined) => (value === undefined ? '-' : `${Math.round(value)} ms`);
  const whole = (value: number | undefined) =>
    value === undefined ? '-' : String(Math.round(value));
  return [
    whole(stage.ratePerSecond),
    String(clicks - (outcomes.unsent ?? 0)),
    whole(stage.acceptedPerSecond),
    refusalsOf(stage),
    ms(answerMs?.p50),
    ms(answerMs?.p95),
    ms(answerMs?.p99),
    ms(reservedMs?.p99),
    pressure === undefined ? '-' : `${pressure.value.toFixed(2)} ${PART_NAMES[pressure.part]}`,
    whole(stage.settledPerSecond),
    whole(stage.backlogGrowth && Math.max(0, stage.backlogGrowth)),
  ];
}

/** `12 too-fast, 3 overloaded`. */
export function refusalsOf({ outcomes }: MeasuredStage): string {
  const refusals = Object.entries(outcomes).filter(([name]) => name !== 'accepted');
  const sorted = refusals.toSorted(([, left], [, right]) => right - left);
  return sorted.map(([name, count]) => `${count} ${name}`).join(', ') || '-';
}
