/**
 * How the edge follows its origin: `npm run bench back-pressure`. A sale of 1,000 orders a second
 * before a crowd of five times that, in virtual time (simulated-origin.ts): an origin that falls to
 * half of it and comes back, and one that dies and comes back. Writes bench/plots/*.svg.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { plot } from './plot.ts';
import { type Scenario, type Second, simulate } from './simulated-origin.ts';

const CONFIGURED = 1_000;
/** The origin when all is well: a little faster than it is asked to be. */
const WELL = 1_200;
const CHANGED_AT = 20;
const BACK_AT = 60;
const SECONDS = 100;
/** A rate is found when it is that near to what the origin can do, up or down. */
const NEAR = 0.2;
/** After so many seconds it should be. */
const FOUND_WITHIN = 10;

export const SCENARIOS: Record<'half' | 'away', Scenario> = {
  half: scenario(CONFIGURED / 2),
  away: scenario(0),
};

const TITLES = {
  half: 'An origin at half speed from 20 s to 60 s',
  away: 'An origin that is away from 20 s to 60 s',
};

const HEADER = [
  'scenario',
  'found in',
  'rate then',
  'taken/s',
  'refused/s',
  'longest wait, ms',
  'full again in',
];

export interface Findings {
  /** Seconds from the change until the rate is what the origin can do, or the floor. */
  found: number;
  /** Seconds from the origin's return until the rate is the configured one. */
  full: number;
  /** From ten seconds after the change on: the mean rate, and its extremes. */
  rate: { mean: number; least: number; most: number };
  /** In the same time: orders a second taken, and refused by the origin. */
  taken: number;
  refused: number;
  /** The longest wait of an order while the origin was slow. */
  waitMs: number;
}

export function findingsOf(seconds: readonly Second[], { speeds }: Scenario): Findings {
  const bearable = speeds.find(({ atSecond }) => atSecond === CHANGED_AT)?.perSecond ?? 0;
  const changed = seconds.slice(CHANGED_AT, BACK_AT);
  const late = changed.slice(FOUND_WITHIN);
  const rates = late.map(({ rate }) => rate);
  const isFound = ({ rate }: Second) =>
    bearable === 0 ? rate <= CONFIGURED * 0.05 : Math.abs(rate / bearable - 1) <= NEAR;
  return {
    found: 1 + changed.findIndex(isFound),
    full: 1 + seconds.slice(BACK_AT).findIndex(({ rate }) => rate >= CONFIGURED),
    rate: { mean: mean(rates), least: Math.min(...rates), most: Math.max(...rates) },
    taken: mean(late.map(({ taken }) => taken)),
    refused: mean(late.map(({ refused }) => refused)),
    waitMs: Math.max(...changed.map(({ waitMs }) => waitMs)),
  };
}

export async function backPressure(): Promise<void> {
  const folder = new URL('plots/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const rows = (['half', 'away'] as const).map((name) => {
    const seconds = simulate(SCENARIOS[name]);
    writeFileSync(new URL(`back-pressure-${name}.svg`, folder), pictureOf(TITLES[name], seconds));
    console.log(`${TITLES[name]}\n\n${timesOf(seconds)}\n`);
    const { found, full, rate, taken, refused, waitMs } = findingsOf(seconds, SCENARIOS[name]);
    const range = [rate.mean, rate.least, rate.most].map((value) => value.toFixed(0));
    const rated = `${range[0]} (${range[1]} to ${range[2]})`;
    const counted = [taken, refused, waitMs].map((value) => value.toFixed(0));
    return [TITLES[name], `${found} s`, rated, ...counted, `${full} s`];
  });
  console.log(markdown(HEADER, rows));
}

function scenario(changedTo: number): Scenario {
  return {
    configuredPerSecond: CONFIGURED,
    demandPerSecond: 5 * CONFIGURED,
    speeds: [
      { atSecond: 0, perSecond: WELL },
      { atSecond: CHANGED_AT, perSecond: changedTo },
      { atSecond: BACK_AT, perSecond: WELL },
    ],
    seconds: SECONDS,
  };
}

function pictureOf(title: string, seconds: readonly Second[]): string {
  const values = (of: (second: Second) => number) => seconds.map(of);
  return plot({
    title,
    unit: 'orders a second',
    most: 1_250,
    lines: [
      { name: "origin's speed", colour: '#d9e2ec', isArea: true, values: values((s) => s.speed) },
      { name: 'taken', colour: '#2f9e44', values: values((s) => s.taken) },
      { name: 'refused by origin', colour: '#e03131', values: values((s) => s.refused) },
      { name: 'rate of the sale', colour: '#1c4e9e', values: values((s) => s.rate) },
    ],
  });
}

/** Each fifth second, and each one of the ten after a change. */
function timesOf(seconds: readonly Second[]): string {
  const rows = seconds.flatMap((second, index) => {
    const ended = index + 1;
    const isNear = [CHANGED_AT, BACK_AT].some((at) => ended > at && ended <= at + 10);
    if (!isNear && ended % 5 > 0) return [];
    const { speed, rate, taken, refused, shed, pressure, waitMs } = second;
    const cells = [speed, rate, taken, refused, shed, waitMs].map((value) => value.toFixed(0));
    return [[`${ended} s`, ...cells, pressure.toFixed(2)]];
  });
  const header = ['after', 'speed', 'rate', 'taken', 'refused', 'shed', 'wait, ms', 'pressure'];
  return markdown(header, rows);
}

function markdown(header: readonly string[], rows: readonly string[][]): string {
  const rule = header.map(() => '---');
  return [header, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
