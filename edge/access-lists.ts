/**
 * Who may buy, as an isolate knows it: the list of each sale, fetched once a version. The first
 * request that finds a newer version in the snapshot asks for the list; whoever comes meanwhile
 * uses the list before it, if that is of the same mode and not much older, since a Worker may not
 * wait on another request's I/O. Without a list that fits nobody is let in: 503. While an operator
 * uploads, versions follow each other quickly, so lists are fetched no more often than that. A sale
 * that is made anew under its id has another seed, and never meets the list of the one before.
 */
import { LRUCache } from 'lru-cache';
import { createAccessHash } from '../contract/access.ts';
import type { Hashing } from '../contract/hashing.ts';
import type { Refusal } from '../contract/outcomes.ts';
import { type SaleSnapshot, SNAPSHOT_USABLE_MS } from '../contract/sale.ts';
import type { FetchAccessList, ListedSale } from './access-source.ts';
import type { KnownList } from './gates/access-gate.ts';
import type { Platform, RequestContext } from './platform.ts';

/** 1.1 MB each at most, of the 128 MB of an isolate. */
const MAX_LISTS = 20;
/** A blocked buyer is kept out at most that much later while the operator goes on uploading. */
const FETCH_EVERY_MS = 2_000;
/** How long a list before the wanted one serves: past it, somebody who asks has failed. */
const USABLE_WHILE_ASKING_MS = 5_000;
/** After a failure nobody asks for that long. */
const PAUSE_AFTER_FAILURE_MS = 1_000;
/** Past the source's time-out: a request that was cancelled must not keep others from asking. */
const GUARD_MS = 4_000;

/** Undefined: the sale is for everybody and nobody is blocked. */
export type FindAccess = (
  sale: SaleSnapshot,
  context: RequestContext,
) => Promise<KnownList | Refusal | undefined>;

/**
 * A list is newer than what a snapshot names when it changed between the two; past the time that a
 * snapshot may be used, it is the list of a book that was restored to an earlier state.
 */
const AHEAD_AT_MOST_MS = SNAPSHOT_USABLE_MS + 5_000;

interface Entry {
  known: KnownList | undefined;
  /** Since when the list is newer than the snapshot says; 0 when it is not. */
  aheadSinceMs: number;
  /** When a version that is not held was seen first; 0 when there is none. */
  outdatedSinceMs: number;
  askingUntilMs: number;
  notBeforeMs: number;
}

interface AccessListNeeds {
  platform: Platform;
  hashing: Hashing;
  fetchList: FetchAccessList;
}

export function createAccessLists(needs: AccessListNeeds): FindAccess {
  const { platform, hashing, fetchList } = needs;
  const entries = new LRUCache<string, Entry>({ max: MAX_LISTS });

  function entryOf({ saleId, seed }: ListedSale): Entry {
    const key = `${saleId}:${seed}`;
    const held = entries.get(key);
    if (held !== undefined) return held;
    const entry = {
      known: undefined,
      ...{ aheadSinceMs: 0, outdatedSinceMs: 0, askingUntilMs: 0, notBeforeMs: 0 },
    };
    entries.set(key, entry);
    return entry;
  }

  async function ask(sale: ListedSale, entry: Entry): Promise<void> {
    entry.askingUntilMs = platform.clock.nowMs() + GUARD_MS;
    const list = await fetchList(sale);
    entry.askingUntilMs = 0;
    const nowMs = platform.clock.nowMs();
    if (list === undefined) {
      entry.notBeforeMs = nowMs + PAUSE_AFTER_FAILURE_MS;
      return;
    }
    entry.notBeforeMs = nowMs + FETCH_EVERY_MS;
    // Replies overtake each other; a list never goes back.
    if (entry.known !== undefined && list.version < entry.known.list.version) return;
    entry.known = { list, hashOf: createAccessHash(hashing, list.salt) };
    entry.outdatedSinceMs = 0;
  }

  return async (sale, context) => {
    const { access } = sale;
    if (access.version === 0 && access.mode === 'everybody') return undefined;
    const entry = entryOf(sale);
    const nowMs = platform.clock.nowMs();
    keepToNow(entry, nowMs);
    forgetWhenAhead(entry, access.version, nowMs);
    const isCurrent = () => (entry.known?.list.version ?? -1) >= access.version;
    if (isCurrent()) return entry.known;
    if (entry.outdatedSinceMs === 0) entry.outdatedSinceMs = nowMs;
    if (nowMs >= entry.askingUntilMs && nowMs >= entry.notBeforeMs) {
      const asking = ask(sale, entry);
      // A client that goes away must not leave the guard up.
      context.waitUntil(asking);
      await asking;
      if (isCurrent()) return entry.known;
    }
    const isNear = nowMs - entry.outdatedSinceMs <= USABLE_WHILE_ASKING_MS;
    if (isNear && entry.known?.list.mode === access.mode) return entry.known;
    return { kind: 'overloaded', retryAfterMs: PAUSE_AFTER_FAILURE_MS };
  };
}

/** A clock that was set back keeps nobody from asking for longer than one that goes on. */
function keepToNow(entry: Entry, nowMs: number): void {
  entry.askingUntilMs = Math.min(entry.askingUntilMs, nowMs + GUARD_MS);
  entry.notBeforeMs = Math.min(entry.notBeforeMs, nowMs + FETCH_EVERY_MS);
  entry.outdatedSinceMs = Math.min(entry.outdatedSinceMs, nowMs);
  entry.aheadSinceMs = Math.min(entry.aheadSinceMs, nowMs);
}

function forgetWhenAhead(entry: Entry, version: number, nowMs: number): void {
  if (entry.known === undefined || entry.known.list.version <= version) entry.aheadSinceMs = 0;
  else if (entry.aheadSinceMs === 0) entry.aheadSinceMs = nowMs;
  else if (nowMs - entry.aheadSinceMs > AHEAD_AT_MOST_MS) {
    entry.known = undefined;
    entry.aheadSinceMs = 0;
  }
}
