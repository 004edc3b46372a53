/** Which lines the page of a rehearsal shows: pure, out of its report. */
import type { Plot } from './plot.ts';
import { PART_NAMES, type Report } from './report.ts';
import { backlogOf } from './tally.ts';

/** Those that are seen most, in colours of their own; the rest is one line. */
const TONES: Record<string, string> = {
  accepted: 's1',
  'not-drawn': 's2',
  'too-fast': 's3',
  'sold-out': 's4',
  overloaded: 's5',
};
const OTHER = 's6';
/** The last second is seldom a whole one; of less than that nothing can be said. */
const LEAST_PART = 0.25;

export interface Explained extends Plot {
  explanation: string;
}

export function plotsOf(report: Report): Explained[] {
  const seconds = Math.max(1, report.seconds.length);
  return [
    {
      title: 'Answers',
      unit: 'a second',
      explanation: 'What became of the clicks that were due in each second.',
      seconds,
      lines: outcomeLines(report),
    },
    {
      title: 'Time to the answer',
      unit: 'ms',
      explanation: 'From when a click was due, so waiting for a connection counts.',
      seconds,
      lines: [
        { name: 'p50', tone: 's1', points: latencies(report, 'p50') },
        { name: 'p99', tone: 's5', points: latencies(report, 'p99') },
      ],
    },
    {
      title: 'Pressure of the origin',
      unit: 'of its limit',
      explanation: 'By part, of the process that answered; the highest is what the edge hears.',
      seconds,
      limit: { value: 1, name: 'its limit' },
      lines: (
        [
          ['inFlight', 's1'],
          ['loopDelay', 's3'],
          ['outbox', 's4'],
          ['lag', 's5'],
        ] as const
      ).map(([part, tone]) => ({
        name: PART_NAMES[part],
        tone,
        points: report.samples.map(({ atMs, pressure }) => [atMs / 1_000, pressure[part]] as const),
      })),
    },
    {
      title: 'Orders',
      unit: 'since the start',
      explanation: 'Handed units, in the book, and the difference: what is on its way.',
      seconds: Math.max(seconds, ...report.samples.map(({ atMs }) => atMs / 1_000)),
      lines: orderLines(report),
    },
  ];
}

function outcomeLines({ seconds, stages }: Report) {
  const lasted = stages.reduce((sum, stage) => sum + stage.seconds, 0);
  const names = new Set(seconds.flatMap(({ outcomes }) => Object.keys(outcomes)));
  const named = Object.keys(TONES).filter((name) => names.has(name));
  const others = [...names].filter((name) => TONES[name] === undefined);
  const line = (name: string, tone: string, counted: readonly string[]) => ({
    name,
    tone,
    points: seconds.flatMap(({ outcomes }, second) => {
      const count = counted.reduce((sum, each) => sum + (outcomes[each] ?? 0), 0);
      const part = Math.min(1, lasted - second);
      return part < LEAST_PART ? [] : [[second + part / 2, count / part] as const];
    }),
  });
  return [
    ...named.map((name) => line(name, TONES[name] ?? OTHER, [name])),
    ...(others.length === 0 ? [] : [line(others.join(', '), OTHER, others)]),
  ];
}

function latencies({ seconds }: Report, which: 'p50' | 'p99') {
  return seconds.flatMap((second, index) => {
    const value = second[which];
    return value === undefined ? [] : [[index + 0.5, value] as const];
  });
}

function orderLines({ samples }: Report) {
  const points = (of: (sample: Report['samples'][number]) => number | undefined) =>
    samples.flatMap((sample) => {
      const value = of(sample);
      return value === undefined ? [] : [[sample.atMs / 1_000, value] as const];
    });
  return [
    { name: 'handed units', tone: 's1', points: points(({ handedOut }) => handedOut ?? undefined) },
    { name: 'in the book', tone: 's4', points: points(({ settled }) => settled) },
    { name: 'on their way', tone: 's5', points: points(backlogOf) },
  ];
}
