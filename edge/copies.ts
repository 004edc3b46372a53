/**
 * What an isolate knows of things that change all the time, each under its key. A copy of up to
 * FRESH_MS is used as it is. The first request that finds it older asks again, for itself; whoever
 * comes meanwhile uses the old copy, since a Worker may not wait on another request's I/O. So no
 * answer is more than about a second behind the origin, and a busy isolate asks once a second.
 * While the origin is silent, the last copy serves for a minute, and longer to who is told its age.
 */
import { LRUCache } from 'lru-cache';
import type { Refusal } from '../contract/outcomes.ts';
import type { Platform, RequestContext } from './platform.ts';

/** A sale that opens, sells out or has a unit back is seen within that time. */
const FRESH_MS = 1_000;
/** How old a copy may be while somebody else asks; past that, each request asks for itself. */
export const USABLE_WHILE_ASKING_MS = 5_000;
/**
 * Who knows nothing waits that long for somebody who asks already: a cold isolate that meets a
 * crowd asks once, and not once for each. Each looks again by a timer of its own.
 */
const WAIT_FOR_OTHERS_MS = 300;
const LOOK_AGAIN_MS = 10;
/** How old a copy may be while the origin is silent: its restart must not stop a sale's gates. */
const USABLE_IN_OUTAGE_MS = 60_000;
/**
 * After a failure nobody asks for that long; the crowd does not queue at an origin that is down.
 */
const PAUSE_AFTER_FAILURE_MS = 1_000;
/**
 * Past the source's own time-out: a request that was cancelled must not keep others from asking.
 */
const GUARD_MS = 3_000;

export interface Entry<Known> {
  known: Known | undefined;
  /** When the origin was asked for what is known. */
  askedAtMs: number;
  /** Somebody asks until then at the latest; 0 when nobody does. */
  askingUntilMs: number;
  notBeforeMs: number;
}

/** `told` is undefined for a thing that does not exist. */
export type Reply<Told> =
  | { kind: 'told'; told: Told | undefined; askedAtMs: number }
  /** `last`: what was known before, somewhere, when that is so. */
  | { kind: 'failed'; last?: { told: Told | undefined; askedAtMs: number } | undefined };

/** Never rejects. */
export type FetchCopy<Told> = (key: string, nowMs: number) => Promise<Reply<Told>>;

export interface Copies<Known> {
  /** What may be acted upon. */
  find(key: string, context: RequestContext): Promise<Known | Refusal>;
  /** However old it is: for who tells its age. */
  findWithAge(key: string, context: RequestContext): Promise<Aged<Known> | Refusal>;
}

export interface Aged<Known> {
  kind: 'aged';
  known: Known;
  ageMs: number;
}

interface CopyNeeds<Told, Known> {
  platform: Platform;
  fetchCopy: FetchCopy<Told>;
  /** What is kept of what was told, given what was known before. */
  keep(known: Known | undefined, told: Told | undefined): Known;
  /** The least recently asked for is forgotten first. */
  maxEntries: number;
}

const UNAVAILABLE: Refusal = { kind: 'overloaded', retryAfterMs: PAUSE_AFTER_FAILURE_MS };

export type CopyPlan = 'use' | 'ask' | 'wait' | 'unavailable';

/** What a request does about an entry. Pure, so that every age is a line in a test. */
export function planFor(entry: Entry<unknown>, nowMs: number): CopyPlan {
  const ageMs = entry.known !== undefined ? nowMs - entry.askedAtMs : Number.POSITIVE_INFINITY;
  if (ageMs <= FRESH_MS) return 'use';
  if (nowMs < entry.notBeforeMs) return ageMs <= USABLE_IN_OUTAGE_MS ? 'use' : 'unavailable';
  if (nowMs >= entry.askingUntilMs) return 'ask';
  if (entry.known === undefined) return 'wait';
  // Whoever asks an origin that was silent before may wait for its time-out; nobody else does.
  const wasSilent = entry.notBeforeMs > 0;
  return ageMs <= (wasSilent ? USABLE_IN_OUTAGE_MS : USABLE_WHILE_ASKING_MS) ? 'use' : 'ask';
}

export function createCopies<Told, Known extends object>(
  needs: CopyNeeds<Told, Known>,
): Copies<Known> {
  const { platform, fetchCopy, keep, maxEntries } = needs;
  const entries = new LRUCache<string, Entry<Known>>({ max: maxEntries });

  function entryOf(key: string): Entry<Known> {
    const known = entries.get(key);
    if (known !== undefined) return known;
    const entry = { known: undefined, askedAtMs: 0, askingUntilMs: 0, notBeforeMs: 0 };
    entries.set(key, entry);
    return entry;
  }

  async function ask(key: string, entry: Entry<Known>): Promise<void> {
    const startedAtMs = platform.clock.nowMs();
    entry.askingUntilMs = startedAtMs + GUARD_MS;
    const reply = await fetchCopy(key, startedAtMs);
    entry.askingUntilMs = 0;
    if (reply.kind === 'failed') {
      entry.notBeforeMs = platform.clock.nowMs() + PAUSE_AFTER_FAILURE_MS;
      if (reply.last !== undefined) learn(entry, reply.last, keep);
      return;
    }
    entry.notBeforeMs = 0;
    learn(entry, reply, keep);
  }

  /** As fresh as it can be had now. */
  async function refreshed(key: string, context: RequestContext): Promise<Entry<Known>> {
    const entry = entryOf(key);
    // Without a turn of the event loop in between, in which others would decide to ask as well.
    let plan = planFor(entry, platform.clock.nowMs());
    if (plan === 'wait') plan = await planAfterOthers(entry, platform);
    if (plan === 'ask' || plan === 'wait') {
      const asking = ask(key, entry);
      // A client that goes away must not leave the guard up.
      context.waitUntil(asking);
      await asking;
    }
    return entry;
  }

  async function findWithAge(key: string, context: RequestContext): Promise<Aged<Known> | Refusal> {
    const { known, askedAtMs } = await refreshed(key, context);
    if (known === undefined) return UNAVAILABLE;
    return { kind: 'aged', known, ageMs: platform.clock.nowMs() - askedAtMs };
  }

  return {
    findWithAge,
    async find(key, context) {
      const found = await findWithAge(key, context);
      if (found.kind !== 'aged') return found;
      return found.ageMs <= USABLE_IN_OUTAGE_MS ? found.known : UNAVAILABLE;
    },
  };
}

/** Two may have asked, and replies overtake each other: only a later question's answer counts. */
function learn<Told, Known>(
  entry: Entry<Known>,
  { told, askedAtMs }: { told: Told | undefined; askedAtMs: number },
  keep: (known: Known | undefined, told: Told | undefined) => Known,
): void {
  if (entry.known !== undefined && askedAtMs < entry.askedAtMs) return;
  entry.askedAtMs = askedAtMs;
  entry.known = keep(entry.known, told);
}

/** Still `wait` when whoever asks takes too long. */
async function planAfterOthers(entry: Entry<unknown>, platform: Platform): Promise<CopyPlan> {
  for (let waitedMs = 0; waitedMs < WAIT_FOR_OTHERS_MS; waitedMs += LOOK_AGAIN_MS) {
    await platform.pause(LOOK_AGAIN_MS);
    const plan = planFor(entry, platform.clock.nowMs());
    if (plan !== 'wait') return plan;
  }
  return 'wait';
}
