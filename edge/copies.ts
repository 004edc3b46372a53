/**
 * What an isolate knows of things that change all the time, each under its key. A copy of a second
 * is used as it is. The first request that finds it older asks again, and while it asks nobody else
 * does: they use the old copy, or wait a moment where that is too old. So no answer is more than
 * about a second behind the origin. While the origin is silent, the last copy serves for a minute.
 * Accepted: before a slow origin, a cold isolate says "not now" to all but the one who asks.
 */
import { LRUCache } from 'lru-cache';
import type { Refusal } from '../contract/outcomes.ts';
import { SNAPSHOT_USABLE_MS } from '../contract/sale.ts';
import type { Platform, RequestContext } from './platform.ts';

/** A sale that opens, sells out or has a unit back is seen within that time. */
const FRESH_MS = 1_000;
/** How old a copy may be while somebody else asks; past that, one waits for that one. */
export const USABLE_WHILE_ASKING_MS = 5_000;
/**
 * Who has nothing to use waits for somebody who asks already, and goes on without after 300 ms: a
 * cold isolate that meets a crowd asks once, and not once for each. Each looks again by timers of
 * its own; the pauses grow, since a crowd at an origin that hangs would have thousands of them.
 */
const LOOK_AGAIN_AFTER_MS = [10, 20, 40, 80, 150];
/**
 * After a failure nobody asks for that long; the crowd does not queue at an origin that is down.
 */
const PAUSE_AFTER_FAILURE_MS = 1_000;

export interface CopyTimes {
  /** How old a copy may be that is used as it is. */
  freshMs: number;
  /** Past the source's time-out: an asker that was lost must not keep others from asking. */
  guardMs: number;
}

const SALE_TIMES: CopyTimes = { freshMs: FRESH_MS, guardMs: 3_000 };

export interface Entry<Known> {
  known: Known | undefined;
  /** When the origin was asked for what is known. */
  askedAtMs: number;
  /** Somebody asks until then at the latest; 0 when nobody does. */
  askingUntilMs: number;
  notBeforeMs: number;
}

interface Tidings<Told> {
  /** Undefined for a thing that does not exist. */
  told: Told | undefined;
  askedAtMs: number;
}

/** `last`: what was known before, somewhere, when that is so. */
export type Reply<Told> =
  | ({ kind: 'told' } & Tidings<Told>)
  | { kind: 'failed'; last?: Tidings<Told> | undefined }
  /** Nobody was asked, so it says nothing about the origin, and the next one may try at once. */
  | { kind: 'not-asked'; last?: Tidings<Told> | undefined };

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
  /** Left out for what changes as a sale does. */
  times?: CopyTimes;
  /** Told of each who asks, whether what was there was fresh enough. */
  observe?: (key: string, known: Known | undefined, isHit: boolean) => void;
}

const UNAVAILABLE: Refusal = { kind: 'overloaded', retryAfterMs: PAUSE_AFTER_FAILURE_MS };

export type CopyPlan = 'use' | 'ask' | 'wait' | 'unavailable';

/** What a request does about an entry. Pure, so that every age is a line in a test. */
export function planFor(
  entry: Entry<unknown>,
  nowMs: number,
  { freshMs }: CopyTimes = SALE_TIMES,
): CopyPlan {
  const ageMs = entry.known !== undefined ? nowMs - entry.askedAtMs : Number.POSITIVE_INFINITY;
  if (ageMs >= 0 && ageMs <= freshMs) return 'use';
  const isUsableInOutage = ageMs >= 0 && ageMs <= SNAPSHOT_USABLE_MS;
  if (nowMs < entry.notBeforeMs) return isUsableInOutage ? 'use' : 'unavailable';
  if (nowMs >= entry.askingUntilMs) return 'ask';
  // Whoever asks an origin that was silent before may wait for its time-out; nobody else does.
  const wasSilent = entry.notBeforeMs > 0;
  return isUsableInOutage && (wasSilent || ageMs <= USABLE_WHILE_ASKING_MS) ? 'use' : 'wait';
}

/**
 * What lies further ahead than it ever can was written before the clock was set back. How old a
 * copy of the future is nobody knows: it is shown as a minute old, and acted upon no more.
 */
export function forgetFuture(
  entry: Entry<unknown>,
  nowMs: number,
  { guardMs }: CopyTimes = SALE_TIMES,
): void {
  if (entry.askedAtMs > nowMs) entry.askedAtMs = nowMs - SNAPSHOT_USABLE_MS - 1;
  if (entry.askingUntilMs > nowMs + guardMs) entry.askingUntilMs = 0;
  if (entry.notBeforeMs > nowMs + PAUSE_AFTER_FAILURE_MS) entry.notBeforeMs = nowMs;
}

export function createCopies<Told, Known extends object>(
  needs: CopyNeeds<Told, Known>,
): Copies<Known> {
  const { platform, fetchCopy, keep, maxEntries, times = SALE_TIMES } = needs;
  const entries = new LRUCache<string, Entry<Known>>({ max: maxEntries });

  async function ask(key: string, entry: Entry<Known>): Promise<void> {
    const startedAtMs = platform.clock.nowMs();
    const guardedUntilMs = startedAtMs + times.guardMs;
    entry.askingUntilMs = guardedUntilMs;
    const reply = await fetchCopy(key, startedAtMs);
    // It may be somebody else's by now, who thought that this one was lost.
    if (entry.askingUntilMs === guardedUntilMs) entry.askingUntilMs = 0;
    const nowMs = platform.clock.nowMs();
    forgetFuture(entry, nowMs, times);
    if (reply.kind === 'told') {
      entry.notBeforeMs = 0;
      // Just told, so not of the future even when the clock was set back meanwhile.
      learn(entry, { ...reply, askedAtMs: Math.min(reply.askedAtMs, nowMs) }, keep);
      return;
    }
    if (reply.kind === 'failed') entry.notBeforeMs = nowMs + PAUSE_AFTER_FAILURE_MS;
    if (reply.last !== undefined) learn(entry, reply.last, keep);
    forgetFuture(entry, nowMs, times);
  }

  function planNow(entry: Entry<Known>): CopyPlan {
    const nowMs = platform.clock.nowMs();
    forgetFuture(entry, nowMs, times);
    return planFor(entry, nowMs, times);
  }

  /** As fresh as it can be had now. */
  async function refreshed(
    key: string,
    context: RequestContext,
    isEnough: (entry: Entry<Known>) => boolean,
  ): Promise<Entry<Known>> {
    const entry = entryOf(entries, key);
    let plan = planNow(entry);
    const isHit = plan === 'use';
    for (const pauseMs of LOOK_AGAIN_AFTER_MS) {
      if (plan !== 'wait' || isEnough(entry)) break;
      await platform.pause(pauseMs);
      plan = planNow(entry);
    }
    // Without a turn of the event loop in between, in which others would decide to ask as well.
    if (plan === 'ask') {
      const asking = ask(key, entry);
      // A client that goes away must not leave the guard up.
      context.waitUntil(asking);
      await asking;
    }
    needs.observe?.(key, entry.known, isHit);
    return entry;
  }

  return {
    async findWithAge(key, context) {
      const entry = await refreshed(key, context, ({ known }) => known !== undefined);
      return aged(entry, platform.clock.nowMs());
    },
    async find(key, context) {
      const entry = await refreshed(key, context, () => false);
      const found = aged(entry, platform.clock.nowMs());
      if (found.kind !== 'aged') return found;
      return found.ageMs <= SNAPSHOT_USABLE_MS ? found.known : UNAVAILABLE;
    },
  };
}

function entryOf<Known>(entries: LRUCache<string, Entry<Known>>, key: string): Entry<Known> {
  const known = entries.get(key);
  if (known !== undefined) return known;
  const entry = { known: undefined, askedAtMs: 0, askingUntilMs: 0, notBeforeMs: 0 };
  entries.set(key, entry);
  return entry;
}

function aged<Known>({ known, askedAtMs }: Entry<Known>, nowMs: number): Aged<Known> | Refusal {
  if (known === undefined) return UNAVAILABLE;
  return { kind: 'aged', known, ageMs: Math.max(0, nowMs - askedAtMs) };
}

/** Two may have asked, and replies overtake each other: only a later question's answer counts. */
function learn<Told, Known>(
  entry: Entry<Known>,
  { told, askedAtMs }: Tidings<Told>,
  keep: (known: Known | undefined, told: Told | undefined) => Known,
): void {
  if (entry.known !== undefined && askedAtMs < entry.askedAtMs) return;
  entry.askedAtMs = askedAtMs;
  entry.known = keep(entry.known, told);
}
