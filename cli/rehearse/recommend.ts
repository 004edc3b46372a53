/**
 * What a rehearsal says of the sale to come: pure. The knee is the highest rate that was taken
 * well; what held up the stage after it tells what to have more of. A lower stage that was held up
 * had a hitch, and no knee: a higher rate was taken well after it. When no stage was taken well
 * there is no knee, and no rate is made up. Each figure comes with its reason.
 */
import { type Bend, bendOf, type Limit } from './bend.ts';
import type { MeasuredStage } from './tally.ts';

/** A crowd is never as even as a rehearsal, and a machine may fail. */
const HEADROOM = 0.7;
/** Whoever is drawn should get through the rate within so long, or waits at a page for nothing. */
const THROUGH_WITHIN_SECONDS = 30;
/** Not all who are drawn click, and not all who click pay. */
const DRAWN_A_UNIT = 3;

export interface Rehearsed {
  stages: readonly MeasuredStage[];
  /** Units of the sale itself, which the rehearsal may have had more of. */
  units: number;
  perBuyer: number;
  /** Of the rehearsal: which part of the clicks could become orders. */
  share: number;
  /** How many buyers are expected. */
  crowd: number;
  /** How many there are now. */
  processes: { api: number; settle: number };
}

export interface Advice {
  /** `null`: it cannot be known from this rehearsal. */
  value: number | null;
  reason: string;
}

export interface Processes extends Advice {
  value: number;
}

export interface Recommendation {
  /** `null` orders a second: already the first stage was not taken well. */
  knee: { ordersPerSecond: number | null; reached: boolean };
  limit: Limit | 'none';
  /** What bent, in words. */
  bend: string;
  /** Lower stages that were held up for a while, in words. */
  hitches: string[];
  rate: Advice;
  share: Advice;
  apiProcesses: Processes;
  settleProcesses: Processes;
}

export function recommend(rehearsed: Rehearsed): Recommendation {
  const stages = rehearsed.stages.filter(({ clicks }) => clicks > 0);
  const bends = stages.map((stage, index) => bendOf(stage, stages.slice(0, index)));
  const bentAt = bends.lastIndexOf(undefined) + 1;
  const [bent, bend] = [stages[bentAt], bends[bentAt]];
  const held = stages.slice(0, bentAt);
  const knee = kneeOf(held, bent, bend);
  const wanted = Math.max(0, ...stages.map((stage) => stage.ratePerSecond)) * rehearsed.share;
  const rate = rateOf(knee, held, bend);
  return {
    knee: {
      ordersPerSecond: knee === undefined ? null : whole(knee),
      reached: bend !== undefined && !isOfRehearsal(bend),
    },
    limit: bend?.limit ?? 'none',
    bend: bend?.reason ?? 'nothing: the highest rate was taken well',
    hitches: held.flatMap((stage, index) => hitchOf(stage, bends[index])),
    rate,
    share: shareOf(rehearsed, rate.value ?? 0),
    apiProcesses: apiOf(rehearsed, { knee, wanted, bend }),
    settleProcesses: settleOf(rehearsed, { wanted, bend, bent }),
  };
}

function hitchOf({ ratePerSecond }: MeasuredStage, bend: Bend | undefined): string[] {
  if (bend === undefined) return [];
  return [`at ${Math.round(ratePerSecond)} clicks a second ${bend.reason}`];
}

/** It says where the rehearsal ended, and nothing of what the shop can do. */
function isOfRehearsal({ limit }: Bend): boolean {
  return limit === 'rehearser' || limit === 'stock';
}

/** Of what the bent stage took, the part that settles: more than that only piles up. */
function kneeOf(
  held: readonly MeasuredStage[],
  bent: MeasuredStage | undefined,
  bend: Bend | undefined,
): number | undefined {
  const best = Math.max(0, ...held.map(({ acceptedPerSecond }) => acceptedPerSecond));
  if (bend?.limit === 'settle') return bent?.settledPerSecond || undefined;
  if (best > 0) return best;
  return bend?.isFull ? bent?.acceptedPerSecond || undefined : undefined;
}

function rateOf(
  knee: number | undefined,
  held: readonly MeasuredStage[],
  bend: Bend | undefined,
): Advice {
  if (knee === undefined) {
    const again = 'rehearse again with a lower --rate, or when the machines are idle';
    return { value: null, reason: `not known: already the first stage bent; ${again}` };
  }
  const rounded = whole(knee);
  if (bend !== undefined && !isOfRehearsal(bend)) {
    const value = atLeastOne(knee * HEADROOM);
    return { value, reason: `70 % of the knee at ${rounded} orders a second` };
  }
  const pressure = Math.max(0, ...held.map(({ pressure: peak }) => peak?.value ?? 0));
  if (pressure <= HEADROOM) {
    const busy = `the origin was at ${Math.round(pressure * 100)} % of its limit at most`;
    const more = bend === undefined ? 'more was not tried' : 'more could not be tried';
    const reason = `${rounded} orders a second were taken well, and ${busy}; ${more}`;
    return { value: atLeastOne(knee), reason };
  }
  const rose = `pressure rose to ${pressure.toFixed(2)}`;
  const reason = `${rounded} orders a second were taken, but ${rose}`;
  return { value: atLeastOne((knee * HEADROOM) / pressure), reason };
}

function shareOf({ crowd, units, perBuyer }: Rehearsed, rate: number): Advice {
  const through = rate * THROUGH_WITHIN_SECONDS;
  const forUnits = Math.ceil((units / perBuyer) * DRAWN_A_UNIT);
  if (through >= crowd) {
    return {
      value: 1,
      reason: `all of ${crowd} buyers get through in ${THROUGH_WITHIN_SECONDS} s`,
    };
  }
  if (forUnits >= crowd) {
    return { value: 1, reason: `${crowd} buyers are fewer than three for each unit` };
  }
  const value = roundedUp(Math.max(through, forUnits) / crowd);
  const reason =
    through >= forUnits
      ? `of ${crowd} buyers so many get through in ${THROUGH_WITHIN_SECONDS} s at ${rate} a second`
      : `three drawn buyers for each of the ${units} units, since not all who are drawn buy`;
  return { value, reason };
}

interface Found {
  knee: number | undefined;
  wanted: number;
  bend: Bend | undefined;
}

function apiOf({ processes }: Rehearsed, { knee, wanted, bend }: Found): Processes {
  const { api } = processes;
  if (bend?.limit !== 'origin' || knee === undefined) {
    const isLimit = bend?.limit === 'origin';
    const reason = isLimit ? 'not known: already the first stage bent' : 'they were not the limit';
    return { value: api, reason };
  }
  const each = (knee * HEADROOM) / api;
  const value = Math.max(api, Math.ceil(wanted / each));
  const reason = eachOf(each, wanted);
  return { value, reason };
}

function settleOf(
  { processes }: Rehearsed,
  { wanted, bend, bent }: Omit<Found, 'knee'> & { bent: MeasuredStage | undefined },
): Processes {
  const { settle } = processes;
  const settled = bent?.settledPerSecond ?? 0;
  if (bend?.limit !== 'settle' || settled <= 0) {
    return { value: settle, reason: bend?.limit === 'settle' ? 'nothing settled' : 'they kept up' };
  }
  const each = (settled * HEADROOM) / settle;
  const value = Math.max(settle, Math.ceil(wanted / each));
  const reason = eachOf(each, wanted);
  return { value, reason: `${reason}; no more than the log has partitions can work` };
}

function eachOf(each: number, wanted: number): string {
  return `${Math.floor(each)} orders a second each, with headroom, for ${Math.round(wanted)}`;
}

function atLeastOne(value: number): number {
  return Math.max(1, whole(value));
}

/** 1,000 orders in 10/3 seconds are 300 a second, and not 299. */
function whole(value: number): number {
  return Math.floor(value + 1e-6);
}

/** To two digits, and never to nothing. */
function roundedUp(share: number): number {
  const digits = 10 ** Math.max(0, 1 - Math.floor(Math.log10(share)));
  return Math.min(1, Math.ceil(share * digits - 1e-9) / digits);
}
