/**
 * What the whole edge counted of a sale: the sums of its regions, and the rate that its coordinator
 * goes by. All regions or none: a sum that goes back because one did not answer would look like a
 * counter that began anew.
 */
import { type EdgeCounts, type EdgeNumbers, noCounts } from '../contract/edge-numbers.ts';
import { sumCounts } from './objects/sum-counts.ts';
import { type Platform, within } from './platform.ts';
import { REGIONS, type Region } from './region.ts';

/** The origin asks again a second later. */
const READ_TIMEOUT_MS = 1_500;

export interface PresentRate {
  configuredPerSecond: number;
  currentPerSecond: number;
}

/** A sale's Durable Objects, by its region; undefined is where there is one location. */
export interface NumberObjects {
  /** Resolves with how long the caller should count before it comes again. */
  add(saleId: string, region: Region | undefined, counts: EdgeCounts): Promise<number>;
  read(saleId: string, region: Region | undefined): Promise<EdgeCounts>;
  /** Undefined while nobody has asked for a token. */
  rate(saleId: string): Promise<PresentRate | undefined>;
}

/** `cf`: of the request that asks; without it there is one location. Rejects when any is away. */
export async function readNumbers(
  platform: Platform,
  objects: NumberObjects,
  { saleId, cf }: { saleId: string; cf: unknown },
): Promise<EdgeNumbers> {
  const places = cf === undefined || cf === null ? [undefined] : [undefined, ...REGIONS];
  const asked = Promise.all([
    objects.rate(saleId),
    ...places.map((region) => objects.read(saleId, region)),
  ]);
  const limit = { timeoutMs: READ_TIMEOUT_MS, late: undefined };
  const read = await within(platform, limit, asked);
  if (read === undefined) throw new Error('no answer in time');
  const [rate, ...counts] = read;
  return {
    ...counts.reduce(sumCounts, noCounts()),
    saleId,
    atMs: platform.clock.nowMs(),
    configuredRatePerSecond: rate?.configuredPerSecond ?? null,
    currentRatePerSecond: rate?.currentPerSecond ?? null,
  };
}
