/**
 * What an isolate knows of things that change all the time, each under its key. A copy of up to
 * FRESH_MS is used as it is. The first request that finds it older asks again, for itself; whoever
 * comes meanwhile uses the old copy, since a Worker may not wait on another request's I/O. So no
 * answer is more than about a second behind the origin, and a busy isolate asks once a second.
 * While the origin is silent, the last copy serves for a minute.
 */
import { LRUCache } from 'lru-cache';
import type { Refusal } from '../contract/outcomes.ts';
import type { Platform, RequestContext } from './platform.ts';

/** A sale that opens, sells out or has a unit back is seen within that time. */
const FRESH_MS = 1_000;
/** How old a copy may be while somebody else asks; past that, each request asks for itself. */
const USABLE_WHILE_ASKING_MS = 5_000;
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
  | { kind: 'failed' };

/** Never rejects. */
export type FetchCopy<Told> = (key: string, nowMs: number) => Promise<Reply<Told>>;

export interface Copies<Known> {
  find(key: string, context: RequestContext): Promise<Known | Refusal>;
}

interface CopyNeeds<Told, Known> {
  platform: Platform;
  fetchCopy: FetchCopy<Told>;
  /** What is kept of what was told, given what was known before. */
  keep(known: Known | undefined, told: Told | undefined): Known;
  /** The least recently asked for is forgotten first. */
  maxEntries: number;
}

export type CopyPlan = 'use' | 'ask' | 'unavailable';

/** What a request does about an entry. Pure, so that every age is a line in a test. */
export function planFor(entry: Entry<unknown>, nowMs: number): CopyPlan {
  const ageMs = entry.known !== undefined ? nowMs - entry.askedAtMs : Number.POSITIVE_INFINITY;
  if (ageMs <= FRESH_MS) return 'use';
  if (nowMs < entry.notBeforeMs) return ageMs <= USABLE_IN_OUTAGE_MS ? 'use' : 'unavailable';
  const somebodyAsks = nowMs < entry.askingUntilMs;
  return somebodyAsks && ageMs <= USABLE_WHILE_ASKING_MS ? 'use' : 'ask';
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
      return;
    }
    entry.notBeforeMs = 0;
    // Two may have asked, and replies overtake each other: only a later question's answer counts.
    if (entry.known !== undefined && reply.askedAtMs < entry.askedAtMs) return;
    entry.askedAtMs = reply.askedAtMs;
    entry.known = keep(entry.known, reply.told);
  }

  return {
    async find(key, context) {
      const entry = entryOf(key);
      const nowMs = platform.clock.nowMs();
      if (planFor(entry, nowMs) === 'ask') {
        const asking = ask(key, entry);
        // A client that goes away must not leave the guard up.
        context.waitUntil(asking);
        await asking;
      }
      const ageMs = platform.clock.nowMs() - entry.askedAtMs;
      if (entry.known !== undefined && ageMs <= USABLE_IN_OUTAGE_MS) return entry.known;
      return { kind: 'overloaded', retryAfterMs: PAUSE_AFTER_FAILURE_MS };
    },
  };
}
