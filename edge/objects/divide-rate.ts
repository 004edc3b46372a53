/**
 * How a sale's rate is divided among its shards, by their demand. Pure: what was given until now,
 * what one shard asks, what the rate is at present; out comes that shard's part for the next time.
 *
 * A part is leased, with an end. It is only ever given out of what is free or has ended, and a
 * smaller part counts as the larger one before it until the shard has said that it goes by the
 * smaller: so the sum of all parts in force is never above the rate, whatever message is lost,
 * late or doubled. When the rate itself falls, parts given before may go on until their end.
 *
 * What nobody has of the rate flows into `spare`, from which a shard that begins gets its first
 * tokens; so all that ever flows is the rate x time, and START_MS worth once.
 */

/** A shard may lose two reports in a row and still have its part. */
export const PART_LIVES_MS = 3_000;
/** The clocks of two machines run that much apart at most in the life of a part. */
const CLOCKS_DIFFER_MS = 100;
const GIVEN_FOR_MS = PART_LIVES_MS + CLOCKS_DIFFER_MS;
const REPORT_EVERY_MS = 1_000;
/** A shard that has too little yet, or is new. */
const REPORT_SOON_MS = 100;
/** A shard that shall say that it goes by less, for others wait for what it leaves. */
const REPORT_AT_ONCE_MS = 10;
/** What `spare` holds at most, and at the start of a sale: the rate during this time. */
const START_MS = 100;
/** Where the rate suffices, a shard gets what it needs and as much again for the next second. */
const HEADROOM = 2;
/** Of the rate: what is in any case divided evenly among those who ask for it. */
const EVEN_PART = 0.1;
/** Each shard's of that at most: a buyer in a quiet region should not wait for seconds. */
const EVEN_PER_SECOND = 4;
/** Who has less than this part of what it should have is short of it, and others give way. */
const SHORT_BELOW = 0.85;
/** While nobody is short, who has more than it should keeps it, up to twice as much. */
const KEPT_ABOVE = 0.5;
/** With that much of the rate given there is none to speak of left. */
const MORE_BELOW = 0.95;
/** The weight of what a shard reports, by the time it reports about: chance is not demand. */
const DEMAND_MEMORY_MS = 2_000;
/** A shard that begins has not counted for long; less than this says nothing of a second. */
const SHORTEST_COUNT_MS = 250;

export interface PartAsk {
  /** The shard's name. */
  shard: string;
  /** The number of the part that it goes by now; 0 when it has none. */
  holds: number;
  /** Requests that its isolates had in the last `overMs`. */
  arrived: number;
  overMs: number;
}

export interface Part {
  /** Rises with each answer of the coordinator. */
  number: number;
  tokensPerSecond: number;
  /** Counts from when the shard asked. */
  livesMs: number;
  /** Tokens to begin with. */
  startTokens: number;
  reportAfterMs: number;
  /** Whether there would be more: a shard that runs dry need not wait to ask. */
  more: boolean;
}

interface GivenPart {
  number: number;
  tokensPerSecond: number;
  endsAtMs: number;
}

interface ShardAccount {
  /** What it may go by, oldest first: the last one, and larger ones before it. */
  given: GivenPart[];
  demandPerSecond: number;
  /** The time that this is the mean of. */
  countedMs: number;
}

export interface Division {
  ratePerSecond: number;
  lastNumber: number;
  spareTokens: number;
  countedAtMs: number;
  shards: Record<string, ShardAccount>;
}

export function startDivision(ratePerSecond: number, nowMs: number): Division {
  const spareTokens = (ratePerSecond * START_MS) / 1000;
  return { ratePerSecond, lastNumber: 0, spareTokens, countedAtMs: nowMs, shards: {} };
}

interface Facts {
  ratePerSecond: number;
  /** One shard serves the sale: as long as no other one has asked, it has all of the rate. */
  alone: boolean;
  nowMs: number;
}

export function divideRate(
  before: Division,
  ask: PartAsk,
  facts: Facts,
): { division: Division; part: Part } {
  const { ratePerSecond, nowMs } = facts;
  const shards = stillGiven(before.shards, ask, nowMs);
  const isNew = before.shards[ask.shard] === undefined;
  const own: ShardAccount = {
    given: shards[ask.shard]?.given ?? [],
    ...countedDemand(before.shards[ask.shard], ask),
  };
  shards[ask.shard] = own;

  const tokensPerSecond = partOf(shards, ask.shard, facts);
  const isShort = tokensPerSecond < wishOf(shards, ask.shard, facts) * SHORT_BELOW;
  const isLowered = tokensPerSecond < inForce(own);
  const number = before.lastNumber + 1;
  const endsAtMs = nowMs + GIVEN_FOR_MS;
  // What is smaller and ends sooner says nothing more.
  own.given = own.given.filter((one) => one.tokensPerSecond > tokensPerSecond);
  own.given.push({ number, tokensPerSecond, endsAtMs });

  const spare = spareOf(before, facts);
  const startTokens = ask.holds === 0 ? Math.min(spare, startOf(tokensPerSecond)) : 0;
  const givenInAll = sumOf(Object.values(shards), inForce);
  const part: Part = {
    number,
    tokensPerSecond,
    livesMs: PART_LIVES_MS,
    startTokens,
    reportAfterMs: reportAfter({ isLowered, isShort: isShort || isNew }),
    more: givenInAll < ratePerSecond * MORE_BELOW,
  };
  const spareTokens = spare - startTokens;
  const counted = { lastNumber: number, spareTokens, countedAtMs: nowMs };
  return { division: { ratePerSecond, ...counted, shards }, part };
}

function reportAfter({ isLowered, isShort }: { isLowered: boolean; isShort: boolean }): number {
  if (isLowered) return REPORT_AT_ONCE_MS;
  return isShort ? REPORT_SOON_MS : REPORT_EVERY_MS;
}

/** Without what has ended, and without what the shard that asks has left behind. */
function stillGiven(
  before: Division['shards'],
  { shard, holds }: PartAsk,
  nowMs: number,
): Division['shards'] {
  const shards: Division['shards'] = {};
  for (const [name, account] of Object.entries(before)) {
    const oldest = name === shard ? holds : 0;
    const given = account.given
      .filter(({ number, endsAtMs }) => endsAtMs > nowMs && number >= oldest)
      // Given before now, so it ends by then; unless the clock was set back it says so itself.
      .map((one) => ({ ...one, endsAtMs: Math.min(one.endsAtMs, nowMs + GIVEN_FOR_MS) }));
    if (given.length > 0) shards[name] = { ...account, given };
  }
  return shards;
}

/** The mean of what was counted, of the last DEMAND_MEMORY_MS more or less. */
function countedDemand(before: ShardAccount | undefined, { arrived, overMs }: PartAsk) {
  const knownMs = before?.countedMs ?? 0;
  const now = (arrived * 1000) / Math.max(overMs, SHORTEST_COUNT_MS);
  const weight = knownMs === 0 ? 1 : overMs / (knownMs + overMs);
  const demandBefore = before?.demandPerSecond ?? 0;
  return {
    demandPerSecond: demandBefore + (now - demandBefore) * weight,
    countedMs: Math.min(DEMAND_MEMORY_MS, knownMs + overMs),
  };
}

function partOf(shards: Division['shards'], name: string, facts: Facts): number {
  const others = Object.entries(shards).filter(([other]) => other !== name);
  const free = Math.max(0, facts.ratePerSecond - sumOf(others, ([, account]) => inForce(account)));
  const wish = wishOf(shards, name, facts);
  const has = latest(shards[name]);
  const isAnyShort = others.some(
    ([other, account]) => latest(account) < wishOf(shards, other, facts) * SHORT_BELOW,
  );
  const keeps = !isAnyShort && wish >= has * KEPT_ABOVE;
  return Math.min(free, keeps ? Math.max(has, wish) : wish);
}

/** Its share by demand; where there is enough for all, no more than it has use for. */
function wishOf(shards: Division['shards'], name: string, facts: Facts): number {
  const { ratePerSecond, alone } = facts;
  const accounts = Object.values(shards);
  if (alone && accounts.length === 1) return ratePerSecond;
  const evenly = ({ demandPerSecond }: ShardAccount) =>
    Math.min(
      EVEN_PER_SECOND,
      HEADROOM * demandPerSecond,
      (ratePerSecond * EVEN_PART) / accounts.length,
    );
  const own = shards[name] ?? { given: [], demandPerSecond: 0, countedMs: 0 };
  const demand = sumOf(accounts, ({ demandPerSecond }) => demandPerSecond);
  const byDemand = ratePerSecond - sumOf(accounts, evenly);
  const share = demand === 0 ? 1 / accounts.length : own.demandPerSecond / demand;
  const useful = Math.max(own.demandPerSecond * HEADROOM, ratePerSecond / (accounts.length + 1));
  return Math.min(evenly(own) + byDemand * share, useful);
}

function spareOf(before: Division, { ratePerSecond, nowMs }: Facts): number {
  const { spareTokens, countedAtMs, shards } = before;
  const slower = Math.min(ratePerSecond, before.ratePerSecond);
  const flowed = (slower * Math.max(0, nowMs - countedAtMs)) / 1000;
  const taken = sumOf(Object.values(shards), (account) => {
    const endMs = Math.max(0, ...account.given.map(({ endsAtMs }) => endsAtMs));
    return (inForce(account) * Math.max(0, Math.min(nowMs, endMs) - countedAtMs)) / 1000;
  });
  return Math.min(startOf(ratePerSecond), spareTokens + Math.max(0, flowed - taken));
}

/** At least one: a slow sale that nobody asked for lets its next buyer in. */
function startOf(tokensPerSecond: number): number {
  return tokensPerSecond === 0 ? 0 : Math.max(1, (tokensPerSecond * START_MS) / 1000);
}

function latest(account: ShardAccount | undefined): number {
  return account?.given.at(-1)?.tokensPerSecond ?? 0;
}

function inForce({ given }: Pick<ShardAccount, 'given'>): number {
  return Math.max(0, ...given.map(({ tokensPerSecond }) => tokensPerSecond));
}

function sumOf<One>(all: readonly One[], value: (one: One) => number): number {
  return all.reduce((sum, one) => sum + value(one), 0);
}
